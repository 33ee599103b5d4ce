#ifndef SAIL_GATEWAY_ACTIONS_RECENT_USE_H_
#define SAIL_GATEWAY_ACTIONS_RECENT_USE_H_

#include <cstddef>
#include <mutex>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"

namespace sail::gateway {

// Spares the store the news that a session has been used again so soon. Thread-safe. Keeps at most kMaxIds
// hashes; with more sessions than that in one interval some are told more often.
class RecentUse {
 public:
  static constexpr size_t kMaxIds = size_t{1} << 17;

  explicit RecentUse(absl::Duration interval) : interval_(interval) {}

  // Whether this is the first use of the id in the present interval.
  bool IsFirst(std::string_view id, absl::Time now);

 private:
  const absl::Duration interval_;
  std::mutex mutex_;
  absl::Time since_ = absl::InfinitePast();
  absl::flat_hash_set<size_t> used_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ACTIONS_RECENT_USE_H_
