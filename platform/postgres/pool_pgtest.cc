#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "platform/metrics/metrics.h"
#include "platform/postgres/pool.h"
#include "platform/postgres/testing/postgres_server.h"

namespace sail::platform::postgres {
namespace {

class PoolTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new PostgresServer; }
  static void TearDownTestSuite() { delete server_; }

  void SetUp() override {
    url_ = server_->NewDatabase();
    server_->Execute(url_, "CREATE TABLE t (a int PRIMARY KEY, b int DEFAULT 0)");
  }

  PoolOptions Options(int size) { return {.url = url_, .size = size}; }

  static Job Statement(const std::string& sql, TransactionMode mode,
                       absl::Duration timeout = absl::Seconds(20)) {
    return {.deadline = absl::Now() + timeout, .mode = mode, .run = [sql](Transaction& transaction) {
              return transaction.Execute(sql).status();
            }};
  }

  std::string Count(Pool& pool) {
    std::string count;
    EXPECT_TRUE(pool.Run({.run =
                              [&](Transaction& transaction) {
                                const absl::StatusOr<Result> result =
                                    transaction.Execute("SELECT count(*) FROM t");
                                if (!result.ok()) return result.status();
                                count = result->Text(0, 0);
                                return absl::OkStatus();
                              }})
                    .ok());
    return count;
  }

  void EndAllSessions() {
    server_->Execute(server_->Url(),
                     "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'test%'");
  }

  static PostgresServer* server_;
  std::string url_;
  metrics::Registry metrics_;
};

PostgresServer* PoolTest::server_ = nullptr;

TEST_F(PoolTest, CommitsWhatReturnsOkAndRollsBackTheRest) {
  Pool pool(Options(2), metrics_);
  EXPECT_TRUE(pool.Run(Statement("INSERT INTO t VALUES (1)", TransactionMode::kReadWrite)).ok());
  const absl::Status refused =
      pool.Run({.mode = TransactionMode::kReadWrite, .run = [](Transaction& transaction) {
                  EXPECT_TRUE(transaction.Execute("INSERT INTO t VALUES (2)").ok());
                  return absl::NotFoundError("changed my mind");
                }});
  EXPECT_EQ(refused, absl::NotFoundError("changed my mind"));
  EXPECT_EQ(pool.Run(Statement("INSERT INTO t VALUES (1)", TransactionMode::kReadWrite)).code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Count(pool), "1");
}

