#include "gateway/routing/app_config.h"

#include <limits>

#include "gateway/routing/origin_list.h"
#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

std::string Problems(const std::string& text) {
  return std::string(ParseAppConfig(text, "config.yaml").status().message());
}

TEST(AppConfig, HasDefaultsForEverything) {
  for (const char* text :
       {"", "# nothing\n", "session:\n", "models: {migrate: safe}\nblueprints: {rest: true}\n"}) {
    const auto config = ParseAppConfig(text, "config.yaml");
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_EQ(config->session_cookie.name, "sails.sid");
    EXPECT_TRUE(config->session_cookie.http_only);
    EXPECT_FALSE(config->session_cookie.max_age.has_value());
    EXPECT_EQ(config->sockets.path, "/socket.io");
    EXPECT_TRUE(config->sockets.websocket);
    EXPECT_FALSE(config->sockets.polling);
    EXPECT_EQ(config->sockets.ping_timeout, absl::Seconds(60));
    EXPECT_FALSE(config->sockets.only_allow_origins.has_value());
    EXPECT_EQ(config->http.body_limit, 1 << 20);
    EXPECT_TRUE(config->http.event_streams);
    EXPECT_EQ(config->http.trusted_hops, 0);
    EXPECT_FALSE(config->security.csrf);
  }
}

TEST(AppConfig, ReadsEverySetting) {
  const auto config = ParseAppConfig(R"(
session:
  cookie: {name: x.sid, path: /p, domain: example.com, httpOnly: false, secure: true, sameSite: lax, maxAge: 86400000}
sockets:
  path: /rt/
  transports: [polling, websocket]
  pingInterval: 1000
  pingTimeout: 2000
  maxHttpBufferSize: 100000
  onlyAllowOrigins: ["http://app.example", "http://localhost:*"]
http:
  trustProxy: 2
  bodyLimit: 2048
  eventStreams: false
  static: {/: assets, /dependencies: node_modules/sails.io.js/dist}
security:
  csrf: true
  cors: {allRoutes: true, allowOrigins: 'http://a.example, http://b.example', allowCredentials: true,
         allowRequestMethods: [GET, PUT], allowRequestHeaders: x-a, allowResponseHeaders: x-b}
)",
                                     "config.yaml");
  ASSERT_TRUE(config.ok()) << config.status();
  const SessionCookieConfig& cookie = config->session_cookie;
  EXPECT_EQ(cookie.name + cookie.path + cookie.domain + cookie.same_site, "x.sid/pexample.comLax");
  EXPECT_FALSE(cookie.http_only);
  EXPECT_TRUE(cookie.secure);
  EXPECT_EQ(cookie.max_age, absl::Hours(24));
  EXPECT_EQ(config->sockets.path, "/rt");
  EXPECT_TRUE(config->sockets.websocket && config->sockets.polling);
  EXPECT_EQ(config->sockets.ping_interval, absl::Seconds(1));
  EXPECT_EQ(config->sockets.ping_timeout, absl::Seconds(2));
  EXPECT_EQ(config->sockets.max_http_buffer_size, 100000);
  EXPECT_EQ(config->sockets.only_allow_origins->size(), 2u);
  EXPECT_EQ(config->http.trusted_hops, 2);
  EXPECT_EQ(config->http.body_limit, 2048);
  EXPECT_FALSE(config->http.event_streams);
  EXPECT_EQ(config->http.static_files.at("/dependencies"), "node_modules/sails.io.js/dist");
  EXPECT_TRUE(config->security.csrf);
  EXPECT_TRUE(config->security.cors_for_all_routes);
  EXPECT_EQ(config->security.cors.allow_origins.size(), 2u);
  EXPECT_EQ(config->security.cors.allow_request_methods, "GET,PUT");
}

TEST(AppConfig, TrustProxyMayBeTrueOrANumber) {
  EXPECT_EQ(ParseAppConfig("http: {trustProxy: true}", "f")->http.trusted_hops,
            std::numeric_limits<int64_t>::max());
  EXPECT_EQ(ParseAppConfig("http: {trustProxy: false}", "f")->http.trusted_hops, 0);
  EXPECT_NE(Problems("http: {trustProxy: 0}"), "");
  EXPECT_NE(Problems("http: {trustProxy: maybe}"), "");
}

