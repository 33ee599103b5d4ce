// How what has collected becomes the next message of a batching stream.
#ifndef SAIL_PLATFORM_RPC_BATCH_MESSAGE_H_
#define SAIL_PLATFORM_RPC_BATCH_MESSAGE_H_

#include <cstddef>
#include <deque>
#include <utility>

namespace sail::platform::rpc {

inline constexpr size_t kMaxBatchBytes = 1 << 20;

// Moves entries from the front of `collected`, which is not empty, into the repeated field: at least one, and
// no more than kMaxBatchBytes beyond it. A message that is longer than the peer accepts would break the
// stream for all its calls.
template <typename Entry, typename RepeatedField>
void TakeBatch(std::deque<Entry>* collected, RepeatedField* message) {
  size_t bytes = 0;
  do {
    bytes += collected->front().ByteSizeLong();
    *message->Add() = std::move(collected->front());
    collected->pop_front();
  } while (!collected->empty() && bytes + collected->front().ByteSizeLong() <= kMaxBatchBytes);
}

}  // namespace sail::platform::rpc

#endif  // SAIL_PLATFORM_RPC_BATCH_MESSAGE_H_
