// The gateway: HTTP, WebSocket, Engine.IO and Socket.IO outside, gRPC inside.
#include <cstdio>
#include <thread>

#include "gateway/actions/action_runner.h"
#include "gateway/gateway_options.h"
#include "gateway/peers/peer_service.h"
#include "gateway/realtime/revocation_hub.h"
#include "gateway/sails/socket_application.h"
#include "gateway/upstream/session_client.h"
#include "platform/config/config_reader.h"
#include "platform/metrics/metrics.h"

int main(int argc, char** argv) {
  using namespace sail::gateway;
  auto reader = sail::platform::ConfigReader::FromEnvironment();
  if (argc > 1) return ServicesMain(reader, argv[1]);
  const auto config = ReadGatewayConfig(reader);
  if (!config.ok()) return std::fprintf(stderr, "gateway: %s\n", config.status().ToString().c_str()), 2;

  sail::platform::metrics::Registry registry;
  sail::platform::Server server(config->server, registry);
  EventLoops loops(config->threads);
  const auto session_client = MakeSessionClient(config->session_target);
  const auto logic = MakeStreamActionClient("logic", config->logic_target);
  RoomHub rooms(loops, config->pubsub_target, NewGatewayId(), registry);
  RevocationHub revocations(loops, *session_client, config->session_target, registry);
  RouteSource routes(*logic, config->routes, ServicesFrom(*config));
  const ActionPolicies policies{&config->policies,
                                [&](const std::string& name) { return routes.FindAction(name); }};
  const SessionCookie cookie(CookieOptionsFrom(*config));
  const CsrfGuard csrf(config->app.security.csrf, config->routes);
  RequestSessions http_sessions(*session_client, HttpSessionsFrom(*config, cookie, csrf));
  ActionRunner http_runner(http_sessions, rooms.link(), policies, config->action_timeout);
  RequestSessions socket_sessions(*session_client, SocketSessionsFrom(*config, cookie, csrf));
  ActionRunner socket_runner(socket_sessions, rooms.link(), policies, config->action_timeout);
  const SocketEventCounters event_counters(registry);
  const auto make_application = [&](EventLoop& loop, std::shared_ptr<LoopRooms> loop_rooms) {
    auto events = std::make_unique<SocketEvents>(loop, loop_rooms, config->socket_routes, routes,
                                                 socket_runner, event_counters, SocketEventsFrom(*config));
    return std::make_unique<SocketApplication>(loop, std::move(loop_rooms), config->app.http.trusted_hops,
                                               cookie, csrf, socket_sessions, routes, socket_runner,
                                               revocations.ForLoop(loop), std::move(events));
  };
  const engineio::OwnedSids sids(NewPeerId(), config->session_secrets);
  const auto directory = MakePeerDirectory(config->pubsub_target, sids.gateway(), config->peer_address);
  const auto peers = MakePeerClient(*directory, PeerOptionsFrom(*config), registry);
  SocketServer sockets(SocketOptionsFrom(*config), loops, rooms, sids, peers.get(), make_application,
                       registry);
  PeerService peer_service(sockets.endpoint(), registry);
  server.AddService(peer_service.service());
  sse::EventDoor events(loops, rooms, revocations, {}, registry);
  StaticFiles files(StaticFoldersFrom(*config));
  SailsHttpHandler handler(HandlerOptionsFrom(*config, sockets, files, events), cookie, csrf, routes,
                           http_runner, registry);
  HttpServer http(HttpOptionsFrom(*config), loops, handler, &sockets.endpoint(), &registry);

  server.AddReadiness("the services' routes", [&] { return routes.ready(); });
  server.AddReadiness("the session service", [&] { return session_client->ready(); });
  server.AddReadiness("the other gateways", [&] { return directory->announced(); });
  server.AddReadiness("the pubsub service", [&] { return rooms.link().attached(); });
  server.OnDrain([&](absl::Time deadline) {
    // At once: while sockets are closed in portions, nobody may come back to this process.
    std::thread stop_accepting([&] { http.Drain(deadline - absl::Now()); });
    std::thread close_events([&] { events.Drain(deadline); });
    std::thread close_tunnels([&] { peers->Drain(deadline); });
    sockets.Drain(deadline);
    close_tunnels.join();
    close_events.join();
    stop_accepting.join();
  });
  if (const auto status = http.Start(); !status.ok()) {
    return std::fprintf(stderr, "gateway: %s\n", status.ToString().c_str()), 1;
  }
  if (!server.Start().ok()) return 1;
  return server.Run();
}
