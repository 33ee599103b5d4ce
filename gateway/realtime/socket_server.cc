#include "gateway/realtime/socket_server.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/time/clock.h"
#include "gateway/routing/origin_list.h"
#include "gateway/socketio/socket.h"
#include "platform/log/log.h"

namespace sail::gateway {

// Everything of one loop. application and recovery are declared before the hub that uses them.
struct SocketServer::PerLoop {
  EventLoop* loop;
  std::shared_ptr<LoopRooms> rooms;
  std::unique_ptr<socketio::Application> application;
  std::unique_ptr<LoopRecovery> recovery;
  std::unique_ptr<socketio::Hub> hub;
};

SocketServer::SocketServer(SocketServerOptions options, EventLoops& loops, RoomHub& rooms,
                           const engineio::OwnedSids& sids, engineio::Peers* peers,
                           const MakeApplication& make_application, platform::metrics::Registry& registry) {
  socketio::HubOptions hub_options = options.hub;
  auto* overflows =
      registry.AddCounter("sail_gateway_socket_evictions_total", "Clients cut for reading too slowly.");
  auto* dropped = registry.AddCounter("sail_gateway_volatile_dropped_total", "Volatile packets dropped.");
  hub_options.engine.session.on_send_queue_overflow = [overflows] { overflows->Increment(); };
  hub_options.engine.session.on_volatile_dropped = [dropped] { dropped->Increment(); };
  hub_options.engine.allow_upgrades = options.endpoint.allow_websocket;
  const auto refusals = [&registry](const char* limit) -> std::function<void()> {
    auto* counter =
        registry.AddCounter("sail_gateway_socket_limit_refusals_total",
                            "What sockets were refused for being over a limit.", {{"limit", limit}});
    return [counter] { counter->Increment(); };
  };
  hub_options.client.on_namespace_refused = refusals("namespaces");
  hub_options.namespaces.on_dynamic_refused = refusals("dynamic_namespaces");
  hub_options.namespaces.rooms.on_refused = refusals("rooms");
  std::vector<engineio::LoopSessions*> sessions;
  const RecoveryMetrics recovery_metrics(registry);
  for (int i = 0; i < loops.size(); ++i) {
    hub_options.engine.make_sid = [&sids, i] { return sids.Next(static_cast<uint8_t>(i)); };
    PerLoop& per_loop = *loops_.emplace_back(std::make_unique<PerLoop>());
    per_loop.loop = &loops.loop(i);
    per_loop.rooms = rooms.ForLoop(i);
    RunAndWait(*per_loop.loop, [&] {
      per_loop.application = make_application(*per_loop.loop, per_loop.rooms);
      per_loop.hub = std::make_unique<socketio::Hub>(per_loop.loop, per_loop.application.get(),
                                                     per_loop.rooms->observer(), hub_options);
      per_loop.recovery = std::make_unique<LoopRecovery>(*per_loop.loop, per_loop.rooms, rooms.link(),
                                                         options.recovery, recovery_metrics);
      per_loop.hub->KeepSessions(per_loop.recovery.get());
      LoopRecovery* const recovery = per_loop.recovery.get();
      per_loop.rooms->Attach(
          {[hub = per_loop.hub.get()](std::string_view nsp) -> socketio::RoomTable* {
             socketio::Namespace* found = hub->FindNamespace(nsp);
             return found == nullptr ? nullptr : &found->rooms;
           },
           [](socketio::RoomMember* member) -> std::string_view {
             return static_cast<socketio::Socket*>(member)->id();
           },
           [](socketio::RoomMember* member, bool close) {
             static_cast<socketio::Socket*>(member)->Disconnect(close);
           },
           [recovery](socketio::RoomMember* member, std::function<void(absl::Status)> done) {
             recovery->OnMembershipChanged(member, std::move(done));
           },
           [recovery](socketio::RoomMember* member, uint64_t generation) {
             recovery->Evict(member, generation);
           },
           [recovery] { recovery->OnGap(); }});
      for (const std::string& nsp : options.namespaces) {
        per_loop.hub->AddNamespace(nsp);
        per_loop.rooms->AddNamespace(nsp);
      }
    });
    sessions.push_back(&per_loop.hub->sessions());
  }
  engineio::EndpointOptions endpoint = std::move(options.endpoint);
  endpoint.max_payload = hub_options.engine.session.max_payload;
  if (options.only_allow_origins.has_value()) {
    endpoint.allows_origin = [allowed = *std::move(options.only_allow_origins)](std::string_view origin) {
      return OriginIsListed(allowed, origin);
    };
  }
  endpoint_ =
      std::make_unique<engineio::Endpoint>(std::move(endpoint), std::move(sessions), sids, peers, registry);
}

SocketServer::~SocketServer() {
  for (auto& per_loop : loops_) {
    RunAndWait(*per_loop->loop, [&] {
      // The rooms outlive the hub; what the cluster still says finds no namespace.
      per_loop->rooms->Attach({[](std::string_view) { return nullptr; }, nullptr, nullptr});
      per_loop->hub.reset();
      per_loop->recovery.reset();
      per_loop->application.reset();
    });
  }
}

void SocketServer::Drain(absl::Time deadline) {
  const auto count = [this] {
    size_t connections = 0;
    for (auto& per_loop : loops_)
      RunAndWait(*per_loop->loop, [&] { connections += per_loop->hub->sessions().size(); });
    return connections;
  };
  // Portions over half of the time, at most 20 a second; the other half is for what they have in flight.
  const size_t connections = count();
  if (connections == 0) return;
  constexpr absl::Duration kPause = absl::Milliseconds(50);
  const absl::Duration time = std::max((deadline - absl::Now()) / 2, kPause);
  const auto portions = static_cast<size_t>(std::max<int64_t>(1, time / kPause));
  const size_t portion = connections / portions / loops_.size() + 1;
  platform::Log(platform::Severity::kInfo, "closing sockets",
                {{"connections", connections}, {"portion", portion}});
  while (count() > 0 && absl::Now() < deadline) {
    for (auto& per_loop : loops_)
      RunAndWait(*per_loop->loop, [&] { per_loop->hub->sessions().CloseSome(portion); });
    absl::SleepFor(kPause);
  }
}

}  // namespace sail::gateway
