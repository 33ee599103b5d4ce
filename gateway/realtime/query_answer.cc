#include "gateway/realtime/query_answer.h"

#include <utility>

namespace sail::gateway {
namespace {

// Parts stay far below what a message may have.
constexpr size_t kPartBytes = size_t{256} << 10;

}  // namespace

void QueryAnswer::Part(pubsub::v1::Answer part) {
  std::lock_guard lock(mutex_);
  SendLocked(std::move(part));
}

void QueryAnswer::Counted(int64_t sockets, int64_t more) {
  std::lock_guard lock(mutex_);
  count_ += sockets;
  open_ += more;
  if (--uncounted_ > 0) return;
  pubsub::v1::Answer part;
  part.set_count(count_);
  SendLocked(std::move(part));
}

bool QueryAnswer::Ack(pubsub::v1::Acknowledgement ack) {
  std::lock_guard lock(mutex_);
  const bool first = acks_.acks().empty();
  *acks_.add_acks() = std::move(ack);
  if (acks_.ByteSizeLong() > kPartBytes) FlushLocked();
  return first;
}

void QueryAnswer::Flush() {
  std::lock_guard lock(mutex_);
  FlushLocked();
}

void QueryAnswer::End() {
  std::lock_guard lock(mutex_);
  if (--open_ > 0) return;
  FlushLocked();
  pubsub::v1::Answer part;
  part.set_last(true);
  SendLocked(std::move(part));
}

void QueryAnswer::FlushLocked() {
  if (!acks_.acks().empty()) SendLocked(std::exchange(acks_, {}));
}

void QueryAnswer::SendLocked(pubsub::v1::Answer part) {
  part.set_id(id_);
  send_(std::move(part));
}

}  // namespace sail::gateway
