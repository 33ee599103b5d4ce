#include "gateway/security/csrf_guard.h"

#include <map>

#include "gateway/routing/query_string.h"
#include "gateway/security/csrf_token.h"
#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

constexpr char kSecret[] = "bJi-BNwzHdGf4Yd-zfn1D37I";
constexpr char kToken[] = "Z7d7Tpzd-5u_9JbEnjrYU2NsoId6lt0BnIjQ";

// What a client sends.
struct Sent {
  std::string method = "POST";
  std::optional<Route> route = std::nullopt;
  std::string body = "{}";
  std::string query = "";
  std::map<std::string, std::string> headers = {};
  bool over_socket = false;
};

RequestSession WithSecret() {
  RequestSession session;
  session.id = "id";
  session.data_json = std::string("{\"a\":1,\"csrfSecret\":\"") + kSecret + "\"}";
  return session;
}

// The status of the early answer; 0 if the action runs.
int StatusOf(const CsrfGuard& guard, const Sent& sent, const RequestSession& session = WithSecret()) {
  CsrfRequest request;
  request.method = sent.method;
  request.route = sent.route.has_value() ? &*sent.route : nullptr;
  request.body_json = sent.body;
  request.query = sent.query;
  request.parse_query = [](std::string_view query) { return ParseNestedQuery(query); };
  request.header = [&](std::string_view name) -> std::optional<std::string_view> {
    const auto found = sent.headers.find(std::string(name));
    if (found == sent.headers.end()) return std::nullopt;
    return found->second;
  };
  request.over_socket = sent.over_socket;
  const auto early = guard.For(request);
  if (!early) return 0;
  const auto answer = early(session);
  return answer.has_value() ? answer->status() : 0;
}

Route RouteWith(std::optional<bool> csrf) {
  Route route;
  route.action = "sess/echo";
  route.csrf = csrf;
  return route;
}

const std::string kGoodBody = std::string("{\"_csrf\":\"") + kToken + "\"}";

TEST(CsrfGuard, LetsEverythingThroughWhereItIsOff) {
  const CsrfGuard guard(false, {});
  EXPECT_EQ(StatusOf(guard, {.route = RouteWith(std::nullopt)}), 0);
  EXPECT_EQ(StatusOf(guard, {}), 0);
  EXPECT_EQ(guard.NewSessionData(), "");
}

TEST(CsrfGuard, DemandsATokenOfEveryMethodThatMayChangeSomething) {
  const CsrfGuard guard(true, {});
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get"}) {
    EXPECT_EQ(StatusOf(guard, {.method = method}), 403) << method;
    EXPECT_EQ(StatusOf(guard, {.method = method, .body = kGoodBody}), 0) << method;
  }
  for (const char* method : {"GET", "HEAD", "OPTIONS"})
    EXPECT_EQ(StatusOf(guard, {.method = method}), 0) << method;
}

TEST(CsrfGuard, TakesTheTokenFromBodyQueryOrHeaders) {
  const CsrfGuard guard(true, {});
  EXPECT_EQ(StatusOf(guard, {.body = kGoodBody}), 0);
  EXPECT_EQ(StatusOf(guard, {.query = std::string("a=1&_csrf=") + kToken}), 0);
  for (const char* name : {"csrf-token", "xsrf-token", "x-csrf-token", "x-xsrf-token"}) {
    EXPECT_EQ(StatusOf(guard, {.headers = {{name, kToken}}}), 0) << name;
  }
  EXPECT_EQ(StatusOf(guard, {.headers = {{"x-token", kToken}}}), 403);
  EXPECT_EQ(StatusOf(guard, {.headers = {{"cookie", std::string("_csrf=") + kToken}}}), 403);
}

TEST(CsrfGuard, TheFirstPlaceWithATokenDecides) {
  const CsrfGuard guard(true, {});
  EXPECT_EQ(StatusOf(guard, {.body = "{\"_csrf\":\"wrong\"}", .headers = {{"csrf-token", kToken}}}), 403);
  EXPECT_EQ(StatusOf(guard, {.query = "_csrf=wrong", .headers = {{"csrf-token", kToken}}}), 403);
  EXPECT_EQ(StatusOf(guard, {.body = "{\"_csrf\":\"\"}", .headers = {{"csrf-token", kToken}}}), 0);
}

TEST(CsrfGuard, WhatIsNotAStringIsNoToken) {
  const CsrfGuard guard(true, {});
  const std::string quoted = std::string("\"") + kToken + "\"";
  for (const std::string& value : {"[" + quoted + "]", "{\"0\":" + quoted + "}", std::string("true"),
                                   std::string("1"), std::string("null"), std::string("1e400")}) {
    EXPECT_EQ(StatusOf(guard, {.body = "{\"_csrf\":" + value + "}"}), 403) << value;
  }
  EXPECT_EQ(StatusOf(guard, {.body = "[" + quoted + "]"}), 403);
  EXPECT_EQ(StatusOf(guard, {.body = "{\"__proto__\":" + kGoodBody + "}"}), 403);
  EXPECT_EQ(StatusOf(guard, {.query = std::string("_csrf[]=") + kToken}), 403);
  EXPECT_EQ(StatusOf(guard, {.query = std::string("__proto__[_csrf]=") + kToken}), 403);
}

