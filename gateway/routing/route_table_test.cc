#include "gateway/routing/route_table.h"

#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

using Outcome = RouteMatch::Outcome;

Route To(std::string method, std::string path, std::string action, bool skip_assets = false) {
  return {.method = std::move(method),
          .path = std::move(path),
          .action = std::move(action),
          .skip_assets = skip_assets};
}

RouteTable Blueprints() {
  auto table = RouteTable::Build({
      To("POST", "/login", "sess/login"),
      To("", "/any", "any/any"),
      To("GET", "/user/find", "user/shortcut"),
      To("GET", "/user", "user/find"),
      To("GET", "/user/:id", "user/findone", true),
      To("DELETE", "/user/:id?", "user/destroy"),
      To("GET", "/user/:parentid/pets", "user/populate"),
      To("PUT", "/user/:parentid/pets/:childid", "user/add"),
      To("GET", "/", "home/page"),
      To("GET", "/files/*", "files/get"),
  });
  EXPECT_TRUE(table.ok()) << table.status();
  return *std::move(table);
}

// "action name=value …", or the outcome in brackets.
std::string Find(const RouteTable& table, std::string_view method, std::string_view path) {
  const RouteMatch match = table.Find(method, path);
  if (match.outcome == Outcome::kNotFound) return "[none]";
  if (match.outcome == Outcome::kMalformedEscape) return "[escape]";
  std::string text = match.route->action;
  for (const auto& [name, value] : match.params) text += " " + name + "=" + value;
  return text;
}

TEST(RouteTable, FindsLiteralsAndParameters) {
  const RouteTable table = Blueprints();
  EXPECT_EQ(Find(table, "GET", "/user"), "user/find");
  EXPECT_EQ(Find(table, "GET", "/user/7"), "user/findone id=7");
  EXPECT_EQ(Find(table, "GET", "/user/7/pets"), "user/populate parentid=7");
  EXPECT_EQ(Find(table, "PUT", "/user/7/pets/3"), "user/add parentid=7 childid=3");
  EXPECT_EQ(Find(table, "GET", "/"), "home/page");
  EXPECT_EQ(Find(table, "GET", "/nope"), "[none]");
  EXPECT_EQ(Find(table, "GET", "/user/7/pets/3"), "[none]");
  EXPECT_EQ(Find(table, "GET", "*"), "[none]");
  EXPECT_EQ(Find(table, "GET", ""), "[none]");
}

TEST(RouteTable, PrefersWhatComesFirst) {
  const RouteTable table = Blueprints();
  EXPECT_EQ(Find(table, "GET", "/user/find"), "user/shortcut");
  const auto reversed =
      RouteTable::Build({To("GET", "/user/:id", "param"), To("GET", "/user/find", "literal")});
  EXPECT_EQ(Find(*reversed, "GET", "/user/find"), "param id=find");
}

TEST(RouteTable, FollowsTheMethod) {
  const RouteTable table = Blueprints();
  EXPECT_EQ(Find(table, "HEAD", "/user/7"), "user/findone id=7");
  EXPECT_EQ(Find(table, "POST", "/user/7"), "[none]");
  EXPECT_EQ(Find(table, "PURGE", "/any"), "any/any");
  EXPECT_EQ(Find(table, "get", "/user"), "[none]");
}

TEST(RouteTable, LeavesAMissingOptionalParameterOut) {
  const RouteTable table = Blueprints();
  EXPECT_EQ(Find(table, "DELETE", "/user"), "user/destroy");
  EXPECT_EQ(Find(table, "DELETE", "/user/3"), "user/destroy id=3");
}

TEST(RouteTable, IgnoresCaseAndOneTrailingSlash) {
  const RouteTable table = Blueprints();
  EXPECT_EQ(Find(table, "GET", "/USER/Ab/"), "user/findone id=Ab");
  EXPECT_EQ(Find(table, "GET", "/user/"), "user/find");
  EXPECT_EQ(Find(table, "GET", "/user//"), "[none]");
  EXPECT_EQ(Find(table, "GET", "//user"), "[none]");
  EXPECT_EQ(Find(table, "GET", "/user//1"), "[none]");
  EXPECT_EQ(Find(table, "GET", "//"), "[none]");
}

TEST(RouteTable, DecodesParametersOnly) {
  const RouteTable table = Blueprints();
  EXPECT_EQ(Find(table, "GET", "/user/a%2Fb%20c"), "user/findone id=a/b c");
  EXPECT_EQ(Find(table, "GET", "/us%65r/1"), "[none]");
  EXPECT_EQ(Find(table, "GET", "/user/%E0%A4%A"), "[escape]");
  EXPECT_EQ(Find(table, "GET", "/%E0%A4%A"), "[escape]");
  EXPECT_EQ(Find(table, "GET", "/user/%C3/pets"), "[escape]");
}

TEST(RouteTable, SkipsAssetsWhereTheRouteSaysSo) {
  const RouteTable table = Blueprints();
  EXPECT_EQ(Find(table, "GET", "/user/4.json"), "[none]");
  EXPECT_EQ(Find(table, "GET", "/user/1.5"), "[none]");
  EXPECT_EQ(Find(table, "DELETE", "/user/1.5"), "user/destroy id=1.5");
  EXPECT_EQ(Find(table, "GET", "/user/.5"), "user/findone id=.5");
  EXPECT_EQ(Find(table, "GET", "/user/1.5/"), "user/findone id=1.5") << "the URL ends in a slash";
}

TEST(RouteTable, AWildcardTakesTheRest) {
  const RouteTable table = Blueprints();
  EXPECT_EQ(Find(table, "GET", "/files/a/b%20c"), "files/get 0=a/b c");
  EXPECT_EQ(Find(table, "GET", "/files"), "[none]");
}

TEST(RouteTable, NamesEveryMalformedPattern) {
  const auto table =
      RouteTable::Build({To("", "user", "a"), To("", "/ok", "a"), To("", "/:a?/b", "a"), To("", "/x/:", "a"),
                         To("", "/a//b", "a"), To("", "/*/b", "a"), To("", "/a(b)", "a")});
  ASSERT_TRUE(absl::IsInvalidArgument(table.status()));
  const std::string message(table.status().message());
  for (const char* path : {"\"user\"", "\"/:a?/b\"", "\"/x/:\"", "\"/a//b\"", "\"/*/b\"", "\"/a(b)\""}) {
    EXPECT_NE(message.find(path), std::string::npos) << message;
  }
}

TEST(LooksLikeAsset, WantsADotWithinTheLastSegment) {
  for (const char* path : {"/a.b", "/x/a.b", "/a..", "/1.5", "/a.b.c", "/..a"})
    EXPECT_TRUE(LooksLikeAsset(path)) << path;
  for (const char* path : {"/a", "/.a", "/a.", "/a.b/", "/a.b/c", "/", "a.b", "/."}) {
    EXPECT_FALSE(LooksLikeAsset(path)) << path;
  }
}

}  // namespace
}  // namespace sail::gateway
