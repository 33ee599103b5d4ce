#include "gateway/realtime/room_hub.h"

#include <utility>

#include "platform/log/log.h"

namespace sail::gateway {

RoomHub::RoomHub(EventLoops& loops, const std::string& target, const std::string& gateway_id,
                 platform::metrics::Registry& registry)
    : loops_(loops),
      operations_(
          registry.AddCounter("sail_gateway_pubsub_operations_total", "Operations from the pubsub service.")),
      gaps_(registry.AddCounter("sail_gateway_pubsub_gaps_total",
                                "Times that operations may have been missed.")) {
  PubSubLink::Handlers handlers;
  handlers.on_deliveries = [this](auto deliveries) { OnDeliveries(std::move(deliveries)); };
  handlers.on_gap = [this] {
    gaps_->Increment();
    platform::Log(platform::Severity::kWarning, "events may have been missed");
  };
  link_ = MakePubSubLink(target, gateway_id, std::move(handlers));
  for (int i = 0; i < loops_.size(); ++i)
    rooms_.push_back(std::make_shared<LoopRooms>(loops_.loop(i), *link_));
}

RoomHub::~RoomHub() {
  const auto wait_for_loops = [this] {
    for (int i = 0; i < loops_.size(); ++i) RunAndWait(loops_.loop(i), [] {});
  };
  // Rooms that closed with their sockets are still to be told to the link; what the link has still answered
  // is for the rooms.
  wait_for_loops();
  link_.reset();
  wait_for_loops();
}

void RoomHub::OnDeliveries(std::shared_ptr<const pubsub::v1::Deliveries> deliveries) {
  operations_->Increment(deliveries->operations_size());
  std::vector<LoopOperation> operations;
  operations.reserve(deliveries->operations_size());
  for (const auto& operation : deliveries->operations()) {
    LoopOperation& out = operations.emplace_back();
    out.owner = deliveries;
    out.operation = &operation;
    if (operation.has_broadcast()) {
      const auto& broadcast = operation.broadcast();
      out.packet = socketio::EncodeEvent(operation.namespace_().empty() ? "/" : operation.namespace_(),
                                         broadcast.data_json(),
                                         {broadcast.attachments().begin(), broadcast.attachments().end()});
    }
  }
  for (int i = 0; i < loops_.size(); ++i) {
    // Each loop has copies of its own of the packets; they share the bytes.
    loops_.loop(i).Post([rooms = rooms_[i], operations] {
      for (const LoopOperation& operation : operations) rooms->Apply(operation);
    });
  }
}

}  // namespace sail::gateway
