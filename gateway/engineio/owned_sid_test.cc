#include "gateway/engineio/owned_sid.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace sail::gateway::engineio {
namespace {

TEST(OwnedSidsTest, AnIdTellsItsOwner) {
  const OwnedSids sids(0xDEADBEEF, {"a secret of tests"});
  const std::string sid = sids.Next(7);
  EXPECT_EQ(sid.size(), kSidLength);
  EXPECT_EQ(sids.Parse(sid), (SidOwner{0xDEADBEEF, 7}));
  const OwnedSids other(1, {"a secret of tests"});
  EXPECT_EQ(other.Parse(sid), (SidOwner{0xDEADBEEF, 7}));
}

TEST(OwnedSidsTest, IdsDiffer) {
  const OwnedSids sids(1, {"a secret of tests"});
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(sids.Next(0));
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(OwnedSidsTest, RefusesWhatNoGatewayHasMade) {
  const OwnedSids sids(1, {"a secret of tests"});
  const std::string sid = sids.Next(0);
  for (size_t i = 0; i < sid.size(); ++i) {
    std::string forged = sid;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(sids.Parse(forged).has_value()) << i;
  }
  EXPECT_FALSE(sids.Parse("").has_value());
  EXPECT_FALSE(sids.Parse(sid.substr(1)).has_value());
  EXPECT_FALSE(sids.Parse(sid + "A").has_value());
  EXPECT_FALSE(sids.Parse("AAAAAAAAAA+AAAAAAAAA").has_value());
  EXPECT_FALSE(OwnedSids(1, {"another secret"}).Parse(sid).has_value());
}

TEST(OwnedSidsTest, FormerSecretsAreAccepted) {
  const OwnedSids before(1, {"the old secret"});
  const OwnedSids after(2, {"the new secret", "the old secret"});
  EXPECT_TRUE(after.Parse(before.Next(0)).has_value());
  EXPECT_FALSE(before.Parse(after.Next(0)).has_value());
}

TEST(OwnedSidsTest, TheTextIsTheBytes) {
  SidBytes bytes{};
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(i * 37);
  EXPECT_EQ(DecodeSid(EncodeSid(bytes)), bytes);
}

}  // namespace
}  // namespace sail::gateway::engineio
