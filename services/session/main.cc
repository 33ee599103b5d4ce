#include <cstdlib>

#include "platform/config/config_reader.h"
#include "platform/log/log.h"
#include "platform/metrics/metrics.h"
#include "platform/redis/client.h"
#include "platform/redis/event_loop.h"
#include "platform/server/server.h"
#include "services/session/redis_revocation_bus.h"
#include "services/session/redis_session_store.h"
#include "services/session/redis_user_index.h"
#include "services/session/session_config.h"
#include "services/session/session_manager.h"
#include "services/session/session_service.h"
#include "services/session/user_sessions.h"

int main() {
  namespace platform = sail::platform;
  using namespace sail::session;

  platform::ConfigReader reader = platform::ConfigReader::FromEnvironment();
  const platform::ServerOptions server_options =
      platform::ReadServerOptions("session", "0.0.0.0:50051", reader);
  absl::StatusOr<SessionConfig> config = ReadSessionConfig(reader);
  if (!config.ok()) {
    platform::Log(platform::Severity::kError, "bad settings",
                  {{"error", std::string(config.status().message())}});
    return EXIT_FAILURE;
  }

  platform::metrics::Registry registry;
  platform::Server server(server_options, registry);
  auto* conflicts = registry.AddCounter("sail_session_update_conflicts_total",
                                        "Swaps that were void because another process had written.");
  auto* coalesced =
      registry.AddCounter("sail_session_updates_coalesced_total",
                          "Updates that shared the swap of another update of the same session.");
  config->manager.updater.on_conflict = [conflicts] { conflicts->Increment(); };
  config->manager.updater.on_coalesced = [coalesced] { coalesced->Increment(); };

  auto* revoked = registry.AddCounter("sail_session_revoked_total", "Sessions revoked.");
  auto* surplus =
      registry.AddCounter("sail_session_surplus_total", "Sessions revoked since their user had too many.");
  config->users.on_revoked = [revoked](size_t count) { revoked->Increment(count); };
  config->users.on_surplus = [surplus](size_t count) { surplus->Increment(count); };

  platform::redis::EventLoop loop;
  platform::redis::Client redis(loop, config->redis, registry,
                                {&RedisSessionStore::SwapScript(), &RedisSessionStore::TakeScript(),
                                 &RedisUserIndex::AddScript(), &RedisUserIndex::ListScript()});
  RedisSessionStore store(redis, config->key_prefix);
  RedisUserIndex index(redis, config->key_prefix, config->max_sessions_per_user);
  RedisRevocationBus bus(loop, redis, config->redis.connection, config->key_prefix, registry);
  UserSessions users(store, index, bus, config->users);
  SessionManager manager(store, users, config->manager);
  SessionServices services(manager, users, bus, config->max_timeout, registry);
  server.AddService(services.unary());
  server.AddService(services.stream());
  server.OnDrain([&services](absl::Time) { services.CloseWatches(); });
  if (absl::Status status = server.Start(); !status.ok()) {
    platform::Log(platform::Severity::kError, "cannot start", {{"error", std::string(status.message())}});
    return EXIT_FAILURE;
  }
  return server.Run();
}
