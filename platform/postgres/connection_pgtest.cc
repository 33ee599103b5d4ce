#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "platform/postgres/connection.h"
#include "platform/postgres/error.h"
#include "platform/postgres/testing/postgres_server.h"

namespace sail::platform::postgres {
namespace {

using ::testing::ElementsAre;

class ConnectionTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new PostgresServer; }
  static void TearDownTestSuite() { delete server_; }

  void SetUp() override {
    url_ = server_->NewDatabase();
    absl::StatusOr<std::unique_ptr<Connection>> connection = Connection::Open(url_);
    ASSERT_TRUE(connection.ok()) << connection.status();
    connection_ = *std::move(connection);
  }

  static PostgresServer* server_;
  std::string url_;
  std::unique_ptr<Connection> connection_;
};

PostgresServer* ConnectionTest::server_ = nullptr;

TEST_F(ConnectionTest, GivesTextsAndNulls) {
  const absl::StatusOr<Result> result = connection_->Execute(
      "SELECT $1::text, $2::int4, 0.1::float8, $3::text", {{"a\"\\'é", std::nullopt, ""}});
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->rows(), 1);
  ASSERT_EQ(result->columns(), 4);
  EXPECT_EQ(result->Text(0, 0), "a\"\\'é");
  EXPECT_TRUE(result->IsNull(0, 1));
  EXPECT_EQ(result->Text(0, 2), "0.1");
  EXPECT_FALSE(result->IsNull(0, 3));
  EXPECT_EQ(result->Text(0, 3), "");
}

TEST_F(ConnectionTest, PassesArraysAndBytes) {
  const absl::StatusOr<Result> result =
      connection_->Execute("SELECT x FROM unnest($1::text[]) WITH ORDINALITY AS t(x, n) ORDER BY n",
                           {{ArrayText(std::vector<std::string>{"a,b", "c\"d\\", "", "NULL"})}});
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->rows(), 4);
  EXPECT_EQ(result->Text(0, 0), "a,b");
  EXPECT_EQ(result->Text(1, 0), "c\"d\\");
  EXPECT_EQ(result->Text(3, 0), "NULL");
  const std::string bytes("\0\xff\\x", 4);
  const absl::StatusOr<Result> bytea =
      connection_->Execute("SELECT encode($1::bytea, 'hex')", {{ByteaText(bytes)}});
  ASSERT_TRUE(bytea.ok()) << bytea.status();
  EXPECT_EQ(bytea->Text(0, 0), "00ff5c78");
}

TEST_F(ConnectionTest, RefusesNulBytesWithoutAskingTheServer) {
  EXPECT_EQ(connection_->Execute("SELECT $1::text", {{std::string("a\0b", 3)}}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(connection_->broken());
}

TEST_F(ConnectionTest, GoesOnAfterAnError) {
  ASSERT_TRUE(
      connection_->ExecuteScript("CREATE TABLE t (a int UNIQUE, \"bC\" int, UNIQUE (a, \"bC\"))").ok());
  EXPECT_EQ(connection_->Execute("SELECT nope FROM t").status().code(),
            absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(connection_->Execute("INSERT INTO t VALUES ($1, 1)", {{"1"}}).ok());
  const absl::Status violation = connection_->Execute("INSERT INTO t VALUES ($1, 1)", {{"1"}}).status();
  EXPECT_EQ(violation.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(ViolatedColumns(violation), ElementsAre("a"));
  EXPECT_EQ(connection_->Execute("INSERT INTO t VALUES ($1, 1)", {{"99999999999"}}).status().code(),
            absl::StatusCode::kInvalidArgument);
  const absl::StatusOr<Result> updated = connection_->Execute("UPDATE t SET \"bC\" = 2");
  ASSERT_TRUE(updated.ok());
  EXPECT_EQ(updated->affected_rows(), 1);
}

TEST_F(ConnectionTest, PreparesAStatementOnceAndKeepsABoundedNumber) {
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 300; ++i) ASSERT_TRUE(connection_->Execute(absl::StrCat("SELECT ", i)).ok());
  }
  const absl::StatusOr<Result> prepared = connection_->Execute("SELECT count(*) FROM pg_prepared_statements");
  ASSERT_TRUE(prepared.ok());
  EXPECT_EQ(prepared->Text(0, 0), "200");
}

TEST_F(ConnectionTest, IsBrokenAfterTheServerEndsTheSession) {
  const absl::StatusOr<Result> pid = connection_->Execute("SELECT pg_backend_pid()");
  ASSERT_TRUE(pid.ok());
  server_->Execute(url_, absl::StrCat("SELECT pg_terminate_backend(", std::string(pid->Text(0, 0)), ")"));
  EXPECT_EQ(connection_->Execute("SELECT 1").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(connection_->broken());
  EXPECT_EQ(connection_->Execute("SELECT 1").status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(ConnectionTest, InterruptEndsAStatementThatWaits) {
  std::thread interrupter([&] {
    absl::SleepFor(absl::Milliseconds(100));
    connection_->Interrupt();
  });
  const absl::Time start = absl::Now();
  EXPECT_EQ(connection_->Execute("SELECT pg_sleep(20)").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
  EXPECT_TRUE(connection_->broken());
  interrupter.join();
}

TEST_F(ConnectionTest, OpenFailsWhereNoServerIs) {
  EXPECT_EQ(Connection::Open("host=/nowhere dbname=x").status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace sail::platform::postgres
