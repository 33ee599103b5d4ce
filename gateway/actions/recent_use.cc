#include "gateway/actions/recent_use.h"

#include <functional>

namespace sail::gateway {

bool RecentUse::IsFirst(std::string_view id, absl::Time now) {
  const size_t hash = std::hash<std::string_view>()(id);
  std::lock_guard lock(mutex_);
  if (now - since_ >= interval_ || now < since_ || used_.size() >= kMaxIds) {
    used_.clear();
    since_ = now;
  }
  return used_.insert(hash).second;
}

}  // namespace sail::gateway
