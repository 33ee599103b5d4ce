#include "gateway/realtime/session_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "gateway/engineio/manual_event_loop.h"
#include "gateway/upstream/fake_session_client.h"

namespace sail::gateway {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Reason = SessionConnections::Reason;

class SessionCheckTest : public ::testing::Test {
 protected:
  SessionCheckTest() { Connect("known"), Connect("known"), Connect("gone"); }
  ~SessionCheckTest() override {
    check_->Stop();
    loop_.Run();
  }

  void Connect(const std::string& session_id) {
    const size_t number = entries_.size();
    entries_.push_back(connections_->Add(session_id, [this, number, session_id](Reason reason) {
      EXPECT_EQ(reason, Reason::kGone);
      ended_.push_back(session_id);
      entries_[number].reset();
    }));
  }

  ManualEventLoop loop_;
  FakeSessionClient store_;
  std::shared_ptr<SessionConnections> connections_ = std::make_shared<SessionConnections>(loop_);
  std::vector<std::unique_ptr<SessionConnections::Entry>> entries_;
  std::vector<std::string> ended_;
  size_t gone_ = 0;
  std::shared_ptr<SessionCheck> check_ =
      std::make_shared<SessionCheck>(loop_, store_, connections_, [this](size_t count) { gone_ += count; });
};

TEST_F(SessionCheckTest, OnlyConnectionsOfSessionsThatAreGoneEnd) {
  store_.sessions["known"];
  check_->Start();
  loop_.Run();
  EXPECT_THAT(ended_, UnorderedElementsAre("gone"));
  EXPECT_EQ(gone_, 1u);
  EXPECT_THAT(store_.TakeCalls(), UnorderedElementsAre("get known", "get gone"));
}

TEST_F(SessionCheckTest, WhileTheStoreIsAwayNobodyEndsAndTheLookupIsRepeated) {
  store_.sessions["known"];
  store_.failure = absl::UnavailableError("redis");
  check_->Start();
  loop_.Advance(std::chrono::seconds(3));
  EXPECT_THAT(ended_, IsEmpty());
  EXPECT_LT(store_.TakeCalls().size(), 20u);
  store_.failure = absl::OkStatus();
  loop_.Advance(std::chrono::seconds(1));
  EXPECT_THAT(ended_, UnorderedElementsAre("gone"));
  EXPECT_EQ(loop_.timers(), 0u);
}

TEST_F(SessionCheckTest, AnotherStartLooksEverySessionUpAgain) {
  store_.sessions["known"];
  check_->Start();
  loop_.Run();
  store_.sessions.clear();
  check_->Start();
  loop_.Run();
  EXPECT_THAT(ended_, UnorderedElementsAre("gone", "known", "known"));
}

TEST_F(SessionCheckTest, ManyAreLookedUpAFewAtATime) {
  // The fake answers at once, but answers are taken on the loop.
  for (int i = 0; i < 100; ++i) Connect("many" + std::to_string(i));
  check_->Start();
  EXPECT_EQ(store_.TakeCalls().size(), size_t{SessionCheck::kMaxInFlight});
  loop_.Run();
  EXPECT_EQ(ended_.size(), 103u);
}

TEST_F(SessionCheckTest, AfterStopNothingIsAsked) {
  store_.failure = absl::UnavailableError("redis");
  check_->Start();
  loop_.Run();
  store_.TakeCalls();
  check_->Stop();
  loop_.Advance(std::chrono::seconds(3));
  EXPECT_THAT(store_.TakeCalls(), IsEmpty());
}

TEST_F(SessionCheckTest, AConnectionEndsOnce) {
  int ends = 0;
  const auto entry = connections_->Add("once", [&](Reason) { ++ends; });
  EXPECT_EQ(connections_->EndSessions({"once"}, Reason::kRevoked), 1u);
  EXPECT_EQ(connections_->EndSessions({"once"}, Reason::kRevoked), 0u);
  EXPECT_EQ(ends, 1);
}

TEST_F(SessionCheckTest, AConnectionThatComesToARevokedSessionEnds) {
  connections_->EndSessions({"later"}, Reason::kRevoked);
  std::vector<Reason> reasons;
  const auto entry = connections_->Add("other", [&](Reason reason) { reasons.push_back(reason); });
  loop_.Run();
  EXPECT_THAT(reasons, IsEmpty());
  entry->SetSession("later");
  EXPECT_THAT(reasons, IsEmpty());
  loop_.Run();
  EXPECT_THAT(reasons, UnorderedElementsAre(Reason::kRevoked));
}

}  // namespace
}  // namespace sail::gateway
