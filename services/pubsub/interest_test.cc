#include "services/pubsub/interest.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace sail::pubsub {
namespace {

using Names = std::vector<std::string>;

class InterestTest : public ::testing::Test {
 protected:
  Names Add(LinkId link, const std::string& room, const std::string& ns = "/") {
    std::vector<WantedChannel> subscribe;
    interest_.Add(link, ns, room, &subscribe);
    interest_.Confirm(subscribe);
    return Sorted(subscribe);
  }
  Names AddProvisional(LinkId link, const std::string& room, absl::Time until) {
    std::vector<WantedChannel> subscribe;
    interest_.AddProvisional(link, "/", room, until, &subscribe);
    return Sorted(subscribe);
  }
  Names Remove(LinkId link, const std::string& room, const std::string& ns = "/") {
    Names unsubscribe;
    interest_.Remove(link, ns, room, &unsubscribe);
    std::sort(unsubscribe.begin(), unsubscribe.end());
    return unsubscribe;
  }
  std::vector<LinkId> Links(const Names& rooms, const std::string& ns = "/") {
    return interest_.Links(ns, rooms);
  }

  static Names Sorted(const std::vector<WantedChannel>& channels) {
    Names names;
    for (const WantedChannel& channel : channels) names.push_back(channel.name);
    std::sort(names.begin(), names.end());
    return names;
  }

  const absl::Time start_ = absl::FromUnixSeconds(1'700'000'000);
  Interest interest_{ChannelNames("p")};
};

TEST_F(InterestTest, TheFirstRoomOfANamespaceWantsItsChannels) {
  EXPECT_EQ(Add(1, "a", "/chat"), (Names{"p#/chat#", "p#/chat#a#", "p-request#/chat#", "p-sail#/chat#"}));
  EXPECT_EQ(Add(1, "b", "/chat"), (Names{"p#/chat#b#"}));
  EXPECT_EQ(Add(2, "a", "/chat"), Names{});
  EXPECT_EQ(Add(1, "a"), (Names{"p", "p#/#", "p#/#a#", "p-request#/#", "p-sail#/#"}));
}

TEST_F(InterestTest, TheWholeNamespaceNeedsNoRoomChannel) {
  EXPECT_EQ(Add(1, "", "/chat"), (Names{"p#/chat#", "p-request#/chat#", "p-sail#/chat#"}));
  EXPECT_EQ(Links({}, "/chat"), (std::vector<LinkId>{1}));
  EXPECT_EQ(Links({"a"}, "/chat"), std::vector<LinkId>{});
}

TEST_F(InterestTest, ChannelsGoWithTheirLastLink) {
  Add(1, "a", "/chat");
  Add(1, "a", "/chat");
  Add(2, "a", "/chat");
  Add(2, "b", "/chat");
  EXPECT_EQ(Remove(1, "a", "/chat"), Names{});
  EXPECT_EQ(Remove(1, "a", "/chat"), Names{});
  EXPECT_EQ(Remove(1, "never", "/chat"), Names{});
  EXPECT_EQ(Remove(2, "a", "/chat"), (Names{"p#/chat#a#"}));
  EXPECT_EQ(Remove(2, "b", "/chat"), (Names{"p#/chat#", "p#/chat#b#", "p-request#/chat#", "p-sail#/chat#"}));
  EXPECT_EQ(interest_.rooms(), 0u);
  EXPECT_EQ(interest_.Find("p#/chat#"), nullptr);
}

TEST_F(InterestTest, ALinkTakesAllItsInterestAlong) {
  Add(1, "a");
  Add(1, "b");
  Add(1, "", "/chat");
  Add(2, "a");
  Names unsubscribe;
  interest_.RemoveLink(1, &unsubscribe);
  std::sort(unsubscribe.begin(), unsubscribe.end());
  EXPECT_EQ(unsubscribe, (Names{"p#/#b#", "p#/chat#", "p-request#/chat#", "p-sail#/chat#"}));
  EXPECT_EQ(Links({"a", "b"}), (std::vector<LinkId>{2}));
  unsubscribe.clear();
  interest_.RemoveLink(1, &unsubscribe);
  EXPECT_TRUE(unsubscribe.empty());
}

TEST_F(InterestTest, LinksAreNamedOnceForSeveralRooms) {
  Add(1, "a");
  Add(1, "b");
  Add(2, "b");
  Add(3, "c");
  EXPECT_EQ(Links({"a", "b"}), (std::vector<LinkId>{1, 2}));
}

TEST_F(InterestTest, UnconfirmedChannelsAreNamedAgain) {
  std::vector<WantedChannel> first, second;
  interest_.Add(1, "/x", "a", &first);
  interest_.Add(2, "/x", "a", &second);
  EXPECT_EQ(Sorted(first), Sorted(second));
  interest_.Confirm(first);
  EXPECT_EQ(Add(3, "a", "/x"), Names{});
}

TEST_F(InterestTest, ALateConfirmationOfAnEarlierWantingDoesNotCount) {
  std::vector<WantedChannel> old, current;
  Names unsubscribe;
  interest_.Add(1, "/x", "a", &old);
  interest_.Remove(1, "/x", "a", &unsubscribe);
  interest_.Add(1, "/x", "a", &current);
  interest_.Confirm(old);
  EXPECT_FALSE(interest_.Find("p#/x#a#")->confirmed);
  interest_.Confirm(current);
  EXPECT_TRUE(interest_.Find("p#/x#a#")->confirmed);
}

TEST_F(InterestTest, ProvisionalInterestEndsUnlessClaimed) {
  Add(1, "a");
  EXPECT_EQ(AddProvisional(1, "x", start_ + absl::Seconds(5)), (Names{"p#/#x#"}));
  EXPECT_EQ(AddProvisional(1, "y", start_ + absl::Seconds(5)), (Names{"p#/#y#"}));
  EXPECT_EQ(AddProvisional(1, "a", start_ + absl::Seconds(5)), Names{});
  EXPECT_EQ(Links({"x"}), (std::vector<LinkId>{1}));
  Add(1, "y");
  Names unsubscribe;
  interest_.Expire(start_ + absl::Seconds(4), &unsubscribe);
  EXPECT_TRUE(unsubscribe.empty());
  interest_.Expire(start_ + absl::Seconds(5), &unsubscribe);
  EXPECT_EQ(unsubscribe, (Names{"p#/#x#"}));
  EXPECT_EQ(Links({"x"}), std::vector<LinkId>{});
  EXPECT_EQ(Links({"y"}), (std::vector<LinkId>{1}));
  EXPECT_EQ(Links({"a"}), (std::vector<LinkId>{1}));
}

TEST_F(InterestTest, ProvisionalInterestThatWasTakenBackAndClaimedStays) {
  AddProvisional(1, "x", start_ + absl::Seconds(5));
  Remove(1, "x");
  Add(1, "x");
  Names unsubscribe;
  interest_.Expire(start_ + absl::Seconds(9), &unsubscribe);
  EXPECT_EQ(Links({"x"}), (std::vector<LinkId>{1}));
}

}  // namespace
}  // namespace sail::pubsub
