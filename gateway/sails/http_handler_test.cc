#include "gateway/sails/http_handler.h"

#include <map>

#include "gateway/sails/http_handler_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Headers = std::vector<HttpHeader>;

TEST_F(HttpHandlerTest, AnActionsAnswerHasTheEnvelopeAndASession) {
  Start();
  app_->service.answer->set_status(201);
  app_->service.answer->set_body_type(action::v1::BODY_TYPE_JSON);
  app_->service.answer->set_body("{\"a\":1}");
  const HttpResponse response = Ask("POST", "/echo?x=1", {}, "{\"b\":2}");
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "{\"a\":1}");
  EXPECT_EQ(Header(response, "x-powered-by"), "Sails <sailsjs.com>");
  EXPECT_TRUE(Header(response, "set-cookie").starts_with("sails.sid=s%3Aid1."));
  EXPECT_EQ(Seen().action(), "sess/echo");
  EXPECT_EQ(Seen().body_json(), "{\"b\":2}");
  EXPECT_EQ(Seen().query_json(), "{\"x\":\"1\"}");
  EXPECT_EQ(Seen().remote_address(), "10.0.0.1");
  EXPECT_EQ(Seen().protocol(), "http");
  EXPECT_EQ(Seen().base_url(), "http://example.com");
}

TEST_F(HttpHandlerTest, ThePathThatGetsACookieIsReadInAnyCase) {
  for (const char* path : {"/__getcookie", "/__GetCookie?x=1", "/__getcookie/"}) {
    const HttpResponse response = Ask("GET", path);
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_EQ(response.body, "_sailsIoJSConnect();");
  }
  EXPECT_EQ(Ask("HEAD", "/__getcookie").status, 200);
  EXPECT_EQ(Ask("POST", "/__getcookie").status, 404);
}

TEST_F(HttpHandlerTest, UnmatchedRequestsMakeSessionsToo) {
  const HttpResponse response = Ask("GET", "/nope");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, "Not Found");
  EXPECT_EQ(app_->store.sessions.size(), 1u);
}

TEST_F(HttpHandlerTest, AssetLikePathsHaveNoSessionAndSurviveTheStore) {
  Start();
  app_->store.failure = absl::UnavailableError("redis");
  EXPECT_EQ(Ask("GET", "/logo.png").body, "image");
  EXPECT_EQ(Ask("GET", "/none.png").status, 404);
  EXPECT_THAT(app_->store.TakeCalls(), IsEmpty());
}

TEST_F(HttpHandlerTest, ARouteMayGoWithoutASession) {
  Start();
  app_->store.failure = absl::UnavailableError("redis");
  EXPECT_EQ(Ask("GET", "/time").status, 200);
  EXPECT_FALSE(Seen().has_session());
}

TEST_F(HttpHandlerTest, PathsOutsideTheCookiesHaveNoSession) {
  ApplicationSettings settings;
  settings.cookie.attributes.path = "/app";
  Start(settings);
  EXPECT_EQ(Header(Ask("GET", "/echo"), "set-cookie"), "(none)");
  EXPECT_THAT(app_->store.TakeCalls(), IsEmpty());
}

TEST_F(HttpHandlerTest, WhileTheStoreIsAwayRequestsAreAnswered503) {
  Start();
  for (const absl::Status& failure :
       {absl::UnavailableError("redis"), absl::DeadlineExceededError("redis")}) {
    app_->store.failure = failure;
    const HttpResponse known = Ask("GET", "/echo", {{"Cookie", app_->CookieFor("known")}});
    EXPECT_EQ(known.status, 503) << failure;
    EXPECT_EQ(Header(known, "retry-after"), "1");
    EXPECT_EQ(known.body.find("redis"), std::string::npos);
    EXPECT_EQ(Ask("GET", "/nope").status, 503) << failure;
  }
  EXPECT_THAT(app_->service.requests, IsEmpty());
}