TEST_F(PoolTest, SnapshotReadsDoNotSeeLaterCommits) {
  Pool pool(Options(2), metrics_);
  const absl::Status status =
      pool.Run({.mode = TransactionMode::kSnapshotRead, .run = [&](Transaction& transaction) {
                  const auto before = transaction.Execute("SELECT count(*) FROM t");
                  server_->Execute(url_, "INSERT INTO t VALUES (7)");
                  const auto after = transaction.Execute("SELECT count(*) FROM t");
                  if (!before.ok() || !after.ok()) return absl::InternalError("failed");
                  EXPECT_EQ(after->Text(0, 0), before->Text(0, 0));
                  return absl::OkStatus();
                }});
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(PoolTest, RunsJobsSideBySide) {
  Pool pool(Options(4), metrics_);
  std::mutex mutex;
  std::set<std::string> sessions;
  std::vector<std::future<absl::Status>> outcomes;
  // Each job waits for three others, so they can only end if four run at the same time.
  std::atomic<int> running = 0;
  for (int i = 0; i < 4; ++i) {
    auto outcome = std::make_shared<std::promise<absl::Status>>();
    outcomes.push_back(outcome->get_future());
    pool.Submit({.deadline = absl::Now() + absl::Seconds(20),
                 .run =
                     [&](Transaction& transaction) {
                       const auto pid = transaction.Execute("SELECT pg_backend_pid()");
                       if (!pid.ok()) return pid.status();
                       std::lock_guard lock(mutex);
                       sessions.emplace(pid->Text(0, 0));
                       ++running;
                       return absl::OkStatus();
                     },
                 .done =
                     [&, outcome](absl::Status status) {
                       while (running < 4) std::this_thread::yield();
                       outcome->set_value(status);
                     }});
  }
  for (auto& outcome : outcomes) EXPECT_TRUE(outcome.get().ok());
  EXPECT_EQ(sessions.size(), 4u);
}

TEST_F(PoolTest, RefusesWhatDoesNotFitInTheQueue) {
  PoolOptions options = Options(1);
  options.max_queue = 2;
  Pool pool(options, metrics_);
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  std::promise<void> started;
  pool.Submit({.run =
                   [&, released](Transaction&) {
                     started.set_value();
                     released.wait();
                     return absl::OkStatus();
                   },
               .done = [](absl::Status) {}});
  started.get_future().wait();
  EXPECT_TRUE(pool.busy());
  std::atomic<int> done = 0, refused = 0;
  for (int i = 0; i < 5; ++i) {
    Job job = Statement("SELECT 1", TransactionMode::kSingleRead);
    job.done = [&](absl::Status status) {
      if (absl::IsResourceExhausted(status)) ++refused;
      ++done;
    };
    pool.Submit(std::move(job));
  }
  EXPECT_EQ(done, 3);
  EXPECT_EQ(refused, 3);

  release.set_value();
}

TEST_F(PoolTest, ExpiresJobsThatWaitTooLong) {
  Pool pool(Options(1), metrics_);
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  pool.Submit({.run =
                   [released](Transaction&) {
                     released.wait();
                     return absl::OkStatus();
                   },
               .done = [](absl::Status) {}});
  EXPECT_EQ(pool.Run(Statement("SELECT 1", TransactionMode::kSingleRead, absl::Milliseconds(100))).code(),
            absl::StatusCode::kResourceExhausted);
  release.set_value();
}

TEST_F(PoolTest, EndsAStatementAtItsDeadline) {
  Pool pool(Options(1), metrics_);
  const absl::Time start = absl::Now();
  EXPECT_EQ(
      pool.Run(Statement("SELECT pg_sleep(20)", TransactionMode::kReadWrite, absl::Milliseconds(100))).code(),
      absl::StatusCode::kDeadlineExceeded);
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
  EXPECT_TRUE(pool.Run(Statement("SELECT 1", TransactionMode::kSingleRead)).ok());
}

TEST_F(PoolTest, ReplacesConnectionsThatWereCutWhileIdle) {
  Pool pool(Options(2), metrics_);
  for (const TransactionMode mode :
       {TransactionMode::kSingleRead, TransactionMode::kSnapshotRead, TransactionMode::kReadWrite}) {
    ASSERT_TRUE(pool.Run(Statement("SELECT 1", mode)).ok());
    EndAllSessions();
    for (int i = 0; i < 4; ++i) {
      const absl::Status status = pool.Run(Statement("SELECT 1", mode));
      EXPECT_TRUE(status.ok()) << status;
    }
  }
}

TEST_F(PoolTest, RunsAWriteAgainThatLostItsConnectionBeforeTheCommit) {
  Pool pool(Options(1), metrics_);
  int runs = 0;
  const absl::Status status =
      pool.Run({.mode = TransactionMode::kReadWrite, .run = [&](Transaction& transaction) {
                  absl::Status inserted = transaction.Execute("INSERT INTO t VALUES (1)").status();
                  if (++runs == 1) EndAllSessions();
                  if (!inserted.ok()) return inserted;
                  return transaction.Execute("SELECT 1").status();
                }});
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(Count(pool), "1");
}

TEST_F(PoolTest, RunsTheLoserOfADeadlockAgain) {
  server_->Execute(url_, "INSERT INTO t VALUES (1), (2)");
  Pool pool(Options(2), metrics_);
  std::atomic<int> locked = 0;
  const auto crossing = [&](std::string first, std::string second) {
    return Job{.deadline = absl::Now() + absl::Seconds(20),
               .mode = TransactionMode::kReadWrite,
               .run = [&locked, first, second](Transaction& transaction) {
                 absl::Status status =
                     transaction.Execute("UPDATE t SET b = b + 1 WHERE a = $1::int4", {{first}}).status();
                 if (!status.ok()) return status;
                 ++locked;
                 while (locked < 2) std::this_thread::yield();
                 return transaction.Execute("UPDATE t SET b = b + 1 WHERE a = $1::int4", {{second}}).status();
               }};
  };
  std::future<absl::Status> one =
      std::async(std::launch::async, [&] { return pool.Run(crossing("1", "2")); });
  std::future<absl::Status> other =
      std::async(std::launch::async, [&] { return pool.Run(crossing("2", "1")); });
  EXPECT_TRUE(one.get().ok());
  EXPECT_TRUE(other.get().ok());
}

TEST_F(PoolTest, FailsFastWhilePostgresIsDownAndRecovers) {
  Pool pool(Options(2), metrics_);
  ASSERT_TRUE(pool.Run(Statement("SELECT 1", TransactionMode::kSingleRead)).ok());
  server_->Kill();
  for (int i = 0; i < 3; ++i) {
    const absl::Time start = absl::Now();
    EXPECT_EQ(pool.Run(Statement("INSERT INTO t VALUES (1)", TransactionMode::kReadWrite)).code(),
              absl::StatusCode::kUnavailable);
    EXPECT_LT(absl::Now() - start, absl::Seconds(1));
  }
  server_->Start();
  const absl::Time back = absl::Now();
  while (!pool.Run(Statement("SELECT 1", TransactionMode::kSingleRead)).ok()) {
    ASSERT_LT(absl::Now() - back, absl::Seconds(5));
    absl::SleepFor(absl::Milliseconds(10));
  }
  EXPECT_TRUE(pool.Run(Statement("INSERT INTO t VALUES (1)", TransactionMode::kReadWrite)).ok());
}

TEST_F(PoolTest, GivesUpAServerThatDoesNotAnswerWithinASecond) {
  Pool pool(Options(3), metrics_);
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(pool.Run(Statement("SELECT 1", TransactionMode::kSingleRead)).ok());
  }
  for (const TransactionMode mode : {TransactionMode::kSingleRead, TransactionMode::kReadWrite}) {
    server_->Freeze();
    absl::Time start = absl::Now();
    std::vector<std::future<absl::Status>> outcomes;
    for (int i = 0; i < 10; ++i) {
      outcomes.push_back(
          std::async(std::launch::async, [&] { return pool.Run(Statement("SELECT 1", mode)); }));
    }
    for (auto& outcome : outcomes) EXPECT_EQ(outcome.get().code(), absl::StatusCode::kUnavailable);
    EXPECT_LT(absl::Now() - start, absl::Seconds(1));
    start = absl::Now();
    EXPECT_EQ(pool.Run(Statement("SELECT 1", mode)).code(), absl::StatusCode::kUnavailable);
    EXPECT_LT(absl::Now() - start, absl::Milliseconds(100)) << "refused at once";
    server_->Thaw();
    start = absl::Now();
    while (!pool.Run(Statement("SELECT 1", mode)).ok()) {
      ASSERT_LT(absl::Now() - start, absl::Seconds(5));
      absl::SleepFor(absl::Milliseconds(10));
    }
  }
}

