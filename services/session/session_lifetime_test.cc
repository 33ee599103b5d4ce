#include "services/session/session_lifetime.h"

#include <gtest/gtest.h>

namespace sail::session {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);  // 2023-11-14T22:13:20Z
constexpr absl::Duration kDefault = absl::Hours(24);

TEST(SessionLifetimeTest, WithoutExpiryTheDefaultHolds) {
  for (const char* cookie : {"", "{}", R"({"expires":null,"originalMaxAge":null})", R"({"expires":"soon"})",
                             R"({"expires":5})", "not json"}) {
    EXPECT_EQ(LifetimeOfNewCookie(cookie, kNow, kDefault), kDefault) << cookie;
    EXPECT_EQ(LifetimeOnUse(cookie, kNow, kDefault), kDefault) << cookie;
  }
}

TEST(SessionLifetimeTest, ExpiryIsRoundedUpToSeconds) {
  EXPECT_EQ(LifetimeOfNewCookie(R"({"expires":"2023-11-14T22:14:20.001Z"})", kNow, kDefault),
            absl::Seconds(61));
  EXPECT_EQ(LifetimeOfNewCookie(R"({"expires":"2023-11-14T22:14:20.000Z"})", kNow, kDefault),
            absl::Seconds(60));
}

TEST(SessionLifetimeTest, AnExpiryThatHasPassedLeavesOneSecond) {
  EXPECT_EQ(LifetimeOfNewCookie(R"({"expires":"2020-01-01T00:00:00.000Z"})", kNow, kDefault),
            absl::Seconds(1));
}

TEST(SessionLifetimeTest, UseBeginsTheMaxAgeAnew) {
  const char* cookie = R"({"originalMaxAge":3600000,"expires":"2023-11-14T22:13:30.000Z"})";
  EXPECT_EQ(LifetimeOnUse(cookie, kNow, kDefault), absl::Hours(1));
  EXPECT_EQ(LifetimeOfNewCookie(cookie, kNow, kDefault), absl::Seconds(10));
  EXPECT_EQ(LifetimeOnUse(R"({"expires":"2023-11-14T22:13:30.000Z"})", kNow, kDefault), absl::Seconds(10));
}

TEST(SessionLifetimeTest, AbsurdAgesAreBounded) {
  EXPECT_EQ(LifetimeOnUse(R"({"originalMaxAge":-5})", kNow, kDefault), absl::Seconds(1));
  EXPECT_LE(LifetimeOnUse(R"({"originalMaxAge":1e300})", kNow, kDefault), absl::Hours(24 * 36500));
}

}  // namespace
}  // namespace sail::session
