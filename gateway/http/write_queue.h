#ifndef SAIL_GATEWAY_HTTP_WRITE_QUEUE_H_
#define SAIL_GATEWAY_HTTP_WRITE_QUEUE_H_

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

#include "gateway/http/byte_stream.h"

namespace sail::gateway {

// Bytes that wait for a socket, in order, prepared for gather writes. Small neighbours are copied together
// when many wait, which is cheaper than a piece each; large ones stay shared.
class WriteQueue {
 public:
  static constexpr size_t kMaxPieces = 64;
  using Pieces = std::array<iovec, kMaxPieces>;

  void Push(SharedBytes bytes);

  // The front of the queue for one gather write; valid until the queue changes.
  std::span<iovec> Front(Pieces* pieces);

  // Removes what the socket has taken.
  void Consume(size_t sent);

  void Clear();

  bool empty() const { return queue_.empty(); }
  size_t bytes() const { return bytes_; }
  // Consumed since the beginning.
  uint64_t total_sent() const { return total_sent_; }

 private:
  void JoinSmallPieces();

  std::deque<SharedBytes> queue_;
  size_t front_sent_ = 0;  // of the first piece
  size_t bytes_ = 0;
  uint64_t total_sent_ = 0;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_WRITE_QUEUE_H_