TEST_F(HttpHandlerTest, AnIdThatIsUnknownIsNeverAdopted) {
  Start();
  const HttpResponse response = Ask("GET", "/echo", {{"Cookie", app_->CookieFor("chosen")}});
  EXPECT_EQ(CookieFrom(response), app_->CookieFor("id1"));
  EXPECT_FALSE(app_->store.sessions.contains("chosen"));
  EXPECT_EQ(Seen().session().id(), "");
}

TEST_F(HttpHandlerTest, ATamperedCookieIsNotAskedFor) {
  Start();
  app_->store.sessions["victim"];
  std::string cookie = app_->CookieFor("mine");
  cookie.replace(cookie.find("mine"), 4, "victim");
  Ask("GET", "/echo", {{"Cookie", cookie}});
  EXPECT_THAT(app_->store.TakeCalls(), ElementsAre("create"));
}

TEST_F(HttpHandlerTest, AMalformedBodyIs400WithASession) {
  const HttpResponse response = Ask("POST", "/echo", {}, "{");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(Header(response, "x-powered-by"), "(none)");
  EXPECT_NE(Header(response, "set-cookie"), "(none)");
}

TEST_F(HttpHandlerTest, HostileJsonIsRefusedBeforeAnyActionSeesIt) {
  const std::string deep = "{\"a\":" + std::string(65, '[') + std::string(65, ']') + "}";
  EXPECT_EQ(Ask("POST", "/echo", {}, deep).status, 400);
  EXPECT_EQ(Ask("POST", "/echo", {}, std::string(1 << 20, '[')).status, 400);
  EXPECT_EQ(Ask("POST", "/echo", {}, "\"text\"").status, 400);
  EXPECT_THAT(app_->service.requests, IsEmpty());
}

TEST_F(HttpHandlerTest, OddJsonTravelsByteForByte) {
  const std::string odd =
      R"({"__proto__":{"admin":true},"n":1e400,"i":9223372036854775808,"s":"\ud800","a":1,"a":2})";
  EXPECT_EQ(Ask("POST", "/echo", {}, odd).status, 200);
  EXPECT_EQ(Seen().body_json(), odd);
}

TEST_F(HttpHandlerTest, AProtoInTheQueryIsLeftOut) {
  Ask("GET", "/echo?__proto__[admin]=1&a[__proto__][b]=2&c=3");
  EXPECT_EQ(Seen().query_json().find("__proto__"), std::string::npos) << Seen().query_json();
}

TEST_F(HttpHandlerTest, AnEncodedSlashStaysInItsSegment) {
  EXPECT_EQ(Ask("GET", "/file/a%2Fb").status, 200);
  EXPECT_EQ(Seen().params(0).value(), "a/b");
  EXPECT_EQ(Ask("GET", "/file%2Fa").status, 404);
  EXPECT_EQ(Ask("GET", "//echo").status, 404);
  EXPECT_EQ(Ask("GET", "/file/%2e%2e").status, 200);
  EXPECT_EQ(Seen().params(0).value(), "..");
  EXPECT_EQ(Ask("GET", "/file/%zz").status, 400);
}

TEST_F(HttpHandlerTest, WithoutATokenNothingIsChanged) {
  Start({.csrf = true});
  for (const char* method : {"POST", "PUT", "DELETE", "TRACE"}) {
    for (const char* path : {"/echo", "/nope", "/redir", "/file/%zz", "/csrfToken"}) {
      const HttpResponse response = Ask(method, path);
      EXPECT_EQ(response.status, 403) << method << path;
      EXPECT_EQ(response.body, "Forbidden");
      EXPECT_EQ(Header(response, "content-type"), "text/plain; charset=utf-8");
    }
  }
  EXPECT_THAT(app_->service.requests, IsEmpty());
}

