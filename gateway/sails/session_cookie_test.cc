#include "gateway/sails/session_cookie.h"

#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);  // 2023-11-14T22:13:20Z

SessionCookieOptions Options() {
  SessionCookieOptions options;
  options.secrets = {"a secret of tests"};
  return options;
}

SessionCookieOptions Aging() {
  SessionCookieOptions options = Options();
  options.max_age_ms = 60'000;
  return options;
}

CommittedSession Committed(const SessionCookie& cookie, bool id_changed, bool data_changed) {
  CommittedSession committed;
  committed.session.id = "abc";
  committed.session.cookie_json = cookie.StoredSettings(kNow);
  committed.id_changed = id_changed;
  committed.data_changed = data_changed;
  return committed;
}

std::string HeaderOf(const std::string& set_cookie) { return set_cookie.substr(0, set_cookie.find(';')); }

TEST(SessionCookie, WhatItGaveItReads) {
  const SessionCookie cookie(Options());
  const std::string given = cookie.Due(Committed(cookie, true, true), "http").value();
  EXPECT_TRUE(given.ends_with("; Path=/; HttpOnly")) << given;
  EXPECT_EQ(cookie.Read("other=1; " + HeaderOf(given)), "abc");
}

TEST(SessionCookie, ReadsNothingThatIsNotSignedByOneOfItsSecrets) {
  const SessionCookie cookie(Options());
  const std::string given = HeaderOf(cookie.Due(Committed(cookie, true, true), "http").value());
  EXPECT_EQ(cookie.Read(std::nullopt), "");
  EXPECT_EQ(cookie.Read(""), "");
  EXPECT_EQ(cookie.Read("sails.sid=abc"), "");
  EXPECT_EQ(cookie.Read("sails.sid=s%3Aabc"), "");
  EXPECT_EQ(cookie.Read("sails.sid=s%3Aabc.%20"), "");
  std::string other = given;
  other.replace(other.find("abc"), 3, "abd");
  EXPECT_EQ(cookie.Read(other), "");
  EXPECT_EQ(cookie.Read(given.substr(0, given.size() - 1)), "");
  EXPECT_EQ(cookie.Read("Sails.Sid" + given.substr(9)), "");
  SessionCookieOptions changed = Options();
  changed.secrets = {"another secret of tests"};
  EXPECT_EQ(SessionCookie(changed).Read(given), "");
  changed.secrets.push_back("a secret of tests");
  EXPECT_EQ(SessionCookie(changed).Read(given), "abc");
}

TEST(SessionCookie, OfSeveralTheFirstCounts) {
  const SessionCookie cookie(Options());
  const std::string given = HeaderOf(cookie.Due(Committed(cookie, true, true), "http").value());
  EXPECT_EQ(cookie.Read("sails.sid=forged; " + given), "");
  EXPECT_EQ(cookie.Read(given + "; sails.sid=forged"), "abc");
}

TEST(SessionCookie, IsGivenForANewIdAlone) {
  const SessionCookie cookie(Options());
  EXPECT_TRUE(cookie.Due(Committed(cookie, true, false), "http").has_value());
  EXPECT_FALSE(cookie.Due(Committed(cookie, false, true), "http").has_value());
  EXPECT_FALSE(cookie.Due(Committed(cookie, false, false), "http").has_value());
}

TEST(SessionCookie, ThatEndsAtATimeIsGivenAgainWhenDataChanged) {
  const SessionCookie cookie(Aging());
  const auto again = cookie.Due(Committed(cookie, false, true), "http");
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->ends_with("; Path=/; Expires=Tue, 14 Nov 2023 22:14:20 GMT; HttpOnly")) << *again;
  EXPECT_FALSE(cookie.Due(Committed(cookie, false, false), "http").has_value());
}

TEST(SessionCookie, EndsWhenTheStoredSessionSays) {
  const SessionCookie cookie(Aging());
  CommittedSession older = Committed(SessionCookie(Options()), false, true);
  EXPECT_FALSE(cookie.Due(older, "http").has_value()) << "stored before there was a maxAge";
}

TEST(SessionCookie, RollingIsGivenWithEveryAnswer) {
  SessionCookieOptions options = Aging();
  options.rolling = true;
  const SessionCookie cookie(options);
  EXPECT_TRUE(cookie.Due(Committed(cookie, false, false), "http").has_value());
  CommittedSession none = Committed(cookie, false, false);
  none.session.id = "";
  EXPECT_FALSE(cookie.Due(none, "http").has_value());
  none = Committed(cookie, true, true);
  none.session.enabled = false;
  EXPECT_FALSE(cookie.Due(none, "http").has_value());
}

TEST(SessionCookie, ASecureOneIsGivenOverHttpsAlone) {
  SessionCookieOptions options = Options();
  options.attributes.secure = true;
  const SessionCookie cookie(options);
  EXPECT_FALSE(cookie.Due(Committed(cookie, true, true), "http").has_value());
  EXPECT_TRUE(cookie.Due(Committed(cookie, true, true), "https").value().ends_with("; HttpOnly; Secure"));
}

TEST(SessionCookie, CoversWhatIsBelowItsPath) {
  EXPECT_TRUE(SessionCookie(Options()).CoversPath("/user"));
  SessionCookieOptions options = Options();
  options.attributes.path = "/app";
  const SessionCookie cookie(options);
  EXPECT_TRUE(cookie.CoversPath("/app/user"));
  EXPECT_FALSE(cookie.CoversPath("/user"));
}

TEST(SessionCookie, StoresItsSettingsAsExpressSessionDoes) {
  EXPECT_EQ(SessionCookie(Options()).StoredSettings(kNow),
            R"({"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"})");
  SessionCookieOptions options = Aging();
  options.attributes = {
      .domain = "x.example", .path = "/a", .http_only = false, .secure = true, .same_site = "Lax"};
  EXPECT_EQ(SessionCookie(options).StoredSettings(kNow),
            R"({"originalMaxAge":60000,"expires":"2023-11-14T22:14:20.000Z","secure":true,"httpOnly":false,)"
            R"("domain":"x.example","path":"/a","sameSite":"Lax"})");
}

}  // namespace
}  // namespace sail::gateway
