#include "platform/cancellation/cancellation.h"

#include <utility>

namespace sail::platform {

void Cancellation::Cancel() {
  std::function<void()> end;
  {
    std::lock_guard lock(mutex_);
    cancelled_.store(true, std::memory_order_release);
    end = std::exchange(end_, nullptr);
  }
  if (end) end();
}

void Cancellation::Set(std::function<void()> end) {
  {
    std::lock_guard lock(mutex_);
    if (!cancelled()) {
      end_.swap(end);
      return;  // what was set before is released outside of the lock
    }
  }
  if (end) end();
}

}  // namespace sail::platform
