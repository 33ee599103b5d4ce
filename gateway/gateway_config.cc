#include "gateway/gateway_config.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <thread>
#include <utility>

#include "gateway/routing/routes_config.h"
#include "platform/config/config_reader.h"
#include "platform/json/json_text.h"

namespace sail::gateway {
namespace {

absl::Status CheckServices(const GatewayConfig& config) {
  std::set<std::string> names;
  for (const ServiceConfig& service : config.app.services) {
    names.insert(service.name);
    if (!service.target.empty()) continue;
    return absl::InvalidArgumentError("the service " + service.name +
                                      " has no target: neither config.yaml nor " +
                                      ServiceTargetVariable(service.name) + " says where it is");
  }
  for (const Route& route : config.routes) {
    if (route.service.empty() || names.contains(route.service)) continue;
    if (route.service.find(':') != std::string::npos) continue;
    return absl::InvalidArgumentError("the route " + route.path + " leads to the service " + route.service +
                                      ", which config.yaml does not name");
  }
  for (const SocketNamespace& nsp : config.socket_routes.namespaces()) {
    std::vector<SocketAction> actions = {nsp.connect, nsp.disconnect, nsp.other_events};
    for (const auto& [event, action] : nsp.events) actions.push_back(action);
    for (const SocketAction& action : actions) {
      if (action.service.empty() || names.contains(action.service)) continue;
      return absl::InvalidArgumentError("the namespace " + nsp.pattern +
                                        " of sockets.yaml leads to the service " + action.service +
                                        ", which config.yaml does not name");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<GatewayConfig> ReadGatewayConfig(platform::ConfigReader& reader) {
  GatewayConfig config;
  config.peer_address = reader.String("SAIL_GATEWAY_PEER_ADDRESS", "");
  config.server =
      platform::ReadServerOptions("gateway", config.peer_address.empty() ? "" : "0.0.0.0:50054", reader);
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
  const std::string environment = reader.String("SAIL_ENV", "development");
  if (environment != "development" && environment != "production") {
    reader.Reject("SAIL_ENV", "must be development or production");
  }
  const bool csrf = reader.Boolean("SAIL_SECURITY_CSRF", false);
  if (!reader.status().ok()) return reader.status();
  absl::StatusOr<AppConfig> app = LoadAppConfig(config.app_dir + "/config.yaml");
  if (!app.ok()) return app.status();
  config.app = *std::move(app);
  config.app.security.csrf = config.app.security.csrf || csrf;
  if (environment == "production" && !config.app.sockets.only_allow_origins.has_value()) {
    return absl::InvalidArgumentError(
        config.app_dir +
        "/config.yaml: sockets.onlyAllowOrigins must be set where SAIL_ENV is production: without it a page "
        "of "
        "any origin can open a socket in its visitor's name. List the origins of your own pages.");
  }
  absl::StatusOr<std::vector<Route>> routes = LoadRoutes(config.app_dir + "/routes.yaml");
  if (!routes.ok()) return routes.status();
  config.routes = *std::move(routes);
  absl::StatusOr<SocketRoutes> socket_routes = SocketRoutes::Load(config.app_dir + "/sockets.yaml");
  if (!socket_routes.ok()) return socket_routes.status();
  config.socket_routes = *std::move(socket_routes);
  absl::StatusOr<platform::PolicyTable> policies =
      platform::PolicyTable::Load(config.app_dir + "/policies.yaml");
  if (!policies.ok()) return policies.status();
  config.policies = *std::move(policies);
  for (ServiceConfig& service : config.app.services) {
    service.target = reader.String(ServiceTargetVariable(service.name), service.target);
  }
  if (absl::Status services = CheckServices(config); !services.ok()) return services;
  return config;
}

RecoveryOptions RecoveryOptionsFrom(const AppConfig& app) {
  RecoveryOptions options;
  options.on = app.sockets.recovery > absl::ZeroDuration();
  if (options.on) options.max_disconnection = app.sockets.recovery;
  options.heartbeat = app.sockets.ping_interval + app.sockets.ping_timeout;
  return options;
}

int ServicesMain(platform::ConfigReader& reader, const std::string& argument) {
  if (argument != "--services" && argument != "--history") {
    return std::fprintf(stderr, "usage: gateway_server [--services|--history]\n"), 2;
  }
  const std::string folder = reader.Required("SAIL_APP_DIR");
  if (!reader.status().ok()) return std::fprintf(stderr, "%s\n", reader.status().ToString().c_str()), 2;
  const absl::StatusOr<AppConfig> app = LoadAppConfig(folder + "/config.yaml");
  if (!app.ok()) return std::fprintf(stderr, "%s\n", std::string(app.status().message()).c_str()), 2;
  if (argument == "--history") {
    const RecoveryOptions recovery = RecoveryOptionsFrom(*app);
    const absl::Duration history = recovery.on ? recovery.history() : absl::ZeroDuration();
    std::printf("%lld\n", static_cast<long long>(absl::ToInt64Milliseconds(history)));
    return 0;
  }
  std::string json = "[";
  for (const ServiceConfig& service : app->services) {
    const std::pair<const char*, std::string> members[] = {{"name", service.name},
                                                           {"variable", ServiceTargetVariable(service.name)},
                                                           {"target", service.target},
                                                           {"command", service.command}};
    json.append(json.size() > 1 ? ",{" : "{");
    for (const auto& [key, value] : members) {
      if (json.back() != '{') json.push_back(',');
      platform::json::AppendJsonString(key, &json);
      json.push_back(':');
      platform::json::AppendJsonString(value, &json);
    }
    json.push_back('}');
  }
  std::printf("%s]\n", json.c_str());
  return 0;
}

}  // namespace sail::gateway
