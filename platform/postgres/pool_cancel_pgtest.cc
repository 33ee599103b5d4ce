// Jobs that nobody waits for any more.
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "platform/cancellation/cancellation.h"
#include "platform/metrics/metrics.h"
#include "platform/postgres/pool.h"
#include "platform/postgres/testing/postgres_server.h"

namespace sail::platform::postgres {
namespace {

constexpr char kSleep[] = "SELECT pg_sleep(30)";

class PoolCancelTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new PostgresServer; }
  static void TearDownTestSuite() { delete server_; }

  void SetUp() override {
    url_ = server_->NewDatabase();
    server_->Execute(url_, "CREATE TABLE t (a int PRIMARY KEY)");
    pool_ = std::make_unique<Pool>(PoolOptions{.url = url_, .size = 1}, metrics_);
    observer_ = *Connection::Open(url_);
  }

  // Submits a job of these statements.
  std::future<absl::Status> Start(std::vector<std::string> statements, TransactionMode mode,
                                  std::shared_ptr<Cancellation> cancellation,
                                  absl::Duration grace = absl::ZeroDuration()) {
    auto outcome = std::make_shared<std::promise<absl::Status>>();
    pool_->Submit({.deadline = absl::Now() + absl::Seconds(20),
                   .mode = mode,
                   .run =
                       [statements = std::move(statements)](Transaction& transaction) {
                         for (const std::string& statement : statements) {
                           absl::Status status = transaction.Execute(statement).status();
                           if (!status.ok()) return status;
                         }
                         return absl::OkStatus();
                       },
                   .done = [outcome](absl::Status status) { outcome->set_value(std::move(status)); },
                   .cancellation = std::move(cancellation),
                   .cancel_grace = grace});
    return outcome->get_future();
  }

  std::string Query(const std::string& sql) {
    const absl::StatusOr<Result> result = observer_->Execute(sql);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? std::string(result->Text(0, 0)) : "";
  }

  // How many statements of jobs the server works on.
  std::string Sleeping() {
    return Query(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND "
        "query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()");
  }

  void AwaitSleeping(const std::string& count) {
    const absl::Time limit = absl::Now() + absl::Seconds(10);
    while (Sleeping() != count) ASSERT_LT(absl::Now(), limit) << "not " << count << " statements";
  }

  static PostgresServer* server_;
  std::string url_;
  metrics::Registry metrics_;
  std::unique_ptr<Pool> pool_;
  std::unique_ptr<Connection> observer_;
};

PostgresServer* PoolCancelTest::server_ = nullptr;

TEST_F(PoolCancelTest, EndsTheStatementThatRunsAndKeepsTheConnection) {
  auto cancellation = std::make_shared<Cancellation>();
  std::future<absl::Status> outcome = Start({kSleep}, TransactionMode::kSingleRead, cancellation);
  AwaitSleeping("1");
  const std::string sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()";
  const absl::Time start = absl::Now();
  cancellation->Cancel();
  EXPECT_EQ(outcome.get().code(), absl::StatusCode::kCancelled);
  EXPECT_LT(absl::Now() - start, absl::Seconds(1));
  EXPECT_EQ(Sleeping(), "0");
  const std::string before = Query(sessions);
  EXPECT_TRUE(Start({"SELECT 1"}, TransactionMode::kSingleRead, nullptr).get().ok());
  EXPECT_EQ(Query(sessions), before) << "the connection is used again";
}

TEST_F(PoolCancelTest, RollsBackAWriteThatHasNotBeenCommitted) {
  auto cancellation = std::make_shared<Cancellation>();
  std::future<absl::Status> outcome =
      Start({"INSERT INTO t VALUES (1)", kSleep}, TransactionMode::kReadWrite, cancellation);
  AwaitSleeping("1");
  cancellation->Cancel();
  EXPECT_EQ(outcome.get().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(Query("SELECT count(*) FROM t"), "0");
}

TEST_F(PoolCancelTest, LetsAWriteEndWithinItsGrace) {
  auto cancellation = std::make_shared<Cancellation>();
  std::future<absl::Status> outcome = Start({"INSERT INTO t VALUES (1)", "SELECT pg_sleep(0.3)"},
                                            TransactionMode::kReadWrite, cancellation, absl::Seconds(15));
  AwaitSleeping("1");
  cancellation->Cancel();
  EXPECT_TRUE(outcome.get().ok());
  EXPECT_EQ(Query("SELECT count(*) FROM t"), "1");
}

TEST_F(PoolCancelTest, TakesAJobOutOfTheQueueAndLeavesTheOthersAlone) {
  auto running = std::make_shared<Cancellation>(), waiting = std::make_shared<Cancellation>();
  std::future<absl::Status> first = Start({kSleep}, TransactionMode::kSingleRead, running);
  AwaitSleeping("1");
  std::future<absl::Status> second =
      Start({"INSERT INTO t VALUES (2)"}, TransactionMode::kReadWrite, waiting);
  std::future<absl::Status> third = Start({"INSERT INTO t VALUES (3)"}, TransactionMode::kReadWrite, nullptr);
  waiting->Cancel();
  EXPECT_EQ(second.get().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(Sleeping(), "1") << "the running one goes on";
  running->Cancel();
  EXPECT_EQ(first.get().code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(third.get().ok());
  EXPECT_EQ(Query("SELECT string_agg(a::text, ',') FROM t"), "3");
}

TEST_F(PoolCancelTest, ACancelThatComesTooLateHitsNoOtherJob) {
  // The statement ends about when the pool looks for cancelled jobs.
  for (int i = 0; i < 40; ++i) {
    auto cancellation = std::make_shared<Cancellation>();
    std::future<absl::Status> cancelled =
        Start({"SELECT pg_sleep(0.05)"}, TransactionMode::kSingleRead, cancellation);
    std::future<absl::Status> next = Start({"SELECT pg_sleep(0.002)"}, TransactionMode::kSingleRead, nullptr);
    cancellation->Cancel();
    static_cast<void>(cancelled.get());  // either outcome is right
    const absl::Status status = next.get();
    ASSERT_TRUE(status.ok()) << status;
  }
}

}  // namespace
}  // namespace sail::platform::postgres
