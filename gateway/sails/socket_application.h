// What sails-hook-sockets is to Sails: events named by a verb are virtual requests, run like those over HTTP.
// Where app/sockets.yaml says so, all else that happens to sockets is for actions, too (socket_events.h).
#ifndef SAIL_GATEWAY_SAILS_SOCKET_APPLICATION_H_
#define SAIL_GATEWAY_SAILS_SOCKET_APPLICATION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/actions/action_runner.h"
#include "gateway/actions/route_source.h"
#include "gateway/http/event_loop.h"
#include "gateway/realtime/loop_rooms.h"
#include "gateway/realtime/session_connections.h"
#include "gateway/sails/session_cookie.h"
#include "gateway/sails/socket_events.h"
#include "gateway/sails/virtual_request.h"
#include "gateway/security/csrf_guard.h"
#include "gateway/socketio/application.h"

namespace sail::gateway {

// One per loop, used on it. What it is given must outlive it.
//
// A socket's session is that of its handshake's cookie. Without a valid one a session is made once
// something is put into it, and kept for the socket's life. (Sails makes a new one for every request when the
// cookie is bad.)
// SessionConnections is told whose it is, so that a revoked session takes its sockets along.
//
// At most kMaxInFlight requests of a socket run at a time; a client that sends more is not read on until some
// have ended.
class SocketApplication final : public socketio::Application {
 public:
  static constexpr int kMaxInFlight = 64;

  // trusted_hops: see ResolveClient.
  SocketApplication(EventLoop& loop, std::shared_ptr<LoopRooms> rooms, int64_t trusted_hops,
                    const SessionCookie& cookie, const CsrfGuard& csrf, RequestSessions& sessions,
                    RouteSource& routes, ActionRunner& runner,
                    std::shared_ptr<SessionConnections> connections,
                    std::unique_ptr<SocketEvents> events = nullptr)
      : loop_(loop),
        rooms_(std::move(rooms)),
        trusted_hops_(trusted_hops),
        cookie_(cookie),
        csrf_(csrf),
        sessions_(sessions),
        routes_(routes),
        runner_(runner),
        connections_(std::move(connections)),
        events_(std::move(events)) {}

  void OnConnect(const std::shared_ptr<socketio::Socket>& socket, std::string_view auth_json,
                 socketio::ConnectDecision decision) override;
  void OnRecovered(const std::shared_ptr<socketio::Socket>& socket) override;
  void OnEvent(const std::shared_ptr<socketio::Socket>& socket, socketio::Event event,
               socketio::AckResponder ack) override;
  void OnDisconnect(const std::shared_ptr<socketio::Socket>& socket, std::string_view reason) override;

 private:
  struct Request;

  void OnVirtualRequest(const std::shared_ptr<socketio::Socket>& socket, const socketio::Event& event,
                        socketio::AckResponder ack);
  std::shared_ptr<SocketState> GiveState(const std::shared_ptr<socketio::Socket>& socket);
  void Run(std::shared_ptr<Request> request);
  void FillRequest(const Request& request, action::v1::ActionRequest* out) const;
  void Answer(std::shared_ptr<Request> request, ActionResult result);
  void End(const Request& request);

  EventLoop& loop_;
  const std::shared_ptr<LoopRooms> rooms_;
  const int64_t trusted_hops_;
  const SessionCookie& cookie_;
  const CsrfGuard& csrf_;
  RequestSessions& sessions_;
  RouteSource& routes_;
  ActionRunner& runner_;
  const std::shared_ptr<SessionConnections> connections_;
  const std::unique_ptr<SocketEvents> events_;  // null: virtual requests in every namespace, nothing else
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_SAILS_SOCKET_APPLICATION_H_
