// An application whose actions, sessions and rooms are fakes: what HTTP and sockets have in common, for
// tests.
#ifndef SAIL_GATEWAY_SAILS_APPLICATION_FIXTURE_H_
#define SAIL_GATEWAY_SAILS_APPLICATION_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/actions/action_runner.h"
#include "gateway/actions/route_source.h"
#include "gateway/sails/session_cookie.h"
#include "gateway/security/csrf_guard.h"
#include "gateway/upstream/fake_action_client.h"
#include "gateway/upstream/fake_pubsub_link.h"
#include "gateway/upstream/fake_session_client.h"

namespace sail::gateway {

struct ApplicationSettings {
  SessionCookieOptions cookie;
  bool csrf = false;
  bool save_uninitialized = true;  // sockets do not
};

inline Route MakeRoute(const std::string& method, const std::string& path,
                       const std::string& action = "sess/echo") {
  Route route;
  route.method = method;
  route.path = path;
  route.action = action;
  return route;
}

// GET and POST /echo, POST /free (without CSRF), GET /time (without a session), GET /cors and PUT /cors (for
// http://other.example), GET /redir, GET /csrfToken, GET /file/:name.
inline std::vector<Route> TestRoutes() {
  std::vector<Route> routes = {
      MakeRoute("GET", "/echo"),  MakeRoute("POST", "/echo"),     MakeRoute("POST", "/free"),
      MakeRoute("GET", "/time"),  MakeRoute("GET", "/cors"),      MakeRoute("PUT", "/cors"),
      MakeRoute("GET", "/redir"), MakeRoute("GET", "/csrfToken"), MakeRoute("GET", "/file/:name")};
  routes[2].csrf = false;
  routes[3].session = false;
  CorsSettings cors;
  cors.allow_origins = {"http://other.example"};
  cors.allow_credentials = true;
  routes[4].cors = routes[5].cors = cors;
  routes[6].action = "";
  routes[6].redirect = "/user";
  routes[7].action = CsrfGuard::kGrantAction;
  return routes;
}

class TestApplication {
 public:
  explicit TestApplication(ApplicationSettings settings = {})
      : cookie([&] {
          if (settings.cookie.secrets.empty()) settings.cookie.secrets = {"a secret of tests"};
          return settings.cookie;
        }()),
        csrf(settings.csrf, TestRoutes()),
        sessions(store, {.new_cookie_json = [this](absl::Time) { return cookie.StoredSettings(now); },
                         .new_data_json = [this] { return csrf.NewSessionData(); },
                         .save_uninitialized = settings.save_uninitialized,
                         .clock = [this] { return now; }}),
        runner(sessions, pubsub, {&policies, [](const std::string&) { return nullptr; }}, absl::Seconds(1)),
        routes(service, TestRoutes(), {}) {}

  // The Cookie header of a client that was given this session.
  std::string CookieFor(const std::string& id) const {
    CommittedSession given;
    given.session.id = id;
    given.id_changed = true;
    const std::string line = cookie.Due(given, "https").value();
    return line.substr(0, line.find(';'));
  }

  absl::Time now = absl::FromUnixSeconds(1'700'000'000);  // 2023-11-14T22:13:20Z
  FakeSessionClient store;
  FakeActionClient service;
  FakePubSubLink pubsub;
  const platform::PolicyTable policies;
  const SessionCookie cookie;
  const CsrfGuard csrf;
  RequestSessions sessions;
  ActionRunner runner;
  RouteSource routes;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_SAILS_APPLICATION_FIXTURE_H_
