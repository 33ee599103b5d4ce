#ifndef SAIL_PLATFORM_POSTGRES_JOB_TICKET_H_
#define SAIL_PLATFORM_POSTGRES_JOB_TICKET_H_

#include <atomic>
#include <cstdint>
#include <limits>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace sail::platform::postgres {

// Whether anybody still waits for a job. Thread-safe.
class JobTicket {
 public:
  explicit JobTicket(absl::Duration grace) : grace_(grace) {}

  void Cancel() { due_micros_.store(absl::ToUnixMicros(absl::Now() + grace_), std::memory_order_relaxed); }

  // The job was cancelled and its grace has passed: it must not go on.
  bool due() const {
    const int64_t due = due_micros_.load(std::memory_order_relaxed);
    return due != kNever && absl::ToUnixMicros(absl::Now()) >= due;
  }

 private:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  const absl::Duration grace_;
  std::atomic<int64_t> due_micros_{kNever};
};

}  // namespace sail::platform::postgres

#endif  // SAIL_PLATFORM_POSTGRES_JOB_TICKET_H_
