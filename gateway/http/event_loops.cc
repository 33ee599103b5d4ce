#include "gateway/http/event_loops.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <utility>

#include "gateway/http/asio_event_loop.h"

namespace sail::gateway {
namespace {

class AsioTimer final : public Timer {
 public:
  AsioTimer(boost::asio::io_context& io, absl::Duration delay, Task task)
      : state_(std::make_shared<State>(io)) {
    state_->task = std::move(task);
    // Above a year Asio's sum of now and delay would leave its range.
    const absl::Duration bounded = std::clamp(delay, absl::ZeroDuration(), absl::Hours(24 * 365));
    state_->timer.expires_after(absl::ToChronoNanoseconds(bounded));
    state_->timer.async_wait([state = state_](const boost::system::error_code&) {
      if (Task task = std::exchange(state->task, nullptr)) task();
    });
  }

  ~AsioTimer() override {
    state_->task = nullptr;
    state_->timer.cancel();
  }

 private:
  struct State {
    explicit State(boost::asio::io_context& io) : timer(io) {}
    boost::asio::steady_timer timer;
    Task task;
  };
  std::shared_ptr<State> state_;
};

}  // namespace

AsioEventLoop::AsioEventLoop() : work_(io_.get_executor()), thread_([this] { io_.run(); }) {}

AsioEventLoop::~AsioEventLoop() {
  Post([this] {
    ended_.store(true);
    ReleaseResources();
    io_.stop();
  });
  thread_.join();
}

void AsioEventLoop::ReleaseResources() {
  while (!resources_.empty()) (*resources_.begin())->Release();
}

void AsioEventLoop::Post(Task task) {
  // Tasks that are destroyed together with io_ may try to post others.
  if (ended_.load(std::memory_order_relaxed)) return;
  boost::asio::post(io_, [task = std::move(task)]() mutable { task(); });
}

std::unique_ptr<Timer> AsioEventLoop::RunAfter(absl::Duration delay, Task task) {
  return std::make_unique<AsioTimer>(io_, delay, std::move(task));
}

EventLoops::EventLoops(int threads) {
  for (int i = 0; i < std::max(threads, 1); ++i) loops_.push_back(std::make_unique<AsioEventLoop>());
}

EventLoops::~EventLoops() = default;

int EventLoops::size() const { return static_cast<int>(loops_.size()); }

EventLoop& EventLoops::loop(int index) { return *loops_[static_cast<size_t>(index)]; }

AsioEventLoop& EventLoops::asio_loop(int index) { return *loops_[static_cast<size_t>(index)]; }

void RunAndWait(EventLoop& loop, Task task) {
  std::promise<void> done;
  loop.Post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

}  // namespace sail::gateway
