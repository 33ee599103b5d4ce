// How long to wait before the next attempt to connect.
#ifndef SAIL_PLATFORM_REDIS_BACKOFF_H_
#define SAIL_PLATFORM_REDIS_BACKOFF_H_

#include <algorithm>
#include <functional>

#include "absl/time/time.h"

namespace sail::platform::redis {

// Exponential with full jitter over the upper half: attempt n waits between half and all of min(limit, first
// * 2^n), so that many processes that lost the same Redis do not come back in step. Not thread-safe.
class Backoff {
 public:
  // uniform returns a number from 0 to 1.
  Backoff(absl::Duration first, absl::Duration limit, std::function<double()> uniform)
      : first_(first), limit_(limit), next_(first), uniform_(std::move(uniform)) {}

  absl::Duration Next() {
    const absl::Duration full = next_;
    next_ = std::min(limit_, next_ * 2);
    return full * (0.5 + 0.5 * uniform_());
  }

  void Reset() { next_ = first_; }

 private:
  const absl::Duration first_;
  const absl::Duration limit_;
  absl::Duration next_;
  const std::function<double()> uniform_;
};

}  // namespace sail::platform::redis

#endif  // SAIL_PLATFORM_REDIS_BACKOFF_H_
