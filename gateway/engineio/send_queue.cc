#include "gateway/engineio/send_queue.h"

#include <iterator>
#include <utility>

namespace sail::gateway::engineio {
namespace {

// An idle client keeps no more room than this.
constexpr size_t kKeptCapacity = 32;

}  // namespace

bool SendQueue::Push(OutgoingPacket packet) {
  if (bytes() >= limits_.bytes || packets() >= limits_.packets) return false;
  pending_bytes_ += packet.size();
  pending_.push_back(std::move(packet));
  return true;
}

void SendQueue::TakeBatch(std::vector<OutgoingPacket>* batch) {
  in_flight_packets_ += pending_.size();
  in_flight_bytes_ += pending_bytes_;
  if (batch->empty()) {
    batch->swap(pending_);
  } else {
    batch->insert(batch->end(), std::make_move_iterator(pending_.begin()),
                  std::make_move_iterator(pending_.end()));
  }
  Clear();
}

void SendQueue::BatchWritten() {
  in_flight_packets_ = 0;
  in_flight_bytes_ = 0;
}

void SendQueue::Clear() {
  pending_bytes_ = 0;
  pending_.clear();
  if (pending_.capacity() > kKeptCapacity) pending_ = {};
}

}  // namespace sail::gateway::engineio
