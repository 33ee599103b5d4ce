// Brings revoked sessions to every event loop of the process.
#ifndef SAIL_GATEWAY_REALTIME_REVOCATION_HUB_H_
#define SAIL_GATEWAY_REALTIME_REVOCATION_HUB_H_

#include <memory>
#include <string>
#include <vector>

#include "gateway/http/event_loops.h"
#include "gateway/realtime/session_check.h"
#include "gateway/realtime/session_connections.h"
#include "gateway/upstream/revocation_watch.h"
#include "gateway/upstream/session_client.h"
#include "platform/metrics/metrics.h"

namespace sail::gateway {

// One per process. Connections of a session that is revoked anywhere end here at once. When the watch comes
// into force (again), the sessions of all connections are looked up: what was missed is found.
class RevocationHub {
 public:
  // target: of the session service. Not owned, must outlive this: loops, sessions.
  RevocationHub(EventLoops& loops, SessionClient& sessions, const std::string& target,
                platform::metrics::Registry& registry);
  // Not from a loop's thread.
  ~RevocationHub();

  // Whose the connections of this loop are.
  std::shared_ptr<SessionConnections> ForLoop(EventLoop& loop) const;

 private:
  struct PerLoop {
    EventLoop* loop;
    std::shared_ptr<SessionConnections> connections;
    std::shared_ptr<SessionCheck> check;
  };

  std::vector<PerLoop> loops_;
  platform::metrics::Counter* const revoked_;
  std::unique_ptr<RevocationWatch> watch_;  // last: its handlers use the above
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_REALTIME_REVOCATION_HUB_H_
