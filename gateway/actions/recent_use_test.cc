#include "gateway/actions/recent_use.h"

#include <string>

#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

TEST(RecentUse, TheFirstUseOfEachIntervalCounts) {
  RecentUse uses(absl::Seconds(5));
  EXPECT_TRUE(uses.IsFirst("a", kStart));
  EXPECT_TRUE(uses.IsFirst("b", kStart + absl::Seconds(1)));
  EXPECT_FALSE(uses.IsFirst("a", kStart + absl::Seconds(4)));
  EXPECT_TRUE(uses.IsFirst("a", kStart + absl::Seconds(5)));
  EXPECT_FALSE(uses.IsFirst("a", kStart + absl::Seconds(5)));
}

TEST(RecentUse, AClockThatIsSetBackDoesNotSilenceIt) {
  RecentUse uses(absl::Seconds(5));
  EXPECT_TRUE(uses.IsFirst("a", kStart));
  EXPECT_TRUE(uses.IsFirst("a", kStart - absl::Hours(1)));
}

TEST(RecentUse, ForgetsWhenItHoldsTooMany) {
  RecentUse uses(absl::Hours(1));
  EXPECT_TRUE(uses.IsFirst("a", kStart));
  for (size_t i = 0; i < RecentUse::kMaxIds; ++i) uses.IsFirst(std::to_string(i), kStart);
  EXPECT_TRUE(uses.IsFirst("a", kStart));
}

}  // namespace
}  // namespace sail::gateway
