// The gateway's settings from the environment. What belongs to the application is in its folder
// (routing/app_config.h).
#ifndef SAIL_GATEWAY_GATEWAY_CONFIG_H_
#define SAIL_GATEWAY_GATEWAY_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/realtime/recovery_options.h"
#include "gateway/routing/app_config.h"
#include "gateway/routing/route.h"
#include "gateway/routing/socket_routes.h"
#include "platform/policy/policy_table.h"
#include "platform/server/server.h"

namespace sail::platform {
class ConfigReader;
}

namespace sail::gateway {

struct GatewayConfig {
  platform::ServerOptions server;  // with a gRPC address if there is a peer_address
  // SAIL_GATEWAY_PEER_ADDRESS: host:port at which other gateways reach this one's gRPC server. Empty: they
  // do not, so that a client that polls has to come back to this gateway.
  std::string peer_address;
  std::string http_address;    // SAIL_HTTP_ADDRESS, host:port
  int threads = 0;             // SAIL_GATEWAY_THREADS
  std::string session_target;  // SAIL_SESSION_TARGET; targets: see platform/rpc/resolver.h
  std::string pubsub_target;   // SAIL_PUBSUB_TARGET
  std::string logic_target;    // SAIL_LOGIC_TARGET
  std::string app_dir;         // SAIL_APP_DIR
  // SAIL_SESSION_SECRET first, then SAIL_SESSION_OLD_SECRETS: signs with the first, accepts all.
  std::vector<std::string> session_secrets;
  absl::Duration action_timeout;  // SAIL_ACTION_TIMEOUT_MS: the longest that an action may take
  size_t max_connections = 0;     // SAIL_MAX_CONNECTIONS
  // config.yaml of the folder; SAIL_SERVICE_<NAME>_TARGET has been put in force for its services.
  AppConfig app;
  std::vector<Route> routes;       // routes.yaml of the folder
  SocketRoutes socket_routes;      // sockets.yaml of the folder
  platform::PolicyTable policies;  // policies.yaml of the folder
};

// Errors: INVALID_ARGUMENT with every mistake in the environment, or else in a file. Where SAIL_ENV is
// production, missing allowed origins of sockets are one.
absl::StatusOr<GatewayConfig> ReadGatewayConfig(platform::ConfigReader& reader);

// Whether and how long the application's sessions survive their connections.
RecoveryOptions RecoveryOptionsFrom(const AppConfig& app);

// gateway_server --history: prints the milliseconds that the pubsub service has to keep history for the
// application that SAIL_APP_DIR names (SAIL_PUBSUB_HISTORY_MS), 0 if it needs none. --services: prints the
// services of the application that SAIL_APP_DIR names as a JSON array of
// {"name", "variable", "target", "command"}, for whoever starts them. The exit status.
int ServicesMain(platform::ConfigReader& reader, const std::string& argument);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_GATEWAY_CONFIG_H_