TEST_F(PoolTest, AStatementThatTakesLongIsNoSilence) {
  Pool pool(Options(2), metrics_);
  EXPECT_TRUE(pool.Run(Statement("SELECT pg_sleep(2)", TransactionMode::kSingleRead)).ok());
}

TEST_F(PoolTest, LogsSlowStatementsWithoutTheirValues) {
  PoolOptions options = Options(1);
  options.slow_statement = absl::Milliseconds(20);
  Pool pool(options, metrics_);
  testing::internal::CaptureStderr();
  const auto sleep = [&](const char* seconds) {
    return pool.Run({.run =
                         [seconds](Transaction& transaction) {
                           return transaction
                               .Execute("SELECT a, pg_sleep($1::float8) FROM generate_series(1, 2) a",
                                        {{std::string(seconds)}})
                               .status();
                         },
                     .action = "user/find",
                     .request_id = "r-1"});
  };
  EXPECT_TRUE(sleep("0.025").ok());
  EXPECT_TRUE(sleep("0").ok());
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
  for (const char* part : {R"("message":"slow query")", R"("action":"user/find")", R"("request_id":"r-1")",
                           R"("rows":2)", R"("outcome":"OK")",
                           R"("statement":"SELECT a, pg_sleep($1::float8) FROM generate_series(1, 2) a")"}) {
    EXPECT_NE(log.find(part), std::string::npos) << part << " in " << log;
  }
  EXPECT_EQ(log.find("0.025"), std::string::npos) << log;
}

}  // namespace
}  // namespace sail::platform::postgres
