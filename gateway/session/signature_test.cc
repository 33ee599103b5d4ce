#include "gateway/session/signature.h"

#include <set>

#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

struct Signed {
  const char* value;
  const char* secret;
  const char* cookie;
};

// Made by cookie-signature 1.0.7.
constexpr Signed kSigned[] = {
    {"abc", "secret", "s:abc.mUba1OAOkT/Ivo5dP34RCkqegy+D+wnDRShdeGONig4"},
    {"hello", "tobiiscool", "s:hello.DGDUkGlIkCzPz+C0B064FNgHdEjox7ch8tOBGslZ5QI"},
    {"", "x", "s:.8n5lJ9a4QIQwpma3RgcMMH9UK7VO5+bcswPz5SwLCfs"},
    {"0123456789abcdefghijklmnopqrstuv", "ref-secret-0123456789abcdef",
     "s:0123456789abcdefghijklmnopqrstuv.3Pg5uydMs0MEQVsgqsn/85nVoq5ecD3iuIlfHCPC67w"},
    {"a.b.c", "k", "s:a.b.c.KknhlmRnAWEJEoNMlO85fIMohjxbBPVoeAIqIsEoMg4"},
    {"\xC3\xBC", "\xC3\xB6", "s:\xC3\xBC.RVvPgymkdgOgDTFBpElCYw0zmafLOQ+NwKxevs3XBok"},
};

TEST(CookieSigner, SignsLikeCookieSignature) {
  for (const Signed& s : kSigned) {
    const CookieSigner signer({s.secret});
    EXPECT_EQ(signer.Sign(s.value), s.cookie);
    EXPECT_EQ(signer.Verify(s.cookie), s.value);
  }
}

TEST(CookieSigner, SignsWithTheFirstSecretAndAcceptsAll) {
  const CookieSigner rotated({"new", "secret"});
  EXPECT_EQ(rotated.Verify(kSigned[0].cookie), "abc");
  EXPECT_EQ(rotated.Sign("abc"), CookieSigner({"new"}).Sign("abc"));
  EXPECT_FALSE(CookieSigner({"new"}).Verify(kSigned[0].cookie).has_value());
}

TEST(CookieSigner, RefusesWhatItDidNotSign) {
  const CookieSigner signer({"secret"});
  const std::string good = signer.Sign("abc");
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] ^= 1;
    EXPECT_FALSE(signer.Verify(bad).has_value()) << bad;
  }
  EXPECT_FALSE(signer.Verify("").has_value());
  EXPECT_FALSE(signer.Verify("plain").has_value());
  EXPECT_FALSE(signer.Verify("s:").has_value());
  EXPECT_FALSE(signer.Verify("s:abc").has_value());
  EXPECT_FALSE(signer.Verify("s:abc.").has_value());
  EXPECT_FALSE(signer.Verify(good.substr(2)).has_value());
  EXPECT_FALSE(signer.Verify(good + "=").has_value());
}

TEST(RandomToken, IsBase64UrlAndNeverTheSame) {
  std::set<std::string> tokens;
  for (int i = 0; i < 100; ++i) {
    const std::string token = RandomToken(24);
    EXPECT_EQ(token.size(), 32u);
    EXPECT_EQ(token.find_first_of("+/="), std::string::npos);
    tokens.insert(token);
  }
  EXPECT_EQ(tokens.size(), 100u);
}

}  // namespace
}  // namespace sail::gateway
