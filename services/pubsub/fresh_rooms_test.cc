#include "services/pubsub/fresh_rooms.h"

#include <gtest/gtest.h>

namespace sail::pubsub {
namespace {

class FreshRoomsTest : public ::testing::Test {
 protected:
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  FreshRooms rooms_{[this] { return now_; }};
};

TEST_F(FreshRoomsTest, ARoomIsFreshForAWhileInItsNamespace) {
  EXPECT_FALSE(rooms_.IsFresh("/", "a"));
  rooms_.Note("/", "a");
  EXPECT_TRUE(rooms_.IsFresh("/", "a"));
  EXPECT_FALSE(rooms_.IsFresh("/chat", "a"));
  now_ += FreshRooms::kFresh;
  EXPECT_FALSE(rooms_.IsFresh("/", "a"));
}

TEST_F(FreshRoomsTest, NotingAgainProlongs) {
  rooms_.Note("/", "a");
  now_ += FreshRooms::kFresh / 2;
  rooms_.Note("/", "a");
  now_ += FreshRooms::kFresh / 2;
  EXPECT_TRUE(rooms_.IsFresh("/", "a"));
  now_ += FreshRooms::kFresh / 2;
  EXPECT_FALSE(rooms_.IsFresh("/", "a"));
}

TEST_F(FreshRoomsTest, TheOldestAreForgottenWhenThereAreTooMany) {
  rooms_.Note("/", "oldest");
  for (size_t i = 0; i < FreshRooms::kMost; ++i) rooms_.Note("/", std::to_string(i));
  EXPECT_FALSE(rooms_.IsFresh("/", "oldest"));
  EXPECT_TRUE(rooms_.IsFresh("/", std::to_string(FreshRooms::kMost - 1)));
}

}  // namespace
}  // namespace sail::pubsub