TEST_F(HttpHandlerTest, WithItsSessionsTokenARequestPasses) {
  Start({.csrf = true});
  const HttpResponse granted = Ask("GET", "/csrfToken");
  ASSERT_EQ(granted.status, 200);
  const std::string token = granted.body.substr(10, 36);
  const std::string cookie = CookieFrom(granted);
  EXPECT_EQ(Ask("POST", "/echo", {{"Cookie", cookie}, {"X-CSRF-Token", token}}).status, 200);
  EXPECT_EQ(Ask("POST", "/echo",
                {{"Cookie", cookie}, {"X-CSRF-Token", (token[0] == 'x' ? "y" : "x") + token.substr(1)}})
                .status,
            403);
  EXPECT_EQ(Ask("POST", "/echo", {{"X-CSRF-Token", token}}).status, 403) << "without the cookie";
  const std::string other = CookieFrom(Ask("GET", "/csrfToken"));
  EXPECT_EQ(Ask("POST", "/echo", {{"Cookie", other}, {"X-CSRF-Token", token}}).status, 403);
  EXPECT_EQ(Ask("POST", "/nope", {{"Cookie", cookie}, {"X-CSRF-Token", token}}).status, 404);
  EXPECT_EQ(Ask("POST", "/echo?_csrf=" + token, {{"Cookie", cookie}}).status, 200);
}

TEST_F(HttpHandlerTest, WhereCsrfDoesNotHoldNoTokenIsNeeded) {
  Start({.csrf = true});
  EXPECT_EQ(Ask("POST", "/free").status, 200);
  EXPECT_EQ(Ask("GET", "/echo").status, 200);
  EXPECT_EQ(Ask("OPTIONS", "/echo").status, 200);
}

TEST_F(HttpHandlerTest, WithoutCsrfTheTokenIsEmpty) {
  EXPECT_EQ(Ask("GET", "/csrfToken").body, "{\"_csrf\":\"\"}");
}

TEST_F(HttpHandlerTest, AnswersTellAListedOriginThatItMayRead) {
  const HttpResponse response = Ask("GET", "/cors", {{"Origin", "http://other.example"}});
  EXPECT_EQ(Header(response, "access-control-allow-origin"), "http://other.example");
  EXPECT_EQ(Header(response, "access-control-allow-credentials"), "true");
  EXPECT_EQ(Header(response, "vary"), "Origin");
  EXPECT_EQ(Header(Ask("GET", "/cors", {{"Origin", "http://evil.example"}}), "access-control-allow-origin"),
            "(none)");
  EXPECT_EQ(Header(Ask("GET", "/echo", {{"Origin", "http://other.example"}}), "access-control-allow-origin"),
            "(none)");
}

TEST_F(HttpHandlerTest, APreflightIsAnsweredForTheMethodThatItAsksFor) {
  const HttpResponse allowed =
      Ask("OPTIONS", "/cors", {{"Origin", "http://other.example"}, {"Access-Control-Request-Method", "PUT"}});
  EXPECT_EQ(allowed.status, 200);
  EXPECT_EQ(allowed.body, "");
  EXPECT_EQ(Header(allowed, "access-control-allow-methods"), "GET,HEAD,PUT,PATCH,POST,DELETE");
  EXPECT_EQ(Header(allowed, "etag"), "(none)");
  const HttpResponse other = Ask(
      "OPTIONS", "/cors", {{"Origin", "http://other.example"}, {"Access-Control-Request-Method", "DELETE"}});
  EXPECT_EQ(other.body, "GET,HEAD,PUT,POST,DELETE,PATCH");
  EXPECT_EQ(Header(other, "access-control-allow-origin"), "(none)");
}

