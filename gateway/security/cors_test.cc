#include "gateway/security/cors.h"

#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

CorsSettings OneOrigin() {
  CorsSettings cors;
  cors.allow_origins = {"http://other.example"};
  cors.allow_credentials = true;
  return cors;
}

HttpRequest From(const std::string& origin, const std::string& method = "GET") {
  HttpRequest request;
  request.method = method;
  request.target = "/corsOne";
  if (!origin.empty()) request.headers.push_back({"Origin", origin});
  return request;
}

std::string Header(const HttpResponse& response, std::string_view name) {
  return std::string(FindHeader(response.headers, name).value_or("(none)"));
}

TEST(Cors, AListedOriginMayReadTheAnswer) {
  HttpResponse response;
  AddCorsHeaders(OneOrigin(), From("http://other.example"), &response);
  EXPECT_EQ(Header(response, "access-control-allow-origin"), "http://other.example");
  EXPECT_EQ(Header(response, "access-control-allow-credentials"), "true");
  EXPECT_EQ(Header(response, "vary"), "Origin");
  EXPECT_EQ(Header(response, "access-control-expose-headers"), "(none)");
}

TEST(Cors, NoOtherOriginGetsAnyHeader) {
  for (const char* origin : {"", "null", "http://evil.example", "http://other.example.evil.example",
                             "http://evil.example/http://other.example", "https://other.example",
                             "http://other.example:81", "http://other.example/", "HTTP://OTHER.EXAMPLE",
                             "http://sub.other.example", "http://other.example, http://evil.example", "*"}) {
    HttpResponse response;
    AddCorsHeaders(OneOrigin(), From(origin), &response);
    EXPECT_TRUE(response.headers.empty()) << origin;
    EXPECT_TRUE(CorsPreflight(OneOrigin(), From(origin, "OPTIONS")).headers.empty()) << origin;
  }
}

TEST(Cors, AnyOriginNeedsNoReflection) {
  CorsSettings cors;
  cors.any_origin = true;
  cors.allow_response_headers = "x-total";
  HttpResponse response;
  AddCorsHeaders(cors, From("http://other.example"), &response);
  EXPECT_EQ(Header(response, "access-control-allow-origin"), "*");
  EXPECT_EQ(Header(response, "access-control-expose-headers"), "x-total");
  EXPECT_EQ(Header(response, "access-control-allow-credentials"), "(none)");
  EXPECT_EQ(Header(response, "vary"), "(none)");
}

TEST(Cors, APreflightTellsMethodsAndHeaders) {
  const HttpResponse response = CorsPreflight(OneOrigin(), From("http://other.example", "OPTIONS"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(Header(response, "access-control-allow-origin"), "http://other.example");
  EXPECT_EQ(Header(response, "access-control-allow-credentials"), "true");
  EXPECT_EQ(Header(response, "access-control-allow-methods"), "GET,HEAD,PUT,PATCH,POST,DELETE");
  EXPECT_EQ(Header(response, "access-control-allow-headers"), "content-type");
  EXPECT_EQ(Header(response, "vary"), "Origin");
}

TEST(CorsFor, TakesTheRoutesOwnSettingsElseThoseForAll) {
  Route route;
  RouteMatch match{.outcome = RouteMatch::Outcome::kFound, .route = &route};
  SecurityConfig security;
  EXPECT_EQ(CorsFor(security, match), nullptr);
  route.cors_as_for_all = true;
  EXPECT_EQ(CorsFor(security, match), &security.cors);
  route.cors = OneOrigin();
  EXPECT_EQ(CorsFor(security, match), &*route.cors);
  EXPECT_EQ(CorsFor(security, RouteMatch()), nullptr);
  security.cors_for_all_routes = true;
  EXPECT_EQ(CorsFor(security, match), &*route.cors);
  EXPECT_EQ(CorsFor(security, RouteMatch()), &security.cors);
}

}  // namespace
}  // namespace sail::gateway
