#include "platform/redis/event_loop.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <future>
#include <thread>
#include <utility>

namespace sail::platform::redis {

namespace asio = boost::asio;

struct EventLoop::State {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::thread thread;
};

EventLoop::EventLoop() : state_(std::make_unique<State>()) {
  state_->thread = std::thread([state = state_.get()] { state->context.run(); });
}

EventLoop::~EventLoop() {
  state_->context.stop();
  state_->thread.join();
}

void EventLoop::Post(std::function<void()> function) { asio::post(state_->context, std::move(function)); }

void EventLoop::Run(const std::function<void()>& function) {
  if (OnLoopThread()) {
    function();
    return;
  }
  std::promise<void> done;
  Post([&] {
    function();
    done.set_value();
  });
  done.get_future().wait();
}

bool EventLoop::OnLoopThread() const { return std::this_thread::get_id() == state_->thread.get_id(); }

asio::io_context& EventLoop::context() { return state_->context; }

struct Timer::State {
  explicit State(EventLoop& loop) : timer(loop.context()) {}
  asio::steady_timer timer;
  // Tells a function that is due already from the one that replaced it.
  uint64_t generation = 0;
};

Timer::Timer(EventLoop& loop) : state_(std::make_shared<State>(loop)) {}

Timer::~Timer() { Cancel(); }

void Timer::Start(absl::Duration after, std::function<void()> function) {
  const uint64_t generation = ++state_->generation;
  state_->timer.expires_after(absl::ToChronoNanoseconds(after));
  state_->timer.async_wait(
      [state = state_, generation, function = std::move(function)](const boost::system::error_code& error) {
        if (!error && state->generation == generation) function();
      });
}

void Timer::Cancel() {
  ++state_->generation;
  state_->timer.cancel();
}

}  // namespace sail::platform::redis
