#include "gateway/routing/socket_routes.h"

#include <algorithm>
#include <utility>

#include "gateway/http/ascii.h"
#include "gateway/routing/read_file.h"
#include "gateway/routing/yaml_map.h"

namespace sail::gateway {
namespace {

// Greedy from the left: the last star takes what is left.
bool MatchesFrom(std::string_view pattern, std::string_view name) {
  const size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name;
  if (name.substr(0, star) != pattern.substr(0, star)) return false;
  const std::string_view rest = pattern.substr(star + 1);
  const size_t next = std::min(rest.find('*'), rest.size());
  const std::string_view literal = rest.substr(0, next);
  if (next == rest.size()) {  // no further star
    return name.size() > star + literal.size() && name.ends_with(literal);
  }
  const size_t at = name.find(literal, star + 1);
  return at != std::string_view::npos && MatchesFrom(rest, name.substr(at));
}

bool IsNamespace(const std::string& name) {
  return name.starts_with('/') && name.find_first_of(",?# \t\r\n") == std::string::npos &&
         name.find("**") == std::string::npos && (name.size() == 1 || name[1] != '/');
}

class Reader {
 public:
  Reader(YamlMap& map, std::string service) : map_(map), service_(std::move(service)) {}

  SocketAction Action(const std::string& key) {
    std::string action;
    map_.String(key, &action);
    return Checked(map_, key, action);
  }

  void Events(SocketNamespace* nsp) {
    const auto node = map_.Take("events");
    if (!node) return;
    if (node->IsScalar()) {
      nsp->other_events = Checked(map_, "events", node->Scalar());
      return;
    }
    YamlMap events = map_.Map("events");
    if (!node->IsMap()) return;
    for (const auto& entry : *node) {
      if (!entry.first.IsScalar()) continue;
      const std::string& event = entry.first.Scalar();
      std::string text;
      events.String(event, &text);
      SocketAction action = Checked(events, event, text);
      if (event == "*") {
        nsp->other_events = std::move(action);
      } else {
        nsp->events[event] = std::move(action);
      }
    }
  }

 private:
  SocketAction Checked(YamlMap& map, const std::string& key, const std::string& action) {
    if (action.empty()) return {};
    const size_t slash = action.find('/');
    if (slash == 0 || slash == std::string::npos || action.back() == '/' ||
        action.find_first_of(" \t?#:*") != std::string::npos) {
      map.Problem(key, "has to name an action (controller/action)");
    }
    return {AsciiLowered(action), service_};
  }

  YamlMap& map_;
  const std::string service_;
};

SocketNamespace ReadNamespace(YamlMap map, const std::string& pattern) {
  SocketNamespace nsp;
  nsp.pattern = pattern;
  nsp.virtual_requests = pattern == "/";
  std::string service;
  map.String("service", &service);
  Reader reader(map, service);
  nsp.connect = reader.Action("connect");
  nsp.disconnect = reader.Action("disconnect");
  reader.Events(&nsp);
  map.Boolean("virtualRequests", &nsp.virtual_requests);
  map.Boolean("session", &nsp.session);
  std::string handshake = "events";
  map.Word("handshake", {"events", "connect"}, &handshake);
  nsp.handshake_with_events = handshake == "events";
  map.Integer("maxInFlight", 1, 4096, &nsp.max_in_flight);
  map.CheckUnknown();
  return nsp;
}

}  // namespace

bool SocketNamespace::Matches(std::string_view name) const { return MatchesFrom(pattern, name); }

const SocketAction& SocketNamespace::EventAction(std::string_view event) const {
  const auto found = events.find(event);
  return found == events.end() ? other_events : found->second;
}

absl::StatusOr<SocketRoutes> SocketRoutes::Parse(const std::string& text, const std::string& file) {
  YamlProblems problems(file);
  const YAML::Node document = ParseYaml(text, &problems);
  YamlMap namespaces(document, "", &problems);
  SocketRoutes routes;
  if (document.IsMap()) {
    for (const auto& entry : document) {
      if (!entry.first.IsScalar()) continue;
      const std::string& name = entry.first.Scalar();
      if (!IsNamespace(name)) namespaces.Problem(name, "is not a namespace like /chat or /tenant-*");
      SocketNamespace nsp = ReadNamespace(namespaces.Map(name), name);
      if (name == "/") {
        routes.namespaces_.front() = std::move(nsp);
      } else {
        routes.namespaces_.push_back(std::move(nsp));
      }
    }
  }
  if (!problems.empty()) return problems.status();
  return routes;
}

absl::StatusOr<SocketRoutes> SocketRoutes::Load(const std::string& path) {
  absl::StatusOr<std::string> text = ReadSettingsFile(path);
  if (!text.ok()) return text.status();
  return Parse(*text, path);
}

const SocketNamespace* SocketRoutes::Find(std::string_view name) const {
  const SocketNamespace* matching = nullptr;
  for (const SocketNamespace& nsp : namespaces_) {
    if (nsp.pattern == name) return &nsp;
    if (matching == nullptr && nsp.is_pattern() && nsp.Matches(name)) matching = &nsp;
  }
  return matching;
}

}  // namespace sail::gateway
