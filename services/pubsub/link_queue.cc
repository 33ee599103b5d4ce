#include "services/pubsub/link_queue.h"

#include <utility>

namespace sail::pubsub {

size_t LinkQueue::Deliver(std::shared_ptr<const v1::Operation> operation) {
  const size_t bytes = operation->ByteSizeLong();
  if (operations_ < max_operations_ && bytes_ + bytes <= max_bytes_) {
    entries_.push_back({std::move(operation), nullptr, 0, bytes});
    bytes_ += bytes;
    ++operations_;
    return 0;
  }
  const size_t dropped = operations_ + 1;
  // Older gaps go, too: the one that comes stands for everything before it.
  std::erase_if(entries_,
                [](const Entry& entry) { return entry.event == nullptr && entry.query == nullptr; });
  bytes_ = 0;
  operations_ = 0;
  Gap();
  return dropped;
}

void LinkQueue::Done(uint64_t id, const absl::Status& status, uint64_t position) {
  v1::AttachEvent event;
  v1::Done& done = *event.mutable_done();
  done.set_id(id);
  done.set_code(static_cast<int>(status.code()));
  done.set_message(std::string(status.message()));
  done.set_position(position);
  Add(std::move(event));
}

void LinkQueue::Add(v1::AttachEvent event) {
  entries_.push_back({nullptr, std::make_unique<v1::AttachEvent>(std::move(event)), 0, 0});
  ++dones_;
}

void LinkQueue::Position(uint64_t position) {
  if (!entries_.empty() && entries_.back().position != 0) entries_.pop_back();
  entries_.push_back({nullptr, nullptr, position, 0});
}

void LinkQueue::Gap() {
  if (!entries_.empty() && entries_.back().is_gap()) return;
  entries_.push_back({});
}

void LinkQueue::Query(std::shared_ptr<const v1::Query> query) {
  entries_.push_back({nullptr, nullptr, 0, 0, std::move(query)});
}

bool LinkQueue::Take(v1::AttachEvent* event) {
  event->Clear();
  if (entries_.empty()) return false;
  Entry& first = entries_.front();
  if (first.operation == nullptr) {
    if (first.event != nullptr) {
      *event = std::move(*first.event);
      --dones_;
    } else if (first.query != nullptr) {
      *event->mutable_query() = *first.query;
    } else if (first.position != 0) {
      event->set_position(first.position);
    } else {
      event->mutable_gap();
    }
    entries_.pop_front();
    return true;
  }
  v1::Deliveries* deliveries = event->mutable_deliveries();
  size_t size = 0;
  while (!entries_.empty() && entries_.front().operation != nullptr) {
    Entry& entry = entries_.front();
    if (size > 0 && size + entry.bytes > kMessageBytes) break;
    size += entry.bytes;
    *deliveries->add_operations() = *entry.operation;
    bytes_ -= entry.bytes;
    --operations_;
    entries_.pop_front();
  }
  return true;
}

}  // namespace sail::pubsub
