#include "platform/cancellation/cancellation.h"

#include <gtest/gtest.h>

namespace sail::platform {
namespace {

TEST(CancellationTest, EndsTheWorkThatWasSetLastOnce) {
  Cancellation cancellation;
  int first = 0, second = 0;
  cancellation.Set([&] { ++first; });
  cancellation.Set([&] { ++second; });
  EXPECT_FALSE(cancellation.cancelled());
  cancellation.Cancel();
  cancellation.Cancel();
  EXPECT_TRUE(cancellation.cancelled());
  EXPECT_EQ(first, 0);
  EXPECT_EQ(second, 1);
}

TEST(CancellationTest, EndsLaterWorkAtOnce) {
  Cancellation cancellation;
  cancellation.Cancel();
  int ended = 0;
  cancellation.Set([&] { ++ended; });
  cancellation.Set(nullptr);
  EXPECT_EQ(ended, 1);
}

TEST(CancellationTest, WorkThatIsDoneIsNotEnded) {
  Cancellation cancellation;
  int ended = 0;
  cancellation.Set([&] { ++ended; });
  cancellation.Set(nullptr);
  cancellation.Cancel();
  EXPECT_EQ(ended, 0);
}

}  // namespace
}  // namespace sail::platform
