#include "platform/redis/backoff.h"

#include <gtest/gtest.h>

namespace sail::platform::redis {
namespace {

TEST(BackoffTest, DoublesUpToTheLimitAndStartsAnewAfterReset) {
  Backoff backoff(absl::Milliseconds(50), absl::Milliseconds(300), [] { return 1.0; });
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(50));
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(100));
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(200));
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(300));
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(300));
  backoff.Reset();
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(50));
}

TEST(BackoffTest, JitterKeepsAtLeastHalf) {
  Backoff backoff(absl::Milliseconds(50), absl::Seconds(1), [] { return 0.0; });
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(25));
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(50));
}

}  // namespace
}  // namespace sail::platform::redis
