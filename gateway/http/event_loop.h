#ifndef SAIL_GATEWAY_HTTP_EVENT_LOOP_H_
#define SAIL_GATEWAY_HTTP_EVENT_LOOP_H_

#include <chrono>
#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"

namespace sail::gateway {

using Task = absl::AnyInvocable<void()>;

// A one-shot timer. Destroying it before it has fired cancels it: the task does not run afterwards. Belongs
// to its loop's thread, as does the right to destroy it.
class Timer {
 public:
  virtual ~Timer() = default;
};

// One thread that runs tasks in the order in which they were posted. Everything that belongs to a connection
// happens on the loop the connection was accepted on, so connections need no locks.
class EventLoop {
 public:
  virtual ~EventLoop() = default;

  // Runs task on the loop's thread, never inside this call. Any thread. Tasks posted by one thread keep their
  // order. Tasks that are still queued when the loop ends are destroyed without having run.
  virtual void Post(Task task) = 0;

  // Runs task once, `delay` from now or a little later. Loop thread only.
  virtual std::unique_ptr<Timer> RunAfter(absl::Duration delay, Task task) = 0;

  // Monotonic; a fake in tests. Any thread.
  virtual std::chrono::steady_clock::time_point Now() const = 0;

  // Any thread.
  virtual bool InLoopThread() const = 0;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_EVENT_LOOP_H_
