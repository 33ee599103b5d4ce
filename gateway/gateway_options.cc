#include "gateway/gateway_options.h"

#include <algorithm>

#include "gateway/engineio/sid.h"
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
  options.rolling = cookie.rolling;
  if (cookie.max_age.has_value()) options.max_age_ms = absl::ToInt64Milliseconds(*cookie.max_age);
  options.secrets = config.session_secrets;
  return options;
}

RequestSessionsOptions HttpSessionsFrom(const GatewayConfig& config, const SessionCookie& cookie,
                                        const CsrfGuard& csrf) {
  RequestSessionsOptions options;
  options.new_cookie_json = [&cookie](absl::Time now) { return cookie.StoredSettings(now); };
  options.new_data_json = [&csrf] { return csrf.NewSessionData(); };
  // Well before the end of a session that lives shortly.
  if (const auto max_age = config.app.session_cookie.max_age; max_age.has_value()) {
    options.touch_interval = std::min(options.touch_interval, *max_age / 8);
  }
  return options;
}

RequestSessionsOptions SocketSessionsFrom(const GatewayConfig& config, const SessionCookie& cookie,
                                          const CsrfGuard& csrf) {
  RequestSessionsOptions options = HttpSessionsFrom(config, cookie, csrf);
  options.new_cookie_json = SocketSessionCookie;
  options.save_uninitialized = false;
  return options;
}

SocketServerOptions SocketOptionsFrom(const GatewayConfig& config) {
  const SocketsConfig& sockets = config.app.sockets;
  SocketServerOptions options;
  options.endpoint.path = sockets.path;
  options.endpoint.allow_polling = sockets.polling;
  options.endpoint.allow_websocket = sockets.websocket;
  options.endpoint.allow_deflate = sockets.per_message_deflate;
  options.only_allow_origins = sockets.only_allow_origins;
  engineio::LoopSessionsOptions& engine = options.hub.engine;
  engine.session.ping_interval = absl::ToChronoMilliseconds(sockets.ping_interval);
  engine.session.ping_timeout = absl::ToChronoMilliseconds(sockets.ping_timeout);
  engine.session.max_payload = static_cast<size_t>(sockets.max_http_buffer_size);
  engine.session.send_queue = {.bytes = static_cast<size_t>(sockets.max_queued_bytes),
                               .packets = static_cast<size_t>(sockets.max_queued_packets)};
  engine.upgrade_timeout = absl::ToChronoMilliseconds(sockets.upgrade_timeout);
  options.hub.client.connect_timeout = absl::ToChronoMilliseconds(sockets.connect_timeout);
  options.hub.client.max_namespaces = static_cast<size_t>(sockets.max_namespaces);
  options.hub.namespaces.max_dynamic = static_cast<size_t>(sockets.max_dynamic_namespaces);
  options.hub.namespaces.rooms.max_rooms = static_cast<size_t>(sockets.max_rooms);
  options.namespaces.clear();
  for (const SocketNamespace& nsp : config.socket_routes.namespaces()) {
    if (!nsp.is_pattern()) options.namespaces.push_back(nsp.pattern);
  }
  options.hub.namespaces.may_be_made = [routes = config.socket_routes](std::string_view name) {
    return routes.Find(name) != nullptr;
  };
  options.recovery = RecoveryOptionsFrom(config.app);
  return options;
}

PeerClientOptions PeerOptionsFrom(const GatewayConfig& config) {
  const SocketsConfig& sockets = config.app.sockets;
  PeerClientOptions options;
  // A poll is held until the next heartbeat at the latest.
  options.timeout = sockets.ping_interval + sockets.ping_timeout + absl::Seconds(5);
  return options;
}

SocketEventsOptions SocketEventsFrom(const GatewayConfig& config) {
  const SocketsConfig& sockets = config.app.sockets;
  return {.max_queued = static_cast<size_t>(sockets.max_queued_events),
          .keep_emits = sockets.recovery > absl::ZeroDuration()};
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

HttpHandlerOptions HandlerOptionsFrom(const GatewayConfig& config, SocketServer& sockets, StaticFiles& files,
                                      sse::EventDoor& events) {
  HttpHandlerOptions options;
  if (config.app.http.event_streams) {
    options.open_event_stream = [&events](EventLoop& loop, const std::string& session_id) {
      return events.Open(loop, session_id);
    };
  }
  options.max_body_bytes = static_cast<size_t>(config.app.http.body_limit);
  options.trusted_hops = config.app.http.trusted_hops;
  options.security = config.app.security;
  options.sockets = &sockets.endpoint();
  options.is_for_sockets = [&sockets](const HttpRequest& request) {
    return sockets.endpoint().IsForPath(request);
  };
  options.find_file = [&files](const HttpRequest& request) { return files.Serve(request); };
  return options;
}

std::string NewGatewayId() { return RandomToken(12); }

uint32_t NewPeerId() {
  uint32_t id = 0;
  engineio::SystemRandom()(reinterpret_cast<uint8_t*>(&id), sizeof(id));
  return id;
}

}  // namespace sail::gateway
