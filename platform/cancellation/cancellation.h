#ifndef SAIL_PLATFORM_CANCELLATION_CANCELLATION_H_
#define SAIL_PLATFORM_CANCELLATION_CANCELLATION_H_

#include <atomic>
#include <functional>
#include <mutex>

namespace sail::platform {

// The way to end work whose result nobody waits for any more. One for each request, passed down to whatever
// works for it at the moment. A cancellation is a hint: what it comes too late for is done. Thread-safe.
class Cancellation {
 public:
  Cancellation() = default;
  Cancellation(const Cancellation&) = delete;
  Cancellation& operator=(const Cancellation&) = delete;

  // Ends the work under way and all later work. Calls the callback that was Set last, without any lock held.
  void Cancel();
  bool cancelled() const { return cancelled_.load(std::memory_order_acquire); }

  // What ends the work under way, until the next Set; null: there is none. Called at most once; at once,
  // inside this call, if the cancellation has come already. Must not block.
  void Set(std::function<void()> end);

 private:
  std::mutex mutex_;
  std::atomic<bool> cancelled_{false};
  std::function<void()> end_;  // guarded by mutex_
};

}  // namespace sail::platform

#endif  // SAIL_PLATFORM_CANCELLATION_CANCELLATION_H_
