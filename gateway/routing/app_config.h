#ifndef SAIL_GATEWAY_ROUTING_APP_CONFIG_H_
#define SAIL_GATEWAY_ROUTING_APP_CONFIG_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/routing/route.h"

namespace sail::gateway {

// The gateway's part of app/config.yaml, with Sails' names and defaults.

struct SessionCookieConfig {
  std::string name = "sails.sid";
  std::string path = "/";
  std::string domain;
  bool http_only = true;
  bool secure = false;
  std::string same_site;                  // "Lax", "Strict", "None" or empty
  std::optional<absl::Duration> max_age;  // unset: until the browser closes
  bool rolling = false;                   // the cookie is given again with every answer
};

struct SocketsConfig {
  std::string path = "/socket.io";  // without a slash at the end
  bool websocket = true;            // transports
  bool polling = false;
  absl::Duration ping_interval = absl::Seconds(25);
  absl::Duration ping_timeout = absl::Seconds(60);
  absl::Duration upgrade_timeout = absl::Seconds(10);  // from polling to WebSocket
  absl::Duration connect_timeout = absl::Seconds(45);  // until a client is in a namespace
  int64_t max_http_buffer_size = 1 << 20;              // bytes of one message, or of one POST
  // How long a client that was cut off may take to come back and find its state. Zero: its state goes with
  // it. connectionStateRecovery.maxDisconnectionDuration.
  absl::Duration recovery = absl::ZeroDuration();
  int64_t max_namespaces = 64;              // of one connection
  int64_t max_dynamic_namespaces = 10'000;  // of one event loop
  int64_t max_rooms = 10'000;               // of one socket
  int64_t max_queued_events = 8192;         // of one socket, behind those under way
  int64_t max_queued_bytes = 1 << 20;       // to one client
  int64_t max_queued_packets = 16 << 10;
  bool per_message_deflate = false;
  // See OriginList. Unset: sockets of every origin, and of none.
  std::optional<std::vector<std::string>> only_allow_origins;
};

struct HttpConfig {
  // How many proxies in front are believed about the client (X-Forwarded-For, -Proto, -Host). trustProxy:
  // false is 0, true is every hop.
  int64_t trusted_hops = 0;
  int64_t body_limit = 1 << 20;                     // bytes
  bool event_streams = true;                        // eventStreams: server-sent events on GET routes
  std::map<std::string, std::string> static_files;  // URL prefix → folder under the application's
};

struct SecurityConfig {
  bool csrf = false;
  // Whether `cors` holds for all routes; if not, routes bring their own settings.
  bool cors_for_all_routes = false;
  CorsSettings cors;
};

// One of the application's own services (sail.action.v1.ActionService).
struct ServiceConfig {
  std::string name;  // lower case letters, digits, "-", "_"
  // host:port[,host:port…] or dns:///host:port; empty: the environment says (see ServiceTargetVariable).
  std::string target;
  // Starts it beside the suite in development (`./sail up`), in the application's folder.
  std::string command;
  std::optional<absl::Duration> timeout;  // of one call; unset: as every action
};

struct AppConfig {
  SessionCookieConfig session_cookie;
  SocketsConfig sockets;
  HttpConfig http;
  SecurityConfig security;
  std::vector<ServiceConfig> services;  // in order of precedence
};

// Reads the text of app/config.yaml; `file` names it in messages. Sections that are not the gateway's
// (models, blueprints,
// ...) are left to others. INVALID_ARGUMENT tells every problem with its line.
absl::StatusOr<AppConfig> ParseAppConfig(const std::string& text, const std::string& file);

// The environment variable that says where a service is: "SAIL_SERVICE_USER_MAIL_TARGET" for user-mail.
std::string ServiceTargetVariable(const std::string& service);

// The same from the file itself; a file that does not exist means the defaults.
absl::StatusOr<AppConfig> LoadAppConfig(const std::string& path);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ROUTING_APP_CONFIG_H_
