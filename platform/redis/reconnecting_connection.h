// A connection that comes back: reconnects with backoff (at once, when it had worked), and finds out when the
// peer is silently gone.
#ifndef SAIL_PLATFORM_REDIS_RECONNECTING_CONNECTION_H_
#define SAIL_PLATFORM_REDIS_RECONNECTING_CONNECTION_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "platform/redis/backoff.h"
#include "platform/redis/connection.h"
#include "platform/redis/event_loop.h"

namespace sail::platform::redis {

// Used on the loop's thread alone, the constructor excepted. Handlers may call every method but the
// destructor.
class ReconnectingConnection {
 public:
  struct Handlers {
    std::function<void()> on_up;
    std::function<void(Reply&&)> on_reply;
    // The connection broke (was_up), or an attempt failed. What was sent and not answered never will be.
    std::function<void(absl::Status, bool was_up)> on_down;
    // Nothing came for a while: send a PING, and expect its reply among the others.
    std::function<void()> on_idle;
  };

  ReconnectingConnection(EventLoop& loop, ConnectionOptions options, Handlers handlers);
  ~ReconnectingConnection();

  // Begins to connect. preamble: see Connection::Open.
  void Start(std::vector<std::string> preamble);
  // Ends for good; no handler is called any more.
  void Stop();

  bool up() const { return up_; }
  // Whether an attempt to connect is under way; false in the pauses between attempts.
  bool connecting() const { return connecting_; }
  // Only while up.
  void Send(std::string_view wire);
  // Breaks the connection as if the peer had done it, and begins anew.
  void Break(absl::Status why);

 private:
  void Connect();
  void OnClosed(absl::Status status);
  void Tick();

  EventLoop& loop_;
  const ConnectionOptions options_;
  const Handlers handlers_;
  std::vector<std::string> preamble_;
  Backoff backoff_;
  Timer retry_timer_;
  Timer tick_timer_;
  std::shared_ptr<Connection> connection_;
  bool up_ = false;
  bool connecting_ = false;
  absl::Time up_since_;
  bool stopped_ = false;
  absl::Time last_received_;
  // When the oldest bytes were sent since something was received last.
  std::optional<absl::Time> unanswered_since_;
};

}  // namespace sail::platform::redis

#endif  // SAIL_PLATFORM_REDIS_RECONNECTING_CONNECTION_H_
