// Collects the sessions that have something to send, so that everything due to one client in one turn of the
// loop leaves in one write, and a broadcast to a thousand clients posts one task instead of a thousand.
#ifndef SAIL_GATEWAY_ENGINEIO_FLUSH_SCHEDULER_H_
#define SAIL_GATEWAY_ENGINEIO_FLUSH_SCHEDULER_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "gateway/http/event_loop.h"

namespace sail::gateway::engineio {

class FlushScheduler;

// Who can be scheduled. Destroying it unschedules it.
class Flushable {
 public:
  virtual ~Flushable();
  Flushable() = default;
  Flushable(const Flushable&) = delete;
  Flushable& operator=(const Flushable&) = delete;

  // Called once for each ScheduleFlush, behind the tasks that the loop has queued by then.
  virtual void Flush() = 0;

 private:
  friend class FlushScheduler;
  static constexpr size_t kNowhere = static_cast<size_t>(-1);
  FlushScheduler* scheduler_ = nullptr;
  size_t place_ = kNowhere;
};

// One per event loop; single-threaded. Objects that wait when it is destroyed are not flushed any more.
class FlushScheduler {
 public:
  explicit FlushScheduler(EventLoop* loop) : loop_(loop), alive_(std::make_shared<bool>(true)) {}
  ~FlushScheduler();
  FlushScheduler(const FlushScheduler&) = delete;
  FlushScheduler& operator=(const FlushScheduler&) = delete;

  // Does nothing if it is scheduled already.
  void ScheduleFlush(Flushable* flushable);

 private:
  friend class Flushable;
  void FlushAll();

  EventLoop* const loop_;
  std::shared_ptr<bool> alive_;  // a posted task may outlive the scheduler
  std::vector<Flushable*> waiting_;
  std::vector<Flushable*> flushing_;  // entries become null when their object is destroyed meanwhile
};

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_FLUSH_SCHEDULER_H_
