#include "platform/postgres/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sail::platform::postgres {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(SqlErrorTest, NamesTheColumnsOfAViolatedUniqueConstraint) {
  const absl::Status status =
      SqlError("23505",
               "ERROR:  duplicate key value violates unique constraint \"user_email_key\"\n"
               "DETAIL:  Key (email)=(ann@x.co) already exists.\n");
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(ViolatedColumns(status), ElementsAre("email"));
}

TEST(SqlErrorTest, UnquotesSeveralColumns) {
  const absl::Status status = SqlError("23505", "DETAIL:  Key (owner, \"sNull\")=(1, (x)) already exists.");
  EXPECT_THAT(ViolatedColumns(status), ElementsAre("owner", "sNull"));
}

TEST(SqlErrorTest, HasNoColumnsWhenTheServerDoesNotSay) {
  EXPECT_THAT(ViolatedColumns(SqlError("23505", "duplicate key")), IsEmpty());
  EXPECT_THAT(ViolatedColumns(absl::OkStatus()), IsEmpty());
}

TEST(SqlErrorTest, TellsWhatACallerMayDo) {
  EXPECT_EQ(SqlError("08006", "").code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(SqlError("57P01", "").code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(SqlError("53300", "").code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(SqlError("25006", "").code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(SqlError("57014", "").code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(SqlError("40P01", "").code(), absl::StatusCode::kAborted);
  EXPECT_EQ(SqlError("22003", "").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(SqlError("42P01", "").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(SqlError("XX000", "").code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace sail::platform::postgres
