#ifndef SAIL_GATEWAY_ROUTING_ROUTE_H_
#define SAIL_GATEWAY_ROUTING_ROUTE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sail::gateway {

// Cross-origin settings of a route or of all routes, with Sails' names and defaults.
struct CorsSettings {
  bool any_origin = false;                 // allowOrigins: '*'
  std::vector<std::string> allow_origins;  // exact, such as "http://other.example"
  bool allow_credentials = false;
  std::string allow_request_methods = "GET,HEAD,PUT,PATCH,POST,DELETE";
  std::string allow_request_headers = "content-type";
  std::string allow_response_headers;
};

// One route: what a request has to look like, and where it leads.
struct Route {
  // Upper case; empty for every method. GET also takes HEAD.
  std::string method;
  // "/user/:id": a segment that starts with a colon is a parameter, a final "?" makes the last one optional,
  // a last segment "*" takes the rest of the path. Case-insensitive.
  std::string path;
  // "<controller>/<action>"; empty for a redirect.
  std::string action;
  // The service that runs the action: a name of config.yaml or host:port; empty for the logic service.
  std::string service;
  // Where to redirect to; empty for an action.
  std::string redirect;
  // Passes requests by whose path looks like a file (see LooksLikeAsset).
  bool skip_assets = false;
  // False: requests have no session, whatever their cookies say.
  bool session = true;
  // The route's own setting; unset: as configured for all.
  std::optional<bool> csrf;
  std::optional<CorsSettings> cors;
  // `cors: true`: the application's settings hold, though not for all routes.
  bool cors_as_for_all = false;
  // For the action.
  std::map<std::string, std::string> options;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ROUTING_ROUTE_H_
