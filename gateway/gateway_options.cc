#include "gateway/gateway_options.h"

#include "gateway/session/signature.h"

namespace sail::gateway {

SessionCookieOptions CookieOptionsFrom(const GatewayConfig& config) {
  const SessionCookieConfig& cookie = config.app.session_cookie;
  SessionCookieOptions options;
  options.name = cookie.name;
  options.attributes.domain = cookie.domain;
  options.attributes.path = cookie.path;
  options.attributes.http_only = cookie.http_only;
  options.attributes.secure = cookie.secure;
  options.attributes.same_site = cookie.same_site;
  if (cookie.max_age.has_value()) options.max_age_ms = absl::ToInt64Milliseconds(*cookie.max_age);
  options.secrets = config.session_secrets;
  return options;
}

SocketServerOptions SocketOptionsFrom(const GatewayConfig& config) {
  const SocketsConfig& sockets = config.app.sockets;
  SocketServerOptions options;
  options.path = sockets.path;
  options.only_allow_origins = sockets.only_allow_origins;
  options.hub.session.ping_interval = absl::ToChronoMilliseconds(sockets.ping_interval);
  options.hub.session.ping_timeout = absl::ToChronoMilliseconds(sockets.ping_timeout);
  options.hub.session.max_payload = static_cast<size_t>(sockets.max_http_buffer_size);
  return options;
}

HttpServerOptions HttpOptionsFrom(const GatewayConfig& config) {
  HttpServerOptions options;
  options.address = config.http_address;
  options.max_connections = config.max_connections;
  return options;
}

std::vector<ActionService> ServicesFrom(const GatewayConfig& config) {
  std::vector<ActionService> services;
  for (const ServiceConfig& service : config.app.services) {
    services.push_back({service.name, service.target, service.timeout.value_or(absl::InfiniteDuration())});
  }
  return services;
}

std::map<std::string, std::string> StaticFoldersFrom(const GatewayConfig& config) {
  std::map<std::string, std::string> folders;
  for (const auto& [prefix, folder] : config.app.http.static_files) {
    folders[prefix] = config.app_dir + "/" + folder;
  }
  return folders;
}

HttpHandlerOptions HandlerOptionsFrom(const GatewayConfig& config, SocketServer& sockets,
                                      StaticFiles& files) {
  HttpHandlerOptions options;
  options.max_body_bytes = static_cast<size_t>(config.app.http.body_limit);
  options.answer_engine_request = [&sockets](const HttpRequest& request) {
    return sockets.AnswerRequest(request);
  };
  options.find_file = [&files](const HttpRequest& request) { return files.Serve(request); };
  return options;
}

std::string NewGatewayId() { return RandomToken(12); }

}  // namespace sail::gateway
