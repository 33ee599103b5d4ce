#include "gateway/routing/routes_config.h"

#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

TEST(RoutesConfig, ReadsRoutesInOrder) {
  const auto routes = ParseRoutes(R"(
"POST /login": Sess/Login
"get /hello/:name": {action: sess/hello, service: "localhost:7000", csrf: false, skipAssets: true, options: {a: b, n: 5}}
"PUT /corsOne": {action: sess/echo, cors: {allowOrigins: [http://other.example], allowCredentials: true}}
"GET /redir": /user
"/out": {redirect: "https://example.com/x"}
"all /any": any/any
)",
                                  "routes.yaml");
  ASSERT_TRUE(routes.ok()) << routes.status();
  ASSERT_EQ(routes->size(), 6u);
  EXPECT_EQ(routes->at(0).method + routes->at(0).path + " " + routes->at(0).action, "POST/login sess/login");
  const Route& hello = routes->at(1);
  EXPECT_EQ(hello.method + hello.path + " " + hello.action + " " + hello.service,
            "GET/hello/:name sess/hello localhost:7000");
  EXPECT_EQ(hello.csrf, false);
  EXPECT_TRUE(hello.skip_assets);
  EXPECT_EQ(hello.options, (std::map<std::string, std::string>{{"a", "b"}, {"n", "5"}}));
  ASSERT_TRUE(routes->at(2).cors.has_value());
  EXPECT_EQ(routes->at(2).cors->allow_origins, std::vector<std::string>{"http://other.example"});
  EXPECT_TRUE(routes->at(2).cors->allow_credentials);
  EXPECT_FALSE(routes->at(2).csrf.has_value());
  EXPECT_EQ(routes->at(3).redirect, "/user");
  EXPECT_EQ(routes->at(4).method + routes->at(4).redirect, "https://example.com/x");
  EXPECT_EQ(routes->at(5).method, "");
}

TEST(RoutesConfig, NoRoutesAreNoProblem) {
  for (const char* text : {"", "{}\n", "# nothing\n"}) {
    const auto routes = ParseRoutes(text, "routes.yaml");
    ASSERT_TRUE(routes.ok()) << routes.status();
    EXPECT_TRUE(routes->empty());
  }
  EXPECT_TRUE(LoadRoutes("/nonexistent/routes.yaml").ok());
}

TEST(RoutesConfig, TellsAllProblemsWithTheirLines) {
  const auto routes = ParseRoutes(R"("FETCH /a": sess/a
"GET b": sess/b
"GET /c": nonsense
"GET /d": {action: sess/d, colour: red}
"GET /e": {action: sess/e, redirect: /f}
"GET /g": [1]
"GET /h": {service: "x:1"}
"GET /i/:a?/b": sess/i
)",
                                  "routes.yaml");
  ASSERT_TRUE(absl::IsInvalidArgument(routes.status()));
  const std::string problems(routes.status().message());
  for (const char* problem :
       {"routes.yaml:1: FETCH /a has an unknown verb", "routes.yaml:2: GET b has a path that cannot be used",
        "routes.yaml:3: GET /c has to lead to an action",
        "routes.yaml:4: GET /d.colour is not a known setting",
        "routes.yaml:5: GET /e.redirect cannot stand beside an action", "routes.yaml:6: GET /g has to lead",
        "routes.yaml:7: GET /h has to lead", "routes.yaml:8: GET /i/:a?/b has a path"}) {
    EXPECT_NE(problems.find(problem), std::string::npos) << problem << "\n  is not in\n" << problems;
  }
}

}  // namespace
}  // namespace sail::gateway