TEST(CsrfGuard, ATokenOfAnotherSessionIsNone) {
  const CsrfGuard guard(true, {});
  RequestSession other;
  other.data_json = "{\"csrfSecret\":\"" + NewCsrfSecret() + "\"}";
  EXPECT_EQ(StatusOf(guard, {.body = kGoodBody}, other), 403);
}

TEST(CsrfGuard, WithoutASecretNoTokenFits) {
  const CsrfGuard guard(true, {});
  for (const char* data :
       {"", "{}", "{\"csrfSecret\":\"\"}", "{\"csrfSecret\":null}", "{\"csrfSecret\":{}}"}) {
    RequestSession session;
    session.data_json = data;
    EXPECT_EQ(StatusOf(guard, {.body = kGoodBody}, session), 403) << data;
    EXPECT_EQ(StatusOf(guard, {.body = "{\"_csrf\":\"" + NewCsrfToken("") + "\"}"}, session), 403) << data;
  }
}

TEST(CsrfGuard, WithoutASessionARequestIsRefused) {
  RequestSession disabled = WithSecret();
  disabled.enabled = false;
  EXPECT_EQ(StatusOf(CsrfGuard(true, {}), {.body = kGoodBody}, disabled), 403);
}

TEST(CsrfGuard, ARoutesOwnSettingWins) {
  EXPECT_EQ(StatusOf(CsrfGuard(true, {}), {.route = RouteWith(false)}), 0);
  const CsrfGuard guard(false, {RouteWith(true)});
  EXPECT_EQ(StatusOf(guard, {.route = RouteWith(true)}), 403);
  EXPECT_EQ(StatusOf(guard, {.route = RouteWith(true), .body = kGoodBody}), 0);
  EXPECT_EQ(StatusOf(guard, {.route = RouteWith(std::nullopt)}), 0);
}

class Grant : public ::testing::Test {
 protected:
  action::v1::ActionResponse Ask(const CsrfGuard& guard, const RequestSession& session,
                                 bool over_socket = false) {
    Route route;
    route.action = CsrfGuard::kGrantAction;
    CsrfRequest request;
    request.method = "GET";
    request.route = &route;
    request.over_socket = over_socket;
    return guard.For(request)(session).value();
  }
  static std::string TokenIn(const action::v1::ActionResponse& answer) {
    return answer.body().substr(10, answer.body().size() - 12);  // {"_csrf":"…"}
  }
};

TEST_F(Grant, GivesATokenOfTheSessionsSecret) {
  const auto answer = Ask(CsrfGuard(true, {}), WithSecret());
  EXPECT_EQ(answer.status(), 200);
  EXPECT_EQ(answer.body_type(), action::v1::BODY_TYPE_JSON);
  EXPECT_TRUE(IsCsrfTokenOf(kSecret, TokenIn(answer))) << answer.body();
  EXPECT_TRUE(answer.session_changes().set().empty());
}

TEST_F(Grant, GivesTheSessionASecretWhereItHasNone) {
  RequestSession session;
  session.id = "older";
  const auto answer = Ask(CsrfGuard(false, {RouteWith(true)}), session);
  const std::string secret = answer.session_changes().set().at("csrfSecret");
  ASSERT_EQ(secret.size(), 26u);
  EXPECT_TRUE(IsCsrfTokenOf(secret.substr(1, 24), TokenIn(answer)));
}

TEST_F(Grant, IsEmptyWhereNothingIsGuardedOrThereIsNoSession) {
  EXPECT_EQ(Ask(CsrfGuard(false, {}), WithSecret()).body(), R"({"_csrf":""})");
  RequestSession disabled;
  disabled.enabled = false;
  EXPECT_EQ(Ask(CsrfGuard(true, {}), disabled).body(), R"({"_csrf":""})");
}

TEST_F(Grant, IsNotThereOverSockets) {
  EXPECT_EQ(Ask(CsrfGuard(true, {}), WithSecret(), true).status(), 404);
}

TEST(CsrfGuard, EveryNewSessionHasASecretOfItsOwn) {
  const CsrfGuard guard(true, {});
  const std::string data = guard.NewSessionData();
  EXPECT_EQ(data.size(), std::string(R"({"csrfSecret":""})").size() + 24);
  EXPECT_NE(data, guard.NewSessionData());
}

}  // namespace
}  // namespace sail::gateway
