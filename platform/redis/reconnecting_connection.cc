#include "platform/redis/reconnecting_connection.h"

#include <chrono>
#include <random>
#include <utility>

namespace sail::platform::redis {
namespace {

// Clock of the ticks: unlike the wall clock it never jumps.
absl::Time SteadyNow() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

double Uniform() {
  thread_local std::minstd_rand random{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(random);
}

}  // namespace

ReconnectingConnection::ReconnectingConnection(EventLoop& loop, ConnectionOptions options, Handlers handlers)
    : loop_(loop),
      options_(std::move(options)),
      handlers_(std::move(handlers)),
      backoff_(options_.first_backoff, options_.backoff_limit, Uniform),
      retry_timer_(loop),
      tick_timer_(loop) {}

ReconnectingConnection::~ReconnectingConnection() { Stop(); }

void ReconnectingConnection::Start(std::vector<std::string> preamble) {
  preamble_ = std::move(preamble);
  Connect();
}

void ReconnectingConnection::Stop() {
  stopped_ = true;
  up_ = connecting_ = false;
  retry_timer_.Cancel();
  tick_timer_.Cancel();
  if (connection_ != nullptr) connection_->Close();
}

void ReconnectingConnection::Connect() {
  connecting_ = true;
  connection_ = Connection::Open(loop_, options_, preamble_,
                                 {.on_ready =
                                      [this] {
                                        up_ = true;
                                        connecting_ = false;
                                        backoff_.Reset();
                                        last_received_ = up_since_ = SteadyNow();
                                        unanswered_since_.reset();
                                        Tick();
                                        handlers_.on_up();
                                      },
                                  .on_reply =
                                      [this](Reply&& reply) {
                                        last_received_ = SteadyNow();
                                        unanswered_since_.reset();
                                        handlers_.on_reply(std::move(reply));
                                      },
                                  .on_closed = [this](absl::Status status) { OnClosed(std::move(status)); }});
}

void ReconnectingConnection::Send(std::string_view wire) {
  if (!up_) return;
  if (!unanswered_since_.has_value()) unanswered_since_ = SteadyNow();
  connection_->Send(wire);
}

void ReconnectingConnection::Break(absl::Status why) {
  if (!up_) return;
  connection_->Close();
  OnClosed(std::move(why));
}

void ReconnectingConnection::OnClosed(absl::Status status) {
  if (stopped_) return;
  const bool was_up = std::exchange(up_, false);
  connecting_ = false;
  tick_timer_.Cancel();
  // A connection that was cut while idle is replaced before anybody misses it; a server that ends each one
  // soon is not asked in a loop.
  if (was_up && SteadyNow() - up_since_ >= options_.first_backoff) {
    Connect();
  } else {
    retry_timer_.Start(backoff_.Next(), [this] { Connect(); });
  }
  handlers_.on_down(std::move(status), was_up);
}

void ReconnectingConnection::Tick() {
  if (!up_) return;
  const absl::Time now = SteadyNow();
  if (unanswered_since_.has_value() && now - *unanswered_since_ >= options_.unresponsive_after) {
    Break(absl::UnavailableError("Redis: no answer, the connection is taken for dead"));
    return;
  }
  const absl::Duration tick = std::min(options_.ping_interval, options_.unresponsive_after) / 4;
  tick_timer_.Start(tick, [this] { Tick(); });
  if (!unanswered_since_.has_value() && now - last_received_ >= options_.ping_interval) handlers_.on_idle();
}

}  // namespace sail::platform::redis