TEST_F(HttpHandlerTest, CorsForAllRoutesHoldsForUnmatchedOnesToo) {
  HttpHandlerOptions options;
  options.security.cors_for_all_routes = true;
  options.security.cors.allow_origins = {"https://page.example"};
  Start({}, options);
  EXPECT_EQ(Header(Ask("GET", "/nope", {{"Origin", "https://page.example"}}), "access-control-allow-origin"),
            "https://page.example");
  EXPECT_EQ(Header(Ask("GET", "/cors", {{"Origin", "https://page.example"}}), "access-control-allow-origin"),
            "(none)")
      << "a route's own settings hold alone";
}

TEST_F(HttpHandlerTest, ForwardedHeadersAreBelievedOfTrustedProxiesAlone) {
  const Headers forwarded = {{"X-Forwarded-For", "1.2.3.4, 5.6.7.8"},
                             {"X-Forwarded-Proto", "https"},
                             {"X-Forwarded-Host", "public.example"}};
  Ask("GET", "/echo", forwarded);
  EXPECT_EQ(Seen().remote_address(), "10.0.0.1");
  EXPECT_EQ(Seen().protocol(), "http");
  EXPECT_EQ(Seen().base_url(), "http://example.com");
  EXPECT_EQ(Seen().forwarded_addresses_size(), 0);
  HttpHandlerOptions options;
  options.trusted_hops = 1;
  Start({}, options);
  Ask("GET", "/echo", forwarded);
  EXPECT_EQ(Seen().remote_address(), "5.6.7.8");
  EXPECT_EQ(Seen().protocol(), "https");
  EXPECT_EQ(Seen().base_url(), "https://public.example");
  EXPECT_EQ(Seen().forwarded_addresses(0), "5.6.7.8");
}

TEST_F(HttpHandlerTest, ASecureCookieNeedsHttps) {
  ApplicationSettings settings;
  settings.cookie.attributes.secure = true;
  HttpHandlerOptions options;
  options.trusted_hops = 1;
  Start(settings, options);
  EXPECT_EQ(Header(Ask("GET", "/echo"), "set-cookie"), "(none)");
  EXPECT_NE(Header(Ask("GET", "/echo", {{"X-Forwarded-Proto", "https"}}), "set-cookie"), "(none)");
  Start(settings);
  EXPECT_EQ(Header(Ask("GET", "/echo", {{"X-Forwarded-Proto", "https"}}), "set-cookie"), "(none)");
}

TEST_F(HttpHandlerTest, ACookieWithAMaxAgeMovesOnWhenDataChanges) {
  ApplicationSettings settings;
  settings.cookie.max_age_ms = 60'000;
  Start(settings);
  const HttpResponse first = Ask("GET", "/echo");
  EXPECT_NE(Header(first, "set-cookie").find("Expires=Tue, 14 Nov 2023 22:14:20 GMT"), std::string::npos);
  app_->now += absl::Seconds(30);
  const Headers cookie = {{"Cookie", CookieFrom(first)}};
  EXPECT_EQ(Header(Ask("GET", "/echo", cookie), "set-cookie"), "(none)");
  (*app_->service.answer->mutable_session_changes()->mutable_set())["n"] = "1";
  EXPECT_NE(Header(Ask("GET", "/echo", cookie), "set-cookie").find("Expires=Tue, 14 Nov 2023 22:14:50 GMT"),
            std::string::npos);
}

TEST_F(HttpHandlerTest, AFailingServiceTellsNothingOfItsInside) {
  Start();
  app_->service.answer = absl::InternalError("password=hunter2 at db.internal");
  const HttpResponse response = Ask("GET", "/echo");
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body, "Internal Server Error");
}

TEST_F(HttpHandlerTest, RequestsForTheSocketServerHaveNoSession) {
  EXPECT_EQ(Ask("GET", "/socket.io/?EIO=4").status, 400);
  EXPECT_THAT(app_->store.TakeCalls(), IsEmpty());
  HttpRequest post;
  post.target = "/socket.io/?EIO=4";
  EXPECT_EQ(handler_->MaxBodyBytes(post), 1234u);
}

}  // namespace
}  // namespace sail::gateway
