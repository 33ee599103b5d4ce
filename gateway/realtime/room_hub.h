// Hands what the cluster says to every event loop of the process.
#ifndef SAIL_GATEWAY_REALTIME_ROOM_HUB_H_
#define SAIL_GATEWAY_REALTIME_ROOM_HUB_H_

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gateway/http/event_loops.h"
#include "gateway/realtime/loop_rooms.h"
#include "gateway/upstream/pubsub_link.h"
#include "platform/metrics/metrics.h"

namespace sail::gateway {

// One per process; the link that it owns belongs to all loops. Must outlive every socket, and end before the
// loops.
class RoomHub {
 public:
  // target: of the pubsub service. gateway_id: unique per process.
  RoomHub(EventLoops& loops, const std::string& target, const std::string& gateway_id,
          platform::metrics::Registry& registry);

  // Waits for what the loops still have to do for it. Not from a loop's thread.
  ~RoomHub();

  // The rooms of the loop with that index; use them on that loop only.
  std::shared_ptr<LoopRooms> ForLoop(int index) { return rooms_[index]; }
  PubSubLink& link() { return *link_; }

 private:
  // Where answers to queries go, which may come later than the link's end.
  struct AnswerDoor {
    std::mutex mutex;
    PubSubLink* link = nullptr;
  };

  // On every loop, behind what has been handed to it.
  void ForAll(const std::function<void(LoopRooms&)>& function);
  void OnDeliveries(std::shared_ptr<const pubsub::v1::Deliveries> deliveries);
  void OnQuery(pubsub::v1::Query query);

  EventLoops& loops_;
  const std::string gateway_id_;
  platform::metrics::Counter* const operations_;
  platform::metrics::Counter* const gaps_;
  std::vector<std::shared_ptr<LoopRooms>> rooms_;
  std::atomic<bool> has_rooms_ = false;  // the link speaks before there are any
  const std::shared_ptr<AnswerDoor> answers_ = std::make_shared<AnswerDoor>();
  std::unique_ptr<PubSubLink> link_;  // last: its handlers use all of the above
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_REALTIME_ROOM_HUB_H_
