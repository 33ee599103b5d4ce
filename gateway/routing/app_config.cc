#include "gateway/routing/app_config.h"

#include <limits>

#include "gateway/http/ascii.h"
#include "gateway/routing/cors_settings.h"
#include "gateway/routing/origin_list.h"
#include "gateway/routing/read_file.h"
#include "gateway/routing/yaml_map.h"

namespace sail::gateway {
namespace {

constexpr int64_t kMaxMilliseconds = int64_t{1000} * 60 * 60 * 24 * 366;
constexpr int64_t kMaxBytes = int64_t{1} << 30;

void ReadMilliseconds(YamlMap& map, std::string_view key, int64_t min, absl::Duration* value) {
  int64_t milliseconds = absl::ToInt64Milliseconds(*value);
  map.Integer(key, min, kMaxMilliseconds, &milliseconds);
  *value = absl::Milliseconds(milliseconds);
}

void ReadSession(YamlMap session, SessionCookieConfig* config) {
  session.String("name", &config->name);  // where Sails has it
  session.Boolean("rolling", &config->rolling);
  YamlMap cookie = session.Map("cookie");
  cookie.String("name", &config->name);
  cookie.String("path", &config->path);
  cookie.String("domain", &config->domain);
  cookie.Boolean("httpOnly", &config->http_only);
  cookie.Boolean("secure", &config->secure);
  cookie.Word("sameSite", {"Lax", "Strict", "None"}, &config->same_site);
  absl::Duration max_age = absl::ZeroDuration();
  ReadMilliseconds(cookie, "maxAge", 1000, &max_age);
  if (max_age > absl::ZeroDuration()) config->max_age = max_age;
  if (config->name.empty() || config->name.find_first_of(" ;,=\"\t\r\n") != std::string::npos) {
    cookie.Problem("name", "is not a cookie's name");
  }
  for (const std::string* text : {&config->path, &config->domain}) {
    if (text->find_first_of(";\r\n") != std::string::npos)
      cookie.Problem("path", "or domain has a forbidden character");
  }
  if (!config->path.starts_with('/')) cookie.Problem("path", "has to start with a slash");
  if (config->same_site == "None" && !config->secure) {
    cookie.Problem("sameSite", "None is for secure cookies only: browsers drop others");
  }
  cookie.CheckUnknown();
  session.CheckUnknown();
}

void ReadSocketLimits(YamlMap& sockets, SocketsConfig* config) {
  if (const auto recovery = sockets.Take("connectionStateRecovery"); recovery && recovery->IsMap()) {
    YamlMap map = sockets.Map("connectionStateRecovery");
    config->recovery = absl::Minutes(2);
    ReadMilliseconds(map, "maxDisconnectionDuration", 1, &config->recovery);
    bool skip_connect_action = true;
    map.Boolean("skipMiddlewares", &skip_connect_action);
    if (!skip_connect_action) {
      map.Problem("skipMiddlewares", "has to be true: the connect action is asked for new sessions alone");
    }
    map.CheckUnknown();
  } else if (recovery) {
    sockets.Problem("connectionStateRecovery", "has to be a map");
  }
  constexpr int64_t kMax = 10'000'000;
  sockets.Integer("maxNamespaces", 1, kMax, &config->max_namespaces);
  sockets.Integer("maxDynamicNamespaces", 1, kMax, &config->max_dynamic_namespaces);
  sockets.Integer("maxRooms", 1, kMax, &config->max_rooms);
  sockets.Integer("maxQueuedEvents", 1, kMax, &config->max_queued_events);
  sockets.Integer("maxQueuedBytes", 1024, kMaxBytes, &config->max_queued_bytes);
  sockets.Integer("maxQueuedPackets", 16, kMax, &config->max_queued_packets);
}

void ReadSockets(YamlMap sockets, SocketsConfig* config) {
  sockets.String("path", &config->path);
  while (config->path.size() > 1 && config->path.back() == '/') config->path.pop_back();
  if (config->path.size() < 2 || config->path.front() != '/')
    sockets.Problem("path", "has to be like /socket.io");
  std::vector<std::string> transports = {"websocket"};
  sockets.Strings("transports", &transports);
  config->websocket = config->polling = false;
  for (const std::string& transport : transports) {
    if (transport == "websocket") {
      config->websocket = true;
    } else if (transport == "polling") {
      config->polling = true;
    } else {
      sockets.Problem("transports", "has \"" + transport + "\"; there are websocket and polling");
    }
  }
  if (transports.empty()) sockets.Problem("transports", "has to name at least one");
  ReadMilliseconds(sockets, "pingInterval", 100, &config->ping_interval);
  ReadMilliseconds(sockets, "pingTimeout", 100, &config->ping_timeout);
  ReadMilliseconds(sockets, "upgradeTimeout", 100, &config->upgrade_timeout);
  ReadMilliseconds(sockets, "connectTimeout", 100, &config->connect_timeout);
  sockets.Boolean("perMessageDeflate", &config->per_message_deflate);
  sockets.Integer("maxHttpBufferSize", 1024, kMaxBytes, &config->max_http_buffer_size);
  ReadSocketLimits(sockets, config);
  if (sockets.Has("onlyAllowOrigins")) {
    std::vector<std::string> origins;
    sockets.Strings("onlyAllowOrigins", &origins);
    for (const std::string& origin : origins) {
      if (!IsOriginPattern(origin)) {
        sockets.Problem(
            "onlyAllowOrigins",
            "has \"" + origin + "\", which is not like https://example.com or http://localhost:*");
      }
    }
    config->only_allow_origins = std::move(origins);
  }
  sockets.CheckUnknown();
}

void ReadHttp(YamlMap http, HttpConfig* config) {
  if (const auto trust = http.Take("trustProxy")) {
    const std::string text = trust->IsScalar() ? AsciiLowered(trust->Scalar()) : "";
    if (text == "true" || text == "false") {
      config->trusted_hops = text == "true" ? std::numeric_limits<int64_t>::max() : 0;
    } else {
      http.Integer("trustProxy", 1, 100, &config->trusted_hops);
    }
  }
  http.Integer("bodyLimit", 1024, kMaxBytes, &config->body_limit);
  http.Boolean("eventStreams", &config->event_streams);
  if (const auto folders = http.Take("static")) {
    if (!folders->IsMap()) {
      http.Problem("static", "has to map URL prefixes to folders");
    } else {
      YamlMap prefixes = http.Map("static");
      for (const auto& entry : *folders) {
        if (!entry.first.IsScalar()) continue;
        const std::string prefix = entry.first.Scalar();
        std::string folder;
        prefixes.String(prefix, &folder);
        if (prefix.empty() || prefix.front() != '/') prefixes.Problem(prefix, "has to start with a slash");
        if (folder.empty()) prefixes.Problem(prefix, "has to name a folder");
        config->static_files[prefix] = folder;
      }
    }
  }
  http.CheckUnknown();
}

void ReadSecurity(YamlMap security, SecurityConfig* config) {
  security.Boolean("csrf", &config->csrf);
  YamlMap cors = security.Map("cors");
  cors.Boolean("allRoutes", &config->cors_for_all_routes);
  config->cors = ReadCorsSettings(cors);
  cors.CheckUnknown();
  security.CheckUnknown();
}

bool IsServiceName(const std::string& name) {
  return !name.empty() && name.front() >= 'a' && name.front() <= 'z' &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string::npos;
}

std::vector<ServiceConfig> ReadServices(const std::optional<YAML::Node>& node, YamlMap services) {
  std::vector<ServiceConfig> result;
  if (!node || !node->IsMap()) return result;
  for (const auto& entry : *node) {
    if (!entry.first.IsScalar()) continue;
    ServiceConfig& config = result.emplace_back();
    config.name = entry.first.Scalar();
    if (!IsServiceName(config.name)) {
      services.Problem(config.name, "is not a name of lower case letters, digits, - and _");
    }
    YamlMap service = services.Map(config.name);
    service.String("target", &config.target);
    service.String("command", &config.command);
    absl::Duration timeout = absl::ZeroDuration();
    ReadMilliseconds(service, "timeout", 1, &timeout);
    if (timeout > absl::ZeroDuration()) config.timeout = timeout;
    service.CheckUnknown();
  }
  return result;
}

}  // namespace

std::string ServiceTargetVariable(const std::string& service) {
  std::string name = "SAIL_SERVICE_";
  for (const char c : service) {
    name.push_back(c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c);
  }
  return name + "_TARGET";
}

absl::StatusOr<AppConfig> ParseAppConfig(const std::string& text, const std::string& file) {
  AppConfig config;
  YamlProblems problems(file);
  YamlMap root(ParseYaml(text, &problems), "", &problems);
  ReadSession(root.Map("session"), &config.session_cookie);
  ReadSockets(root.Map("sockets"), &config.sockets);
  ReadHttp(root.Map("http"), &config.http);
  ReadSecurity(root.Map("security"), &config.security);
  const std::optional<YAML::Node> services = root.Take("services");
  config.services = ReadServices(services, root.Map("services"));
  if (!problems.empty()) return problems.status();
  return config;
}

absl::StatusOr<AppConfig> LoadAppConfig(const std::string& path) {
  absl::StatusOr<std::string> text = ReadSettingsFile(path);
  if (!text.ok()) return text.status();
  return ParseAppConfig(*text, path);
}

}  // namespace sail::gateway
