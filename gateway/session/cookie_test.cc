#include "gateway/session/cookie.h"

#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

using Cookies = std::vector<std::pair<std::string, std::string>>;

// What npm cookie 0.7.2 makes of these headers.
TEST(ParseCookies, ReadsHeadersAsNpmCookieDoes) {
  EXPECT_EQ(ParseCookies(""), Cookies());
  EXPECT_EQ(ParseCookies("a=b; c=d"), (Cookies{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(ParseCookies("a=b;\tc=d"), (Cookies{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(ParseCookies("  a = b ; c=\"d e\" "), (Cookies{{"a", "b"}, {"c", "d e"}}));
  EXPECT_EQ(ParseCookies("a=\"b"), (Cookies{{"a", "\"b"}}));
  EXPECT_EQ(ParseCookies("a=b=c"), (Cookies{{"a", "b=c"}}));
  EXPECT_EQ(ParseCookies("a; b=1"), (Cookies{{"b", "1"}}));
  EXPECT_EQ(ParseCookies("a=1; a=2"), (Cookies{{"a", "1"}}));
  EXPECT_EQ(ParseCookies("A=1; a=2"), (Cookies{{"A", "1"}, {"a", "2"}}));
  EXPECT_EQ(ParseCookies("=; a=1"), (Cookies{{"", ""}, {"a", "1"}}));
  EXPECT_EQ(ParseCookies("a=%20b"), (Cookies{{"a", " b"}}));
  EXPECT_EQ(ParseCookies("a=%zz"), (Cookies{{"a", "%zz"}}));
  EXPECT_EQ(ParseCookies("a=%E0%A4"), (Cookies{{"a", "%E0%A4"}}));
  EXPECT_EQ(ParseCookies("a=b;;c=d;"), (Cookies{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(ParseCookies("a=\"\";b="), (Cookies{{"a", ""}, {"b", ""}}));
  EXPECT_EQ(ParseCookies("a=%22x%22"), (Cookies{{"a", "\"x\""}}));
  EXPECT_EQ(ParseCookies("a=\"%41\""), (Cookies{{"a", "A"}}));
  EXPECT_EQ(ParseCookies("a=\" b \""), (Cookies{{"a", " b "}}));
  EXPECT_EQ(ParseCookies("a=\"x\"y\""), (Cookies{{"a", "x\"y"}}));
  EXPECT_EQ(ParseCookies("a b=c"), (Cookies{{"a b", "c"}}));
  EXPECT_EQ(ParseCookies("__proto__=1"), Cookies());
}

TEST(FindCookie, TakesTheFirstOfThatName) {
  EXPECT_EQ(FindCookie("x=0; sails.sid=s%3Aabc.def%2Bg; sails.sid=later", "sails.sid"), "s:abc.def+g");
  EXPECT_FALSE(FindCookie("sails.sid2=1; SAILS.SID=2", "sails.sid").has_value());
}

TEST(FormatSetCookie, WritesAttributesInExpressSessionsOrder) {
  EXPECT_EQ(FormatSetCookie("sails.sid", "s:abc.d+e/f", {}), "sails.sid=s%3Aabc.d%2Be%2Ff; Path=/; HttpOnly");
  EXPECT_EQ(
      FormatSetCookie(
          "sails.sid", "s:abc.d+e/f",
          {.domain = "x.example", .expires_unix_seconds = 784111777, .secure = true, .same_site = "Lax"}),
      "sails.sid=s%3Aabc.d%2Be%2Ff; Domain=x.example; Path=/; Expires=Sun, 06 Nov 1994 08:49:37 GMT; "
      "HttpOnly; "
      "Secure; SameSite=Lax");
  EXPECT_EQ(FormatSetCookie("n", "a b;,\"\\%\xC3\xA9!'()*~-_.", {.path = "", .http_only = false}),
            "n=a%20b%3B%2C%22%5C%25%C3%A9!'()*~-_.");
}

}  // namespace
}  // namespace sail::gateway
