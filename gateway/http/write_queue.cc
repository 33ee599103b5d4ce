#include "gateway/http/write_queue.h"

#include <memory>
#include <string>
#include <utility>

namespace sail::gateway {
namespace {

constexpr size_t kManyPieces = 4;
constexpr size_t kSmallPiece = 1024;
constexpr size_t kJoinedBytes = 32 * 1024;

}  // namespace

void WriteQueue::Push(SharedBytes bytes) {
  if (bytes->empty()) return;
  bytes_ += bytes->size();
  queue_.push_back(std::move(bytes));
}

std::span<iovec> WriteQueue::Front(Pieces* pieces) {
  if (queue_.size() > kManyPieces && front_sent_ == 0) JoinSmallPieces();
  size_t count = 0;
  for (const SharedBytes& bytes : queue_) {
    if (count == pieces->size()) break;
    const size_t skip = count == 0 ? front_sent_ : 0;
    (*pieces)[count++] = {const_cast<char*>(bytes->data()) + skip, bytes->size() - skip};
  }
  return std::span(*pieces).first(count);
}

void WriteQueue::JoinSmallPieces() {
  auto joined = std::make_shared<std::string>();
  while (!queue_.empty() && queue_.front()->size() <= kSmallPiece && joined->size() < kJoinedBytes) {
    joined->append(*queue_.front());
    queue_.pop_front();
  }
  if (!joined->empty()) queue_.push_front(std::move(joined));
}

void WriteQueue::Consume(size_t sent) {
  total_sent_ += sent;
  bytes_ -= sent;
  sent += front_sent_;
  while (!queue_.empty() && sent >= queue_.front()->size()) {
    sent -= queue_.front()->size();
    queue_.pop_front();
  }
  front_sent_ = sent;
}

void WriteQueue::Clear() {
  queue_.clear();
  front_sent_ = 0;
  bytes_ = 0;
}

}  // namespace sail::gateway
