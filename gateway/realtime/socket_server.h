// The socket server: Engine.IO requests become Socket.IO connections of their loop's hub.
#ifndef SAIL_GATEWAY_REALTIME_SOCKET_SERVER_H_
#define SAIL_GATEWAY_REALTIME_SOCKET_SERVER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gateway/engineio/endpoint.h"
#include "gateway/engineio/owned_sid.h"
#include "gateway/engineio/peers.h"
#include "gateway/http/event_loops.h"
#include "gateway/realtime/loop_recovery.h"
#include "gateway/realtime/room_hub.h"
#include "gateway/socketio/hub.h"
#include "platform/metrics/metrics.h"

namespace sail::gateway {

struct SocketServerOptions {
  // Of it, allows_origin comes from only_allow_origins and max_payload from the hub's.
  engineio::EndpointOptions endpoint;
  std::vector<std::string> namespaces = {"/"};
  // Unset: any origin, and none.
  std::optional<std::vector<std::string>> only_allow_origins;
  socketio::HubOptions hub;
  RecoveryOptions recovery;
};

// One per process, with a hub for each loop.
class SocketServer {
 public:
  using MakeApplication =
      std::function<std::unique_ptr<socketio::Application>(EventLoop&, std::shared_ptr<LoopRooms>)>;

  // Not owned, must outlive this: loops, rooms, sids, peers (which may be null).
  SocketServer(SocketServerOptions options, EventLoops& loops, RoomHub& rooms,
               const engineio::OwnedSids& sids, engineio::Peers* peers,
               const MakeApplication& make_application, platform::metrics::Registry& registry);
  // Cuts what is still connected. Not from a loop's thread.
  ~SocketServer();

  // What the HTTP server is to give its requests to.
  engineio::Endpoint& endpoint() { return *endpoint_; }

  // Closes the connections in portions spread over the time, so that clients do not all come back at once.
  // Returns when none is left, or at the deadline. Not from a loop's thread.
  void Drain(absl::Time deadline);

 private:
  struct PerLoop;

  std::vector<std::unique_ptr<PerLoop>> loops_;
  std::unique_ptr<engineio::Endpoint> endpoint_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_REALTIME_SOCKET_SERVER_H_
