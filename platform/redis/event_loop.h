// One thread that serves Redis connections, and timers on it.
#ifndef SAIL_PLATFORM_REDIS_EVENT_LOOP_H_
#define SAIL_PLATFORM_REDIS_EVENT_LOOP_H_

#include <functional>
#include <memory>

#include "absl/time/time.h"

namespace boost::asio {
class io_context;
}

namespace sail::platform::redis {

// Owns the thread. What runs on the loop must outlive nothing but the loop: declare the loop first. The
// destructor stops the thread after the function that runs just now; functions still waiting are dropped.
class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Runs the function on the loop's thread, in the order of posting, never at once. Thread-safe.
  void Post(std::function<void()> function);

  // Runs the function on the loop's thread and returns when it is done. On the loop's own thread: at once.
  // Thread-safe.
  void Run(const std::function<void()>& function);

  bool OnLoopThread() const;

  // For transports.
  boost::asio::io_context& context();

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

// Calls a function once, later. Used on the loop's thread alone. A function that was cancelled or replaced
// never runs.
class Timer {
 public:
  explicit Timer(EventLoop& loop);
  // Cancels.
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void Start(absl::Duration after, std::function<void()> function);
  void Cancel();

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace sail::platform::redis

#endif  // SAIL_PLATFORM_REDIS_EVENT_LOOP_H_
