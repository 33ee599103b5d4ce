#include "services/logic/api/stream_calls.h"

#include <utility>

namespace sail::logic {

using platform::Cancellation;

StreamCalls::~StreamCalls() {
  for (auto& [id, cancellation] : calls_) cancellation->Cancel();
}

std::shared_ptr<Cancellation> StreamCalls::Begin(uint64_t id) {
  auto cancellation = std::make_shared<Cancellation>();
  std::lock_guard lock(mutex_);
  calls_[id] = cancellation;
  return cancellation;
}

void StreamCalls::End(uint64_t id) {
  std::shared_ptr<Cancellation> ended;  // released outside of the lock
  std::lock_guard lock(mutex_);
  const auto found = calls_.find(id);
  if (found == calls_.end()) return;
  ended = std::move(found->second);
  calls_.erase(found);
}

void StreamCalls::Cancel(uint64_t id) {
  std::shared_ptr<Cancellation> cancelled;
  {
    std::lock_guard lock(mutex_);
    const auto found = calls_.find(id);
    if (found == calls_.end()) return;
    cancelled = found->second;
  }
  cancelled->Cancel();
}

}  // namespace sail::logic
