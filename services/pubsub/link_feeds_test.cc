#include "services/pubsub/link_feeds.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace sail::pubsub {
namespace {

using Names = std::vector<std::string>;

class FakeSink final : public DeliverySink {
 public:
  void Deliver(const std::shared_ptr<const v1::Operation>& operation) override {
    received.push_back(std::to_string(operation->seq()));
  }
  void Gap() override { received.push_back("gap"); }
  void ReachPosition(Position position) override { received.push_back("at " + std::to_string(position)); }

  Names received;
};

// Answers when the test says so.
class FakeHistory final : public History {
 public:
  void Read(HistoryRead read, OnPage done) override { reads.push_back({std::move(read), std::move(done)}); }
  void Mark(const std::string&, uint64_t name) override { marks.push_back(name); }

  struct Asked {
    HistoryRead read;
    OnPage done;
  };
  std::deque<Asked> reads;
  std::vector<uint64_t> marks;
};

std::shared_ptr<const v1::Operation> At(Position seq) {
  auto operation = std::make_shared<v1::Operation>();
  operation->set_seq(seq);
  return operation;
}

HistoryPage Page(Position position, const std::vector<Position>& seqs) {
  HistoryPage page;
  page.reaches_back = true;
  page.position = position;
  for (const Position seq : seqs) page.operations.push_back(At(seq));
  return page;
}

class LinkFeedsTest : public ::testing::Test {
 protected:
  std::shared_ptr<DeliverySink> Attach(LinkId link, Position after) {
    sinks_[link] = std::make_shared<FakeSink>();
    return feeds_.Attach(link, sinks_[link], after);
  }
  void AnswerMark(Position position) {
    feeds_.OnMark(std::to_string(history_.marks.back()) + " " + std::to_string(position));
  }
  // What ChangeInterest would be answered with.
  std::shared_ptr<absl::StatusOr<Position>> Subscribed(LinkId link) {
    auto result = std::make_shared<absl::StatusOr<Position>>(absl::UnknownError("not answered"));
    feeds_.OnSubscribed(link, [result](absl::StatusOr<Position> position) { *result = std::move(position); });
    return result;
  }
  FakeHistory::Asked TakeRead() {
    FakeHistory::Asked asked = std::move(history_.reads.front());
    history_.reads.pop_front();
    return asked;
  }
  const Names& received(LinkId link) { return sinks_[link]->received; }

  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  platform::metrics::Registry registry_;
  FakeHistory history_;
  std::map<LinkId, std::shared_ptr<FakeSink>> sinks_;
  LinkFeeds feeds_{history_, "marks",
                   [](LinkId) {
                     return std::vector<HistoryRoom>{{"/", "room"}};
                   },
                   [this] { return now_; }, registry_};
};

TEST_F(LinkFeedsTest, InterestIsAnsweredWithThePositionThatCameBack) {
  Attach(1, 0);
  const auto first = Subscribed(1);
  const auto second = Subscribed(1);
  EXPECT_FALSE(first->ok());
  ASSERT_EQ(history_.marks.size(), 1u);
  AnswerMark(100);
  EXPECT_EQ(first->value(), 100u);
  EXPECT_FALSE(second->ok());
  AnswerMark(101);
  EXPECT_EQ(second->value(), 101u);
}

TEST_F(LinkFeedsTest, AMarkThatDoesNotComeBackIsUnavailable) {
  Attach(1, 0);
  const auto answer = Subscribed(1);
  now_ += LinkFeeds::kMarkTimeout;
  feeds_.Tick();
  EXPECT_EQ(answer->status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(LinkFeedsTest, ALinkThatContinuesAnotherGetsWhatWasMissedFirst) {
  const auto feed = Attach(1, 50);
  feed->Deliver(At(70));
  EXPECT_TRUE(received(1).empty());
  const auto answer = Subscribed(1);
  const FakeHistory::Asked asked = TakeRead();
  EXPECT_EQ(asked.read.after, 50u);
  AnswerMark(80);
  EXPECT_FALSE(answer->ok());  // behind what was missed
  asked.done(Page(65, {60, 65}));
  EXPECT_EQ(received(1), (Names{"60", "65", "70"}));
  EXPECT_EQ(answer->value(), 80u);
}

TEST_F(LinkFeedsTest, ACutOfTheBusHealsEveryLink) {
  const auto feed = Attach(1, 0);
  Subscribed(1);
  AnswerMark(100);
  feeds_.NotePosition(105);
  feeds_.OnLost();
  feed->Deliver(At(120));
  feeds_.OnBack();
  const FakeHistory::Asked asked = TakeRead();
  EXPECT_EQ(asked.read.after, 105u);
  asked.done(Page(110, {107}));
  EXPECT_EQ(received(1), (Names{"107", "120"}));
}

TEST_F(LinkFeedsTest, InterestDuringACutIsAnsweredAfterIt) {
  Attach(1, 0);
  Subscribed(1);
  AnswerMark(100);
  feeds_.OnLost();
  const auto answer = Subscribed(1);
  feeds_.OnBack();
  AnswerMark(110);
  EXPECT_FALSE(answer->ok());
  TakeRead().done(Page(110, {}));
  EXPECT_EQ(answer->value(), 110u);
}

TEST_F(LinkFeedsTest, AReadingIsRepeatedAndGivenUpInTheEnd) {
  Attach(1, 50);
  Subscribed(1);
  AnswerMark(60);
  TakeRead().done(absl::UnavailableError("down"));
  EXPECT_TRUE(received(1).empty());
  feeds_.Tick();
  const FakeHistory::Asked again = TakeRead();
  now_ += LinkFeeds::kPatience;
  again.done(absl::UnavailableError("down"));
  EXPECT_EQ(received(1), (Names{"gap"}));
}

TEST_F(LinkFeedsTest, AnAnswerFromBeforeAnotherCutDoesNotCount) {
  Attach(1, 0);
  Subscribed(1);
  AnswerMark(100);
  feeds_.OnLost();
  feeds_.OnBack();
  const FakeHistory::Asked early = TakeRead();
  feeds_.OnLost();
  early.done(Page(110, {107}));
  EXPECT_TRUE(received(1).empty());
  feeds_.OnBack();
  TakeRead().done(Page(120, {107, 115}));
  EXPECT_EQ(received(1), (Names{"107", "115"}));
}

TEST_F(LinkFeedsTest, ACutBeforeAnyPositionIsAGap) {
  Attach(1, 0);
  feeds_.OnLost();
  feeds_.OnBack();
  EXPECT_EQ(received(1), (Names{"gap"}));
}

TEST_F(LinkFeedsTest, LinksLearnThePositionOnceASecond) {
  Attach(1, 0);
  Subscribed(1);
  AnswerMark(100);
  now_ += LinkFeeds::kMarkEvery;
  feeds_.Tick();
  feeds_.Tick();
  EXPECT_EQ(received(1), (Names{"at 100"}));
}

TEST_F(LinkFeedsTest, NothingIsDoneForALinkThatHasEnded) {
  Attach(1, 50);
  const auto answer = Subscribed(1);
  feeds_.Detach(1);
  AnswerMark(60);
  EXPECT_EQ(answer->status().code(), absl::StatusCode::kCancelled);
  TakeRead().done(Page(65, {60}));
  EXPECT_TRUE(received(1).empty());
}

}  // namespace
}  // namespace sail::pubsub
