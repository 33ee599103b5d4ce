// What waits to be sent to one client, and how much of it there may be.
#ifndef SAIL_GATEWAY_ENGINEIO_SEND_QUEUE_H_
#define SAIL_GATEWAY_ENGINEIO_SEND_QUEUE_H_

#include <cstddef>
#include <vector>

#include "gateway/engineio/outgoing_packet.h"

namespace sail::gateway::engineio {

struct SendQueueLimits {
  size_t bytes = size_t{1} << 20;
  size_t packets = size_t{16} << 10;
};

// Packets pass through two stages: pending (not handed to the transport) and in flight (handed over, not yet
// reported as written). Both count. Single-threaded.
class SendQueue {
 public:
  explicit SendQueue(const SendQueueLimits& limits) : limits_(limits) {}

  // False if the queue is full: the packet is not taken. A packet is taken while what waits is below the
  // limits, however big it is itself, so that a single answer larger than the limit can be sent at all.
  [[nodiscard]] bool Push(OutgoingPacket packet);

  // Whether a batch has been handed over and is not written yet.
  bool in_flight() const { return in_flight_packets_ > 0; }
  bool has_pending() const { return !pending_.empty(); }

  // Moves everything pending to the end of batch and counts it as in flight.
  void TakeBatch(std::vector<OutgoingPacket>* batch);

  // Everything in flight has been written.
  void BatchWritten();

  // Drops what is pending.
  void Clear();

  size_t bytes() const { return pending_bytes_ + in_flight_bytes_; }
  size_t packets() const { return pending_.size() + in_flight_packets_; }

 private:
  const SendQueueLimits limits_;
  std::vector<OutgoingPacket> pending_;
  size_t pending_bytes_ = 0;
  size_t in_flight_bytes_ = 0;
  size_t in_flight_packets_ = 0;
};

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_SEND_QUEUE_H_
