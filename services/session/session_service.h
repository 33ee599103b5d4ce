// sail.session.v1 over gRPC: takes calls apart, asks the SessionManager, turns statuses into codes.
#ifndef SAIL_SESSION_SESSION_SERVICE_H_
#define SAIL_SESSION_SESSION_SERVICE_H_

#include <memory>

#include "absl/time/time.h"
#include "platform/metrics/metrics.h"
#include "services/session/revocation_bus.h"
#include "services/session/session_manager.h"
#include "services/session/user_sessions.h"

namespace grpc {
class Service;
}

namespace sail::session {

// The two services, unary and stream. Nothing blocks: a call ends on the thread of the manager's callback. A
// call has the caller's deadline, but never more than max_timeout; a watch has no end. All that it is given
// outlives the calls.
class SessionServices {
 public:
  SessionServices(SessionManager& manager, UserSessions& users, RevocationBus& bus,
                  absl::Duration max_timeout, platform::metrics::Registry& registry);
  ~SessionServices();

  grpc::Service* unary() const;
  grpc::Service* stream() const;

  // Ends every watch with UNAVAILABLE, so that the gateways watch another replica; later ones at once.
  void CloseWatches();

 private:
  class Calls;
  class Unary;
  class Stream;
  const std::unique_ptr<Calls> calls_;
  const std::unique_ptr<Unary> unary_;
  const std::unique_ptr<Stream> stream_;
};

}  // namespace sail::session

#endif  // SAIL_SESSION_SESSION_SERVICE_H_