TEST(AppConfig, TellsAllProblemsWithTheirLines) {
  const std::string problems = Problems(R"(session:
  cookie:
    secure: perhaps
    colour: red
sockets:
  transports: [pigeon]
  pingTimeout: soon
http:
  static: [a]
  bodyLimit: -1
security: {cors: {allowOrigins: '*', allowCredentials: true}}
)");
  for (const char* problem :
       {"config.yaml:3: session.cookie.secure has to be true or false",
        "config.yaml:4: session.cookie.colour is not a known setting",
        "config.yaml:6: sockets.transports has \"pigeon\"",
        "config.yaml:7: sockets.pingTimeout has to be an integer", "config.yaml:9: http.static has to map",
        "config.yaml:10: http.bodyLimit has to be an integer",
        "config.yaml:11: security.cors.allowCredentials cannot be true"}) {
    EXPECT_NE(problems.find(problem), std::string::npos) << problem << "\n  is not in\n" << problems;
  }
}

TEST(AppConfig, TellsWhereTheYamlIsBroken) {
  EXPECT_NE(Problems("http: {\n  a: [1\n").find("config.yaml:"), std::string::npos);
  EXPECT_EQ(Problems("- a\n"), "config.yaml:1: the file has to be a map");
  EXPECT_EQ(Problems("http: {bodyLimit: 2048}\nhttp: {}\n"), "config.yaml:2: http is given twice");
}

TEST(AppConfig, AMissingFileMeansTheDefaults) { EXPECT_TRUE(LoadAppConfig("/nonexistent/config.yaml").ok()); }

TEST(OriginList, ComparesTheWholeOrigin) {
  const std::vector<std::string> list = {"https://app.example", "http://localhost:*"};
  EXPECT_TRUE(OriginIsListed(list, "https://app.example"));
  EXPECT_TRUE(OriginIsListed(list, "http://localhost:1337"));
  EXPECT_TRUE(OriginIsListed(list, "http://localhost"));
  for (const char* origin :
       {"", "null", "http://app.example", "https://app.example.evil", "https://app.example:443",
        "https://evil/app.example", "http://localhost.evil", "http://localhost:1337.evil",
        "http://localhost:", "http://localhost:1a", "https://localhost:1"}) {
    EXPECT_FALSE(OriginIsListed(list, origin)) << origin;
  }
}

TEST(OriginList, KnowsWhatAnEntryLooksLike) {
  for (const char* text : {"http://a", "https://a.example:8443", "http://localhost:*", "app://x"}) {
    EXPECT_TRUE(IsOriginPattern(text)) << text;
  }
  for (const char* text : {"", "*", "a.example", "http://", "http://a/", "http://*.example", "http://:*"}) {
    EXPECT_FALSE(IsOriginPattern(text)) << text;
  }
}

TEST(AppConfigTest, ReadsServicesInTheirOrder) {
  const auto config = ParseAppConfig(
      "services:\n  zeta: {target: 'a:1,b:2', timeout: 500}\n  alpha-2: {command: node main.mjs}\n",
      "config.yaml");
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_EQ(config->services.size(), 2u);
  EXPECT_EQ(config->services[0].name, "zeta");
  EXPECT_EQ(config->services[0].target, "a:1,b:2");
  EXPECT_EQ(config->services[0].timeout, absl::Milliseconds(500));
  EXPECT_EQ(config->services[1].command, "node main.mjs");
  EXPECT_FALSE(config->services[1].timeout.has_value());
  EXPECT_EQ(ServiceTargetVariable("alpha-2"), "SAIL_SERVICE_ALPHA_2_TARGET");
}

TEST(AppConfigTest, TellsWhatIsWrongWithAService) {
  const auto message = [](const std::string& text) {
    return std::string(ParseAppConfig(text, "config.yaml").status().message());
  };
  EXPECT_NE(message("services: {Mail: {}}").find("services.Mail is not a name"), std::string::npos);
  EXPECT_NE(message("services: {mail: {port: 1}}").find("services.mail.port is not a known setting"),
            std::string::npos);
  EXPECT_NE(message("services: {mail: {timeout: 0}}").find("services.mail.timeout"), std::string::npos);
  EXPECT_NE(message("services: [mail]").find("services has to be a map"), std::string::npos);
}

}  // namespace
}  // namespace sail::gateway
