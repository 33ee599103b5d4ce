#include "services/pubsub/fresh_rooms.h"

#include <utility>

namespace sail::pubsub {

std::string FreshRooms::Key(std::string_view ns, std::string_view room) {
  return std::string(ns) + '#' + std::string(room);
}

void FreshRooms::Note(std::string_view ns, std::string_view room) {
  std::string key = Key(ns, room);
  std::lock_guard lock(mutex_);
  const absl::Time now = clock_();
  Forget(now);
  until_[key] = now + kFresh;
  order_.emplace_back(now + kFresh, std::move(key));
}

bool FreshRooms::IsFresh(std::string_view ns, std::string_view room) {
  std::lock_guard lock(mutex_);
  // The usual case costs neither the clock nor a key.
  if (until_.empty()) return false;
  Forget(clock_());
  return until_.contains(Key(ns, room));
}

void FreshRooms::Forget(absl::Time now) {
  while (!order_.empty() && (order_.front().first <= now || order_.size() >= kMost)) {
    const auto found = until_.find(order_.front().second);
    // A room noted again has a later entry.
    if (found != until_.end() && found->second == order_.front().first) until_.erase(found);
    order_.pop_front();
  }
}

}  // namespace sail::pubsub
