// Connects, events and disconnects of sockets as actions: what app/sockets.yaml asks for.
#ifndef SAIL_GATEWAY_SAILS_SOCKET_EVENTS_H_
#define SAIL_GATEWAY_SAILS_SOCKET_EVENTS_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/actions/action_runner.h"
#include "gateway/actions/route_source.h"
#include "gateway/http/event_loop.h"
#include "gateway/realtime/loop_rooms.h"
#include "gateway/routing/socket_routes.h"
#include "gateway/sails/socket_state.h"
#include "gateway/socketio/application.h"
#include "platform/metrics/metrics.h"

namespace sail::gateway {

struct SocketEventsOptions {
  size_t max_queued =
      8192;                 // of one socket, behind those under way; a client that sends more is disconnected
  bool keep_emits = false;  // ActionCall::keep_emits
};

// Shared by all loops.
struct SocketEventCounters {
  explicit SocketEventCounters(platform::metrics::Registry& registry);

  platform::metrics::Counter* connects;
  platform::metrics::Counter* refused;
  platform::metrics::Counter* events;
  platform::metrics::Counter* ignored;  // events that no action listens to
  platform::metrics::Counter* disconnects;
  platform::metrics::Counter* failed;       // the service is down, too slow, or has answered nonsense
  platform::metrics::Counter* not_read_on;  // a client sent faster than its events are answered
  platform::metrics::Counter* overflows;    // ... and more than max_queued
};

// One per loop, used on it. Not owned, must outlive this: loop, routes, source, runner, counters.
//
// What is guaranteed is in protos/sail/action/v1/action.proto (SocketEvent).
class SocketEvents {
 public:
  SocketEvents(EventLoop& loop, std::shared_ptr<LoopRooms> rooms, const SocketRoutes& routes,
               RouteSource& source, ActionRunner& runner, const SocketEventCounters& counters,
               SocketEventsOptions options)
      : loop_(loop),
        rooms_(std::move(rooms)),
        routes_(routes),
        source_(source),
        runner_(runner),
        counters_(counters),
        options_(options) {}

  // The namespace's entry; null if clients may not connect to it.
  const SocketNamespace* Find(std::string_view nsp) const { return routes_.Find(nsp); }

  // state: the socket's, with everything but events. Decides, at once where there is no action to ask.
  void OnConnect(const std::shared_ptr<socketio::Socket>& socket, std::shared_ptr<SocketState> state,
                 std::string_view auth_json, socketio::ConnectDecision decision);
  void OnEvent(const std::shared_ptr<socketio::Socket>& socket, std::shared_ptr<SocketState> state,
               socketio::Event event, socketio::AckResponder ack);
  void OnDisconnect(const std::shared_ptr<socketio::Socket>& socket, std::shared_ptr<SocketState> state,
                    std::string_view reason);

 private:
  struct Happening;

  std::shared_ptr<Happening> Make(const std::shared_ptr<socketio::Socket>& socket,
                                  std::shared_ptr<SocketState> state, const SocketAction& action);
  void AddHandshake(const Happening& happening, action::v1::ActionRequest* out) const;
  void AddSocket(const Happening& happening, action::v1::ActionRequest* out) const;
  // Runs it now, or once there is room for it.
  void Enqueue(std::shared_ptr<Happening> happening);
  void Run(std::shared_ptr<Happening> happening);
  void Finish(Happening& happening, ActionResult result);
  void AnswerConnect(Happening& happening, const ActionResult& result);

  EventLoop& loop_;
  const std::shared_ptr<LoopRooms> rooms_;
  const SocketRoutes& routes_;
  RouteSource& source_;
  ActionRunner& runner_;
  const SocketEventCounters& counters_;
  const SocketEventsOptions options_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_SAILS_SOCKET_EVENTS_H_
