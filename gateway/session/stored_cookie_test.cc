#include "gateway/session/stored_cookie.h"

#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

constexpr char kWithMaxAge[] =
    R"({"originalMaxAge":60000,"expires":"2026-01-02T03:04:05.678Z","httpOnly":true,"path":"/"})";
constexpr char kWithoutMaxAge[] = R"({"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"})";

TEST(StoredExpiry, IsTheTimeThatJavaScriptWrote) {
  EXPECT_EQ(StoredExpiry(kWithMaxAge), absl::FromUnixMillis(1767323045678));
}

TEST(StoredExpiry, IsMissingWhereTheCookieLastsForTheBrowsersSession) {
  EXPECT_FALSE(StoredExpiry(kWithoutMaxAge).has_value());
  EXPECT_FALSE(StoredExpiry(R"({"httpOnly":true,"path":"/"})").has_value());
}

TEST(StoredExpiry, IsMissingInWhatIsNotUnderstood) {
  for (const char* text : {"", "[]", "{", "null", R"({"expires":5})", R"({"expires":"soon"})"}) {
    EXPECT_FALSE(StoredExpiry(text).has_value()) << text;
  }
}

TEST(SlideExpiry, BeginsTheMaxAgeAnewAndKeepsTheRest) {
  EXPECT_EQ(SlideExpiry(kWithMaxAge, absl::FromUnixMillis(1767323100000)),
            R"({"originalMaxAge":60000,"expires":"2026-01-02T03:06:00.000Z","httpOnly":true,"path":"/"})");
}

TEST(SlideExpiry, HasNothingToDoWithoutAMaxAge) {
  for (const char* text : {kWithoutMaxAge, "", "{}", "[1]", R"({"originalMaxAge":"1"})",
                           R"({"originalMaxAge":1e300})", R"({"originalMaxAge":-1,"expires":null})"}) {
    EXPECT_FALSE(SlideExpiry(text, absl::UnixEpoch()).has_value()) << text;
  }
}

}  // namespace
}  // namespace sail::gateway
