// The socket server: WebSocket requests become Socket.IO connections of their loop's hub.
#ifndef SAIL_GATEWAY_REALTIME_SOCKET_SERVER_H_
#define SAIL_GATEWAY_REALTIME_SOCKET_SERVER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gateway/http/event_loops.h"
#include "gateway/http/http_handler.h"
#include "gateway/realtime/room_hub.h"
#include "gateway/socketio/hub.h"
#include "platform/metrics/metrics.h"

namespace sail::gateway {

struct SocketServerOptions {
  std::string path = "/socket.io";  // without a slash at the end; requests have one
  std::vector<std::string> namespaces = {"/"};
  // Unset: any origin, and none.
  std::optional<std::vector<std::string>> only_allow_origins;
  socketio::HubOptions hub;
};

// One per process, with a hub for each loop. Handlers run on the connection's loop.
class SocketServer final : public UpgradeHandler {
 public:
  using MakeApplication =
      std::function<std::unique_ptr<socketio::Application>(EventLoop&, std::shared_ptr<LoopRooms>)>;

  // Not owned, must outlive this: loops, rooms.
  SocketServer(SocketServerOptions options, EventLoops& loops, RoomHub& rooms,
               const MakeApplication& make_application, platform::metrics::Registry& registry);
  // Cuts what is still connected. Not from a loop's thread.
  ~SocketServer() override;

  void HandleUpgrade(std::shared_ptr<const HttpRequest> request, std::shared_ptr<ByteStream> stream,
                     std::string already_read) override;

  // The answer to a request for the path that is no upgrade: an Engine.IO error, as there is no polling.
  // Nothing for other paths.
  std::optional<HttpResponse> AnswerRequest(const HttpRequest& request) const;

  // Closes the connections in portions spread over the time, so that clients do not all come back at once.
  // Returns when none is left, or at the deadline. Not from a loop's thread.
  void Drain(absl::Time deadline);

 private:
  struct PerLoop;

  bool IsForPath(const HttpRequest& request) const;
  PerLoop& For(EventLoop& loop);
  void AddCorsHeaders(const HttpRequest& request, HttpResponse* response) const;

  const SocketServerOptions options_;
  platform::metrics::Counter* const accepted_;
  platform::metrics::Counter* const refused_;
  std::vector<std::unique_ptr<PerLoop>> loops_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_REALTIME_SOCKET_SERVER_H_
