#ifndef SAIL_GATEWAY_ROUTING_ROUTES_CONFIG_H_
#define SAIL_GATEWAY_ROUTING_ROUTES_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/routing/route.h"

namespace sail::gateway {

// Reads the text of app/routes.yaml: routes in the file's order, which is their order of precedence. `file`
// names it in messages. INVALID_ARGUMENT tells every problem with its line.
//
//   "POST /login": sess/login
//   "GET /hello/:name": {action: sess/hello, service: localhost:7000, csrf: false, skipAssets: true}
//   "GET /time": {action: clock/now, session: false}
//   "PUT /corsOne": {action: sess/echo, cors: {allowOrigins: [http://other.example], allowCredentials: true}}
//   "GET /redir": /user
//
// Without a verb (or with "all") a route is for every method. `service` is the ActionService that runs the
// action: a name under `services` in config.yaml or host:port, the logic service if absent. `options` go to
// the action as they are.
absl::StatusOr<std::vector<Route>> ParseRoutes(const std::string& text, const std::string& file);

// The same from the file itself; a file that does not exist has no routes.
absl::StatusOr<std::vector<Route>> LoadRoutes(const std::string& path);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ROUTING_ROUTES_CONFIG_H_
