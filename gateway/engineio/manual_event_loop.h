// An event loop for tests: runs when told to, on a clock that stands still otherwise.
#ifndef SAIL_GATEWAY_ENGINEIO_MANUAL_EVENT_LOOP_H_
#define SAIL_GATEWAY_ENGINEIO_MANUAL_EVENT_LOOP_H_

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "gateway/http/event_loop.h"

namespace sail::gateway {

class ManualEventLoop : public EventLoop {
 public:
  void Post(Task task) override { tasks_.push_back(std::move(task)); }

  std::unique_ptr<Timer> RunAfter(absl::Duration delay, Task task) override {
    const Key key{now_ + absl::ToChronoNanoseconds(delay), next_++};
    timers_.emplace(key, std::move(task));
    return std::make_unique<ManualTimer>(this, key);
  }

  std::chrono::steady_clock::time_point Now() const override { return now_; }
  bool InLoopThread() const override { return true; }

  // Runs the posted tasks and those that they post.
  void Run() {
    while (!tasks_.empty()) {
      Task task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    }
  }

  // Lets the time pass; timers fire in their order, each followed by Run.
  void Advance(std::chrono::milliseconds time) {
    const auto end = now_ + time;
    Run();
    while (!timers_.empty() && timers_.begin()->first.first <= end) {
      auto node = timers_.extract(timers_.begin());
      now_ = node.key().first;
      node.mapped()();
      Run();
    }
    now_ = end;
  }

  size_t timers() const { return timers_.size(); }

 private:
  using Key = std::pair<std::chrono::steady_clock::time_point, int>;

  struct ManualTimer : Timer {
    ManualTimer(ManualEventLoop* loop, Key key) : loop(loop), key(key) {}
    ~ManualTimer() override { loop->timers_.erase(key); }
    ManualEventLoop* loop;
    Key key;
  };

  std::deque<Task> tasks_;
  std::map<Key, Task> timers_;
  std::chrono::steady_clock::time_point now_{};
  int next_ = 0;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ENGINEIO_MANUAL_EVENT_LOOP_H_
