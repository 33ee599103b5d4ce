#ifndef SAIL_GATEWAY_HTTP_ASIO_EVENT_LOOP_H_
#define SAIL_GATEWAY_HTTP_ASIO_EVENT_LOOP_H_

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <thread>
#include <unordered_set>

#include "gateway/http/event_loop.h"

namespace sail::gateway {

class LoopResource;

// The EventLoop of production: an io_context and its thread. For the socket sources of this package alone,
// since it shows Asio.
class AsioEventLoop final : public EventLoop {
 public:
  AsioEventLoop();
  // Releases the resources, ends and joins the thread.
  ~AsioEventLoop() override;

  void Post(Task task) override;
  std::unique_ptr<Timer> RunAfter(absl::Duration delay, Task task) override;
  std::chrono::steady_clock::time_point Now() const override { return std::chrono::steady_clock::now(); }
  bool InLoopThread() const override { return std::this_thread::get_id() == thread_.get_id(); }

  boost::asio::io_context& io() { return io_; }

  // What lives on the loop and holds itself alive by its own callbacks is released before the loop ends. Loop
  // thread.
  void Add(LoopResource* resource) { resources_.insert(resource); }
  void Remove(LoopResource* resource) { resources_.erase(resource); }

 private:
  void ReleaseResources();

  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::unordered_set<LoopResource*> resources_;
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

class LoopResource {
 public:
  // Ends everything at once, without callbacks, and removes itself from the loop.
  virtual void Release() = 0;

 protected:
  ~LoopResource() = default;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_ASIO_EVENT_LOOP_H_
