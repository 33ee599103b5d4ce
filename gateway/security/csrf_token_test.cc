#include "gateway/security/csrf_token.h"

#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

// Made by npm csrf 3.1.0.
constexpr struct {
  const char* secret;
  const char* token;
} kTokens[] = {
    {"bJi-BNwzHdGf4Yd-zfn1D37I", "Z7d7Tpzd-5u_9JbEnjrYU2NsoId6lt0BnIjQ"},
    {"ZzXn74sk4C-XwiNym52jbw4S", "iTWTXG39-q2pvmc6SqeYGHHM1P454BC9RIHI"},
    {"QHeFRr-BOyFjj6vugODcJBCN", "8xyaZ2wW-lPhRTfrUQRlhBmfUzVa4P2SFhco"},
};

TEST(CsrfToken, IsThatOfNpmCsrf) {
  for (const auto& [secret, token] : kTokens) EXPECT_TRUE(IsCsrfTokenOf(secret, token)) << token;
}

TEST(CsrfToken, IsOfItsSecretAlone) {
  EXPECT_FALSE(IsCsrfTokenOf(kTokens[0].secret, kTokens[1].token));
  EXPECT_FALSE(IsCsrfTokenOf("", kTokens[0].token));
}

TEST(CsrfToken, WithAnyCharacterChangedIsNone) {
  const std::string good = kTokens[0].token;
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] ^= 1;
    EXPECT_FALSE(IsCsrfTokenOf(kTokens[0].secret, bad)) << bad;
  }
}

TEST(CsrfToken, OfAnotherLengthIsNone) {
  const std::string good = kTokens[0].token;
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(IsCsrfTokenOf(kTokens[0].secret, good.substr(0, size))) << size;
  }
  EXPECT_FALSE(IsCsrfTokenOf(kTokens[0].secret, good + "="));
  EXPECT_FALSE(IsCsrfTokenOf(kTokens[0].secret, good + std::string(1, '\0')));
}

TEST(CsrfToken, IsNewEachTimeAndFits) {
  const std::string secret = NewCsrfSecret();
  EXPECT_EQ(secret.size(), 24u);
  EXPECT_NE(secret, NewCsrfSecret());
  const std::string token = NewCsrfToken(secret);
  EXPECT_EQ(token.size(), 36u);
  EXPECT_EQ(token[8], '-');
  EXPECT_NE(token, NewCsrfToken(secret));
  EXPECT_TRUE(IsCsrfTokenOf(secret, token));
}

}  // namespace
}  // namespace sail::gateway
