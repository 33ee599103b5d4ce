// Looks up the sessions of a loop's connections, and ends those whose session is gone.
#ifndef SAIL_GATEWAY_REALTIME_SESSION_CHECK_H_
#define SAIL_GATEWAY_REALTIME_SESSION_CHECK_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gateway/http/event_loop.h"
#include "gateway/realtime/session_connections.h"

namespace sail::gateway {

class SessionClient;

// For when revocations may have been missed. A few lookups are under way at a time; one that fails since the
// store is away is repeated until it is back. Belongs to its loop, where Stop has to be called in the end.
// Made with make_shared; the client must live until then.
class SessionCheck final : public std::enable_shared_from_this<SessionCheck> {
 public:
  static constexpr int kMaxInFlight = 32;
  static constexpr absl::Duration kRetryAfter = absl::Milliseconds(500);

  // on_gone: told how many connections were ended, on the loop.
  SessionCheck(EventLoop& loop, SessionClient& client, std::shared_ptr<SessionConnections> connections,
               std::function<void(size_t)> on_gone)
      : loop_(loop), client_(client), connections_(std::move(connections)), on_gone_(std::move(on_gone)) {}

  // All that are there now. One that is under way is replaced.
  void Start();
  void Stop();

 private:
  void Continue();
  void OnAnswer(const std::string& id, const absl::Status& status);

  EventLoop& loop_;
  SessionClient& client_;
  const std::shared_ptr<SessionConnections> connections_;
  const std::function<void(size_t)> on_gone_;
  std::vector<std::string> due_;
  int in_flight_ = 0;
  bool stopped_ = false;
  bool pausing_ = false;
  std::unique_ptr<Timer> pause_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_REALTIME_SESSION_CHECK_H_
