#include "gateway/gateway_options.h"

#include "gateway/session/signature.h"

namespace sail::gateway {

SessionCookieOptions CookieOptionsFrom(const AppConfig& app, const GatewayConfig& config) {
  const SessionCookieConfig& cookie = app.session_cookie;
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

SocketServerOptions SocketOptionsFrom(const AppConfig& app) {
  SocketServerOptions options;
  options.path = app.sockets.path;
  options.only_allow_origins = app.sockets.only_allow_origins;
  options.hub.session.ping_interval = absl::ToChronoMilliseconds(app.sockets.ping_interval);
  options.hub.session.ping_timeout = absl::ToChronoMilliseconds(app.sockets.ping_timeout);
  options.hub.session.max_payload = static_cast<size_t>(app.sockets.max_http_buffer_size);
  return options;
}

HttpServerOptions HttpOptionsFrom(const GatewayConfig& config) {
  HttpServerOptions options;
  options.address = config.http_address;
  options.max_connections = config.max_connections;
  return options;
}

std::map<std::string, std::string> StaticFoldersFrom(const AppConfig& app, const std::string& app_dir) {
  std::map<std::string, std::string> folders;
  for (const auto& [prefix, folder] : app.http.static_files) folders[prefix] = app_dir + "/" + folder;
  return folders;
}

std::string NewGatewayId() { return RandomToken(12); }

}  // namespace sail::gateway
