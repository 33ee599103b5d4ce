#ifndef SAIL_GATEWAY_SECURITY_CSRF_GUARD_H_
#define SAIL_GATEWAY_SECURITY_CSRF_GUARD_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/actions/request_session.h"
#include "gateway/routing/route.h"
#include "protos/sail/action/v1/action.pb.h"

namespace sail::gateway {

// A request as the guard looks at it. Only read during the call.
struct CsrfRequest {
  std::string_view method;
  const Route* route = nullptr;  // null: there is none
  std::string_view body_json;    // empty: no body
  std::string_view query;
  std::string (*parse_query)(std::string_view) = nullptr;  // to a JSON object
  std::function<std::optional<std::string_view>(std::string_view name)> header;
  bool over_socket = false;
};

// Requests that change something have to carry a token that only the session's own pages can know (Sails'
// security.csrf, from npm csurf): all but GET, HEAD and OPTIONS, over HTTP and over sockets, whether there is
// a route or not. The token is the first of: `_csrf` of the body, `_csrf` of the query, the headers
// csrf-token, xsrf-token, x-csrf-token, x-xsrf-token. The session's secret is its key "csrfSecret".
//
// A request without a session cannot carry a token and is refused. Immutable; any thread.
class CsrfGuard {
 public:
  // The built-in action that gives tokens: {"_csrf":"…"}. Over sockets there is none (404): a token is spent
  // there, not fetched.
  static constexpr std::string_view kGrantAction = "security/grant-csrf-token";

  using EarlyAnswer = std::function<std::optional<action::v1::ActionResponse>(const RequestSession&)>;

  // on_for_all: what holds for a route without a setting of its own.
  CsrfGuard(bool on_for_all, const std::vector<Route>& routes);

  static bool IsGrant(const Route& route) { return route.action == kGrantAction && route.service.empty(); }

  // Answers a request in its action's place once the session is there: 403 without the right token; a token
  // where the route leads to kGrantAction ("" where no route is guarded). Null where there is nothing to do.
  EarlyAnswer For(const CsrfRequest& request) const;

  // The keys that every new session has from its start, a JSON object: a secret where all routes are guarded.
  std::string NewSessionData() const;

 private:
  bool Demands(std::string_view method, const Route* route) const;

  const bool on_for_all_;
  bool on_somewhere_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_SECURITY_CSRF_GUARD_H_
