#include "gateway/realtime/revocation_hub.h"

#include <cstdlib>
#include <utility>

namespace sail::gateway {
namespace {

constexpr char kEnded[] = "sail_gateway_session_ends_total";
constexpr char kEndedHelp[] = "Live connections ended with their session, by how that was learnt.";

}  // namespace

RevocationHub::RevocationHub(EventLoops& loops, SessionClient& sessions, const std::string& target,
                             platform::metrics::Registry& registry)
    : revoked_(registry.AddCounter(kEnded, kEndedHelp, {{"cause", "revoked"}})) {
  auto* gone = registry.AddCounter(kEnded, kEndedHelp, {{"cause", "gone"}});
  auto* in_force = registry.AddCounter("sail_gateway_revocation_watches_total",
                                       "Times that the watch for revocations came into force.");
  for (int i = 0; i < loops.size(); ++i) {
    EventLoop& loop = loops.loop(i);
    auto connections = std::make_shared<SessionConnections>(loop);
    auto check = std::make_shared<SessionCheck>(loop, sessions, connections,
                                                [gone](size_t count) { gone->Increment(count); });
    loops_.push_back({&loop, std::move(connections), std::move(check)});
  }
  RevocationWatch::Handlers handlers;
  handlers.on_in_force = [this, in_force] {
    in_force->Increment();
    for (const PerLoop& each : loops_) each.loop->Post([check = each.check] { check->Start(); });
  };
  handlers.on_revoked = [this](std::shared_ptr<const std::vector<std::string>> ids) {
    for (const PerLoop& each : loops_) {
      each.loop->Post([connections = each.connections, ids, revoked = revoked_] {
        revoked->Increment(connections->EndSessions(*ids, SessionConnections::Reason::kRevoked));
      });
    }
  };
  watch_ = WatchRevocations(target, std::move(handlers));
}

RevocationHub::~RevocationHub() {
  watch_.reset();
  for (const PerLoop& each : loops_) RunAndWait(*each.loop, [&] { each.check->Stop(); });
}

std::shared_ptr<SessionConnections> RevocationHub::ForLoop(EventLoop& loop) const {
  for (const PerLoop& each : loops_) {
    if (each.loop == &loop) return each.connections;
  }
  std::abort();  // every connection belongs to one of the loops
}

}  // namespace sail::gateway
