// Lets what was begun in an order go on in that order, though it is ready in another.
#ifndef SAIL_GATEWAY_SAILS_TURNSTILE_H_
#define SAIL_GATEWAY_SAILS_TURNSTILE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

namespace sail::gateway {

// Thread-safe. Every ticket has to be passed with, exactly once, or those behind it wait for ever.
class Turnstile {
 public:
  uint64_t Take() {
    std::lock_guard lock(mutex_);
    return taken_++;
  }

  // Calls go (null: nothing) once all earlier tickets have passed: on this thread, or on that of whoever is
  // in front; one at a time, each after the one before has returned.
  void Pass(uint64_t ticket, std::function<void()> go) {
    std::unique_lock lock(mutex_);
    ready_.emplace(ticket, std::move(go));
    if (std::exchange(passing_, true)) return;
    for (auto next = ready_.find(next_); next != ready_.end(); next = ready_.find(next_)) {
      const std::function<void()> call = std::move(next->second);
      ready_.erase(next);
      ++next_;
      lock.unlock();
      if (call) call();
      lock.lock();
    }
    passing_ = false;
  }

 private:
  std::mutex mutex_;
  uint64_t taken_ = 0;
  uint64_t next_ = 0;
  bool passing_ = false;
  std::map<uint64_t, std::function<void()>> ready_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_SAILS_TURNSTILE_H_
