#include "services/logic/model/usage_error.h"

#include <gtest/gtest.h>

namespace sail::logic {
namespace {

TEST(UsageErrorTest, BecomesTheBodyOfTheReference) {
  absl::Status status = UsageError(UsageCode::kInvalidCriteria, "Say \"why\".");
  EXPECT_EQ(ErrorBody(status, "GET", "/user/abc"),
            "{\"code\":\"E_INVALID_CRITERIA\",\"details\":\"Say \\\"why\\\".\",\"message\":\"The server "
            "could not fulfill "
            "this request (`GET /user/abc`) due to a problem with the parameters that were sent.  See the "
            "`details` "
            "for more info.\"}");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(HttpStatusOf(status), 400);
}

TEST(UsageErrorTest, UniquenessNamesModelAndAttributes) {
  absl::Status status = UniquenessError("user", {"email"});
  EXPECT_EQ(ErrorBody(status, "POST", "/user"),
            "{\"code\":\"E_UNIQUE\",\"message\":\"Would violate uniqueness constraint-- a record already "
            "exists with "
            "conflicting value(s).\",\"modelIdentity\":\"user\",\"attrNames\":[\"email\"]}");
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(HttpStatusOf(status), 400);
}

TEST(UsageErrorTest, EverythingElseHasNoBody) {
  EXPECT_EQ(ErrorBody(RecordNotFound(), "", ""), std::nullopt);
  EXPECT_EQ(ErrorBody(UnusableRequest("x"), "", ""), std::nullopt);
  EXPECT_EQ(HttpStatusOf(absl::OkStatus()), 200);
  EXPECT_EQ(HttpStatusOf(RecordNotFound()), 404);
  EXPECT_EQ(HttpStatusOf(UnusableRequest("x")), 500);
  EXPECT_EQ(HttpStatusOf(absl::InternalError("x")), 500);
  EXPECT_EQ(HttpStatusOf(absl::InvalidArgumentError("not ours")), 500);
  EXPECT_EQ(HttpStatusOf(absl::UnavailableError("x")), 503);
  EXPECT_EQ(HttpStatusOf(absl::ResourceExhaustedError("x")), 503);
  EXPECT_EQ(HttpStatusOf(absl::DeadlineExceededError("x")), 503);
}

}  // namespace
}  // namespace sail::logic
