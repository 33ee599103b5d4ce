#include "gateway/gateway_config.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "gateway/routing/routes_config.h"
#include "platform/config/config_reader.h"

namespace sail::gateway {

absl::StatusOr<GatewayConfig> ReadGatewayConfig(platform::ConfigReader& reader) {
  GatewayConfig config;
  config.server = platform::ReadServerOptions("gateway", "", reader);
  config.http_address = reader.String("SAIL_HTTP_ADDRESS", "0.0.0.0:1337");
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  config.threads = static_cast<int>(reader.Integer("SAIL_GATEWAY_THREADS", cores, 1, 256));
  config.session_target = reader.Required("SAIL_SESSION_TARGET");
  config.pubsub_target = reader.Required("SAIL_PUBSUB_TARGET");
  config.logic_target = reader.Required("SAIL_LOGIC_TARGET");
  config.app_dir = reader.Required("SAIL_APP_DIR");
  // A gateway without a secret would give out sessions that anybody can forge.
  const std::string secret = reader.Secret("SAIL_SESSION_SECRET", "");
  if (secret.size() < 16) reader.Reject("SAIL_SESSION_SECRET", "must be set, to at least 16 characters");
  config.session_secrets.push_back(secret);
  for (std::string& old : reader.SecretList("SAIL_SESSION_OLD_SECRETS")) {
    config.session_secrets.push_back(std::move(old));
  }
  config.action_timeout = reader.Milliseconds("SAIL_ACTION_TIMEOUT_MS", absl::Seconds(30),
                                              absl::Milliseconds(10), absl::Minutes(10));
  config.max_connections = static_cast<size_t>(reader.Integer("SAIL_MAX_CONNECTIONS", 60'000, 1, 10'000'000));
  if (!reader.status().ok()) return reader.status();
  absl::StatusOr<AppConfig> app = LoadAppConfig(config.app_dir + "/config.yaml");
  if (!app.ok()) return app.status();
  config.app = *std::move(app);
  absl::StatusOr<std::vector<Route>> routes = LoadRoutes(config.app_dir + "/routes.yaml");
  if (!routes.ok()) return routes.status();
  config.routes = *std::move(routes);
  return config;
}

}  // namespace sail::gateway
