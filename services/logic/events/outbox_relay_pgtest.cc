#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "platform/metrics/metrics.h"
#include "platform/postgres/connection.h"
#include "platform/postgres/testing/postgres_server.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"
#include "services/logic/events/outbox_relay.h"
#include "services/logic/store/schema_migrator.h"

namespace sail::logic {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A pubsub service that remembers. Thread-safe.
class FakePubSub {
 public:
  OutboxRelay::Publish Door() {
    return [this](const pubsub::v1::PublishRequest& request, absl::Time) {
      std::lock_guard lock(mutex_);
      ++calls_;
      changed_.notify_all();
      if (down_) return absl::UnavailableError("down");
      for (const pubsub::v1::Operation& operation : request.operations()) {
        if (operation.broadcast().rooms(0) == "bad") return absl::InvalidArgumentError("bad");
      }
      for (const pubsub::v1::Operation& operation : request.operations()) {
        if (!ids_.insert(operation.dedup_id()).second) continue;  // as the real one does
        rooms_.push_back(operation.broadcast().rooms(0));
      }
      if (lose_answer_) return absl::UnavailableError("the answer was lost");
      return absl::OkStatus();
    };
  }

  void Set(bool down, bool lose_answer) {
    std::lock_guard lock(mutex_);
    down_ = down;
    lose_answer_ = lose_answer;
  }
  bool WaitUntil(const std::function<bool()>& done) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), done);
  }
  std::vector<std::string> rooms_;
  int calls_ = 0;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> ids_;
  bool down_ = false;
  bool lose_answer_ = false;
};

class OutboxRelayTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new platform::postgres::PostgresServer; }
  static void TearDownTestSuite() { delete server_; }

  void SetUp() override {
    url_ = server_->NewDatabase();
    const auto migrated = Migrate(url_, Schema(), "/nowhere", MigrateMode::kSafe);
    ASSERT_TRUE(migrated.ok()) << migrated.status();
  }

  std::unique_ptr<OutboxRelay> NewRelay(absl::Duration poll = absl::Milliseconds(20)) {
    return std::make_unique<OutboxRelay>(url_, pubsub_.Door(), metrics_, poll);
  }

  static std::string InsertSql(const std::vector<std::string>& rooms) {
    pubsub::v1::PublishRequest request;
    for (const std::string& room : rooms) request.add_operations()->mutable_broadcast()->add_rooms(room);
    return "INSERT INTO sail_outbox (publish_request) VALUES ('" +
           platform::postgres::ByteaText(request.SerializeAsString()) + "')";
  }
  void Keep(const std::vector<std::string>& rooms) { server_->Execute(url_, InsertSql(rooms)); }

  std::string RowsLeft() {
    const auto connection = platform::postgres::Connection::Open(url_);
    EXPECT_TRUE(connection.ok());
    const auto rows = (*connection)->Execute("SELECT count(*) FROM sail_outbox");
    EXPECT_TRUE(rows.ok());
    return std::string(rows->Text(0, 0));
  }
  void WaitForEmptyOutbox() {
    const absl::Time start = absl::Now();
    while (RowsLeft() != "0") {
      ASSERT_LT(absl::Now() - start, absl::Seconds(20));
      absl::SleepFor(absl::Milliseconds(5));
    }
  }

  static platform::postgres::PostgresServer* server_;
  std::string url_;
  platform::metrics::Registry metrics_;
  FakePubSub pubsub_;
};

platform::postgres::PostgresServer* OutboxRelayTest::server_ = nullptr;

TEST_F(OutboxRelayTest, PublishesInOrderAndDeletes) {
  Keep({"a", "b"});
  Keep({"c"});
  const auto relay = NewRelay();
  ASSERT_TRUE(pubsub_.WaitUntil([&] { return pubsub_.rooms_.size() == 3; }));
  EXPECT_THAT(pubsub_.rooms_, ElementsAre("a", "b", "c"));
  WaitForEmptyOutbox();
}

