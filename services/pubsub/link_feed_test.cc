#include "services/pubsub/link_feed.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sail::pubsub {
namespace {

using Names = std::vector<std::string>;

std::shared_ptr<const v1::Operation> At(Position seq, const std::string& name) {
  auto operation = std::make_shared<v1::Operation>();
  operation->set_seq(seq);
  operation->mutable_broadcast()->set_data_json(name);
  return operation;
}

class FakeSink final : public DeliverySink {
 public:
  void Deliver(const std::shared_ptr<const v1::Operation>& operation) override {
    received.push_back(operation->broadcast().data_json());
  }
  void Gap() override { received.push_back("gap"); }
  void ReachPosition(Position position) override { received.push_back("at " + std::to_string(position)); }

  Names received;
};

class LinkFeedTest : public ::testing::Test {
 protected:
  static HistoryPage Page(Position position, std::vector<std::shared_ptr<const v1::Operation>> operations) {
    HistoryPage page;
    page.reaches_back = true;
    page.position = position;
    page.operations = std::move(operations);
    return page;
  }

  std::shared_ptr<FakeSink> sink_ = std::make_shared<FakeSink>();
  LinkFeed feed_{sink_};
};

TEST_F(LinkFeedTest, PassesOnAtOnceUnlessHeld) {
  feed_.Deliver(At(1, "a"));
  feed_.ReachPosition(2);
  feed_.Gap();
  EXPECT_EQ(sink_->received, (Names{"a", "at 2", "gap"}));
}

TEST_F(LinkFeedTest, HistoryComesFirstAndWhatCameBothWaysOnce) {
  feed_.Hold(10);
  feed_.Deliver(At(12, "twelve"));
  feed_.Deliver(At(0, "of a peer"));
  feed_.ReachPosition(14);
  feed_.Deliver(At(15, "fifteen"));
  EXPECT_TRUE(sink_->received.empty());
  feed_.Release(Page(13, {At(11, "eleven"), At(12, "twelve")}));
  EXPECT_EQ(sink_->received, (Names{"eleven", "twelve", "of a peer", "at 14", "fifteen"}));
  feed_.Deliver(At(16, "sixteen"));
  EXPECT_EQ(sink_->received.back(), "sixteen");
}

TEST_F(LinkFeedTest, WhatWasPassedOnBeforeTheHoldIsNotPassedOnAgain) {
  feed_.Hold(10);
  feed_.Deliver(At(9, "nine"));
  feed_.Release(Page(13, {}));
  EXPECT_TRUE(sink_->received.empty());
}

TEST_F(LinkFeedTest, AMessageOfARoomThatThePageDoesNotKnowComesInItsPlace) {
  feed_.Hold(10);
  feed_.Deliver(At(12, "new room"));
  feed_.Release(Page(13, {At(11, "eleven"), At(13, "thirteen")}));
  EXPECT_EQ(sink_->received, (Names{"eleven", "new room", "thirteen"}));
}

TEST_F(LinkFeedTest, HistoryThatDoesNotReachBackIsAGap) {
  feed_.Hold(10);
  feed_.Deliver(At(12, "twelve"));
  feed_.Release(HistoryPage());
  EXPECT_EQ(sink_->received, (Names{"gap", "twelve"}));
}

TEST_F(LinkFeedTest, TooMuchHeldIsDroppedAndAGap) {
  feed_.Hold(10);
  for (size_t i = 0; i < LinkFeed::kMaxHeld + 1; ++i) feed_.Deliver(At(11 + i, "x"));
  feed_.Then([this] { sink_->received.push_back("function"); });
  feed_.Release(Page(13, {At(11, "eleven")}));
  EXPECT_EQ(sink_->received, (Names{"gap", "function"}));
  feed_.Deliver(At(99, "new"));
  EXPECT_EQ(sink_->received.back(), "new");
}

TEST_F(LinkFeedTest, TheFirstHoldCounts) {
  feed_.Hold(10);
  feed_.Hold(20);
  EXPECT_EQ(feed_.after(), 10u);
}

}  // namespace
}  // namespace sail::pubsub
