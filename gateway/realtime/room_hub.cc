#include "gateway/realtime/room_hub.h"

#include <utility>

#include "gateway/realtime/socket_query.h"
#include "platform/log/log.h"

namespace sail::gateway {

RoomHub::RoomHub(EventLoops& loops, const std::string& target, const std::string& gateway_id,
                 platform::metrics::Registry& registry)
    : loops_(loops),
      gateway_id_(gateway_id),
      operations_(
          registry.AddCounter("sail_gateway_pubsub_operations_total", "Operations from the pubsub service.")),
      gaps_(registry.AddCounter("sail_gateway_pubsub_gaps_total",
                                "Times that operations may have been missed.")) {
  PubSubLink::Handlers handlers;
  handlers.on_deliveries = [this](auto deliveries) { OnDeliveries(std::move(deliveries)); };
  handlers.on_gap = [this] {
    gaps_->Increment();
    platform::Log(platform::Severity::kWarning, "events may have been missed");
    ForAll([](LoopRooms& rooms) { rooms.OnGap(); });
  };
  handlers.on_position = [this](uint64_t position) {
    ForAll([position](LoopRooms& rooms) { rooms.ReachPosition(position); });
  };
  handlers.on_query = [this](pubsub::v1::Query query) { OnQuery(std::move(query)); };
  link_ = MakePubSubLink(target, gateway_id, std::move(handlers));
  for (int i = 0; i < loops_.size(); ++i)
    rooms_.push_back(std::make_shared<LoopRooms>(loops_.loop(i), *link_));
  has_rooms_ = true;
  std::lock_guard lock(answers_->mutex);
  answers_->link = link_.get();
}

RoomHub::~RoomHub() {
  const auto wait_for_loops = [this] {
    for (int i = 0; i < loops_.size(); ++i) RunAndWait(loops_.loop(i), [] {});
  };
  // Rooms that closed with their sockets are still to be told to the link; what the link has still answered
  // is for the rooms.
  wait_for_loops();
  {
    std::lock_guard lock(answers_->mutex);
    answers_->link = nullptr;
  }
  link_.reset();
  wait_for_loops();
}

void RoomHub::ForAll(const std::function<void(LoopRooms&)>& function) {
  if (!has_rooms_) return;
  for (int i = 0; i < loops_.size(); ++i) {
    loops_.loop(i).Post([rooms = rooms_[i], function] { function(*rooms); });
  }
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
    loops_.loop(i).Post([rooms = rooms_[i], operations]() mutable {
      for (LoopOperation& operation : operations) rooms->Apply(std::move(operation));
    });
  }
}

void RoomHub::OnQuery(pubsub::v1::Query query) {
  auto answer =
      std::make_shared<QueryAnswer>(query.id(), loops_.size(), [door = answers_](pubsub::v1::Answer part) {
        std::lock_guard lock(door->mutex);
        if (door->link != nullptr) door->link->Answer(std::move(part));
      });
  const auto shared = std::make_shared<const pubsub::v1::Query>(std::move(query));
  for (int i = 0; i < loops_.size(); ++i) {
    loops_.loop(i).Post([&loop = loops_.loop(i), rooms = rooms_[i], shared, id = gateway_id_, answer] {
      const std::string& ns = shared->namespace_();
      AnswerOnLoop(loop, rooms->Find(ns.empty() ? "/" : ns), shared, id, answer);
    });
  }
}

}  // namespace sail::gateway