TEST_F(OutboxRelayTest, WakesForACommitWithoutWaitingForThePoll) {
  const auto relay = NewRelay(absl::Hours(1));
  Keep({"a"});
  relay->Wake();
  EXPECT_TRUE(pubsub_.WaitUntil([&] { return pubsub_.rooms_.size() == 1; }));
}

TEST_F(OutboxRelayTest, KeepsRowsWhilePubsubIsDown) {
  pubsub_.Set(true, false);
  Keep({"a"});
  const auto relay = NewRelay();
  ASSERT_TRUE(pubsub_.WaitUntil([&] { return pubsub_.calls_ >= 2; }));
  EXPECT_EQ(RowsLeft(), "1");
  pubsub_.Set(false, false);
  WaitForEmptyOutbox();
  EXPECT_THAT(pubsub_.rooms_, ElementsAre("a"));
}

TEST_F(OutboxRelayTest, RepeatsUnderTheSameIdWhatMayHaveBeenPublished) {
  pubsub_.Set(false, true);
  Keep({"a", "a"});
  const auto relay = NewRelay();
  ASSERT_TRUE(pubsub_.WaitUntil([&] { return pubsub_.calls_ >= 2; }));
  pubsub_.Set(false, false);
  WaitForEmptyOutbox();
  EXPECT_THAT(pubsub_.rooms_, ElementsAre("a", "a"));
}

TEST_F(OutboxRelayTest, ARowThatCanNeverBePublishedDoesNotHoldUpTheOthers) {
  for (const char* room : {"a", "bad", "b", "bad", "c"}) Keep({room});
  const auto relay = NewRelay();
  ASSERT_TRUE(pubsub_.WaitUntil([&] { return pubsub_.rooms_.size() == 3; }));
  EXPECT_THAT(pubsub_.rooms_, ElementsAre("a", "b", "c"));
  WaitForEmptyOutbox();
}

TEST_F(OutboxRelayTest, SeveralRelaysPublishEverythingOnceInOrder) {
  std::vector<std::unique_ptr<OutboxRelay>> relays;
  for (int i = 0; i < 4; ++i) relays.push_back(NewRelay(absl::Milliseconds(1)));
  std::vector<std::string> expected;
  const auto connection = platform::postgres::Connection::Open(url_);
  ASSERT_TRUE(connection.ok());
  for (int i = 0; i < 700; ++i) {
    expected.push_back(std::to_string(i));
    ASSERT_TRUE((*connection)->ExecuteScript(InsertSql({expected.back()})).ok());
    if (i % 7 == 0) relays[static_cast<size_t>(i) % relays.size()]->Wake();
  }
  WaitForEmptyOutbox();
  EXPECT_EQ(pubsub_.rooms_, expected);
}

TEST_F(OutboxRelayTest, RowsOfARelayThatDiedAreTakenOver) {
  // Its session holds the lock, then is gone.
  auto dying = platform::postgres::Connection::Open(url_);
  ASSERT_TRUE(dying.ok());
  ASSERT_TRUE((*dying)->ExecuteScript("BEGIN; SELECT pg_advisory_xact_lock(1935763821)").ok());
  Keep({"a"});
  const auto relay = NewRelay();
  EXPECT_THAT(pubsub_.rooms_, IsEmpty());
  dying->reset();
  EXPECT_TRUE(pubsub_.WaitUntil([&] { return pubsub_.rooms_.size() == 1; }));
}

TEST_F(OutboxRelayTest, GoesOnAfterPostgresWasAway) {
  const auto relay = NewRelay();
  Keep({"a"});
  ASSERT_TRUE(pubsub_.WaitUntil([&] { return pubsub_.rooms_.size() == 1; }));
  server_->Kill();
  server_->Start();
  Keep({"b"});
  EXPECT_TRUE(pubsub_.WaitUntil([&] { return pubsub_.rooms_.size() == 2; }));
}

}  // namespace
}  // namespace sail::logic
