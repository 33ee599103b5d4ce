// Rooms that sockets all over the cluster are joining just now.
#ifndef SAIL_PUBSUB_FRESH_ROOMS_H_
#define SAIL_PUBSUB_FRESH_ROOMS_H_

#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

namespace sail::pubsub {

// When sockets are told to join a room (add_members), their nodes subscribe to the room's channel only when
// they hear of it. A broadcast that follows at once would pass before the subscription stands. So for a while
// it is published on the namespace's channel, which every node has subscribed, with the room named in its
// options: all adapters understand that.
//
// Thread-safe. Keeps at most kMost rooms; the oldest are forgotten first.
class FreshRooms {
 public:
  static constexpr absl::Duration kFresh = absl::Seconds(2);
  static constexpr size_t kMost = 65536;

  explicit FreshRooms(std::function<absl::Time()> clock = absl::Now) : clock_(std::move(clock)) {}

  void Note(std::string_view ns, std::string_view room);
  bool IsFresh(std::string_view ns, std::string_view room);

 private:
  static std::string Key(std::string_view ns, std::string_view room);
  // With the mutex held.
  void Forget(absl::Time now);

  const std::function<absl::Time()> clock_;
  std::mutex mutex_;
  // Guarded by the mutex.
  absl::flat_hash_map<std::string, absl::Time> until_;
  std::deque<std::pair<absl::Time, std::string>> order_;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_FRESH_ROOMS_H_
