#include "gateway/routing/routes_config.h"

#include <algorithm>
#include <utility>

#include "gateway/http/ascii.h"
#include "gateway/routing/cors_settings.h"
#include "gateway/routing/read_file.h"
#include "gateway/routing/route_table.h"
#include "gateway/routing/yaml_map.h"

namespace sail::gateway {
namespace {

constexpr std::string_view kMethods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"};

bool IsRedirectTarget(std::string_view text) {
  return text.starts_with("/") || text.starts_with("http://") || text.starts_with("https://");
}

// "<controller>/<action>", lower case as the services name them.
bool IsAction(std::string_view text) {
  const size_t slash = text.find('/');
  return slash != 0 && slash != std::string_view::npos && text.back() != '/' &&
         text.find_first_of(" \t?#:*") == std::string_view::npos;
}

// "GET /user" → GET, /user. What is wrong with it, or empty.
std::string SplitAddress(std::string_view address, Route* route) {
  const size_t space = address.find(' ');
  if (space != std::string_view::npos) {
    const std::string_view verb = address.substr(0, space);
    const auto* method = std::find_if(std::begin(kMethods), std::end(kMethods),
                                      [&](std::string_view known) { return EqualsIgnoreCase(known, verb); });
    if (method != std::end(kMethods)) {
      route->method = *method;
    } else if (!EqualsIgnoreCase(verb, "all")) {
      return "has an unknown verb";
    }
    address = TrimSpace(address.substr(space));
  }
  route->path = address;
  const absl::Status status = RouteTable::Build({Route{.path = route->path}}).status();
  return status.ok() ? "" : "has a path that cannot be used: " + std::string(status.message());
}

void SetAction(YamlMap& routes, const std::string& address, const std::string& action, Route* route) {
  if (!IsAction(action)) {
    return routes.Problem(address, "has to lead to an action (controller/action) or redirect to a path");
  }
  route->action = AsciiLowered(action);
}

void ReadTarget(YamlMap& routes, const std::string& address, Route* route) {
  YamlMap target = routes.Map(address);
  std::string action;
  target.String("action", &action);
  target.String("redirect", &route->redirect);
  target.String("service", &route->service);
  target.Boolean("skipAssets", &route->skip_assets);
  target.Boolean("session", &route->session);
  if (target.Has("csrf")) {
    bool csrf = true;
    target.Boolean("csrf", &csrf);
    route->csrf = csrf;
  }
  if (const auto cors = target.Take("cors"); cors && cors->IsScalar()) {
    target.Boolean("cors", &route->cors_as_for_all);
    if (!route->cors_as_for_all) route->cors = CorsSettings();  // nobody
  } else if (cors) {
    YamlMap map = target.Map("cors");
    route->cors = ReadCorsSettings(map);
    map.CheckUnknown();
  }
  if (const auto options = target.Take("options"); options && options->IsMap()) {
    YamlMap map = target.Map("options");
    for (const auto& entry : *options) {
      if (entry.first.IsScalar()) map.String(entry.first.Scalar(), &route->options[entry.first.Scalar()]);
    }
  } else if (options) {
    target.Problem("options", "has to be a map");
  }
  target.CheckUnknown();
  if (route->redirect.empty()) return SetAction(routes, address, action, route);
  if (!action.empty()) target.Problem("redirect", "cannot stand beside an action");
  if (!IsRedirectTarget(route->redirect)) target.Problem("redirect", "has to be a path or a URL");
}

}  // namespace

absl::StatusOr<std::vector<Route>> ParseRoutes(const std::string& text, const std::string& file) {
  YamlProblems problems(file);
  const YAML::Node document = ParseYaml(text, &problems);
  YamlMap routes(document, "", &problems);
  std::vector<Route> result;
  if (document.IsMap()) {
    for (const auto& entry : document) {
      if (!entry.first.IsScalar()) continue;
      const std::string& address = entry.first.Scalar();
      Route route;
      if (const std::string problem = SplitAddress(address, &route); !problem.empty()) {
        routes.Problem(address, problem);
      }
      if (entry.second.IsMap()) {
        ReadTarget(routes, address, &route);
      } else if (entry.second.IsScalar() && IsRedirectTarget(entry.second.Scalar())) {
        route.redirect = entry.second.Scalar();
      } else {
        SetAction(routes, address, entry.second.IsScalar() ? entry.second.Scalar() : "", &route);
      }
      result.push_back(std::move(route));
    }
  }
  if (!problems.empty()) return problems.status();
  return result;
}

absl::StatusOr<std::vector<Route>> LoadRoutes(const std::string& path) {
  absl::StatusOr<std::string> text = ReadSettingsFile(path);
  if (!text.ok()) return text.status();
  return ParseRoutes(*text, path);
}

}  // namespace sail::gateway
