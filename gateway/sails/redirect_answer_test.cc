#include "gateway/sails/redirect_answer.h"

#include <gtest/gtest.h>

namespace sail::gateway {
namespace {

using action::v1::ActionResponse;

ActionResponse Answer(int status, const std::string& header) {
  ActionResponse response;
  response.set_status(status);
  response.add_headers()->set_name("X-Custom");
  response.add_headers()->set_name(header);
  response.mutable_headers(1)->set_value("/user/1");
  return response;
}

TEST(RedirectAnswerTest, TakesTheLocationOfARedirectAndLeavesTheOtherHeaders) {
  ActionResponse response = Answer(301, "location");
  EXPECT_EQ(TakeRedirect(&response), "/user/1");
  ASSERT_EQ(response.headers_size(), 1);
  EXPECT_EQ(response.headers(0).name(), "X-Custom");
}

TEST(RedirectAnswerTest, LeavesEveryOtherAnswerAsItIs) {
  ActionResponse created = Answer(201, "Location");
  ActionResponse not_modified = Answer(304, "ETag");
  ActionResponse with_body = Answer(302, "Location");
  with_body.set_body("look there");
  for (ActionResponse* response : {&created, &not_modified, &with_body}) {
    EXPECT_EQ(TakeRedirect(response), std::nullopt);
    EXPECT_EQ(response->headers_size(), 2);
  }
}

TEST(RedirectAnswerTest, OverASocketARedirectIsATextWithALocation) {
  ActionResponse response;
  MakeVirtualRedirect("/user", 302, &response);
  EXPECT_EQ(response.status(), 302);
  EXPECT_EQ(response.body(), "Redirecting to /user");
  EXPECT_EQ(response.headers(0).name(), "content-type");
  EXPECT_EQ(response.headers(1).value(), "/user");
}

}  // namespace
}  // namespace sail::gateway
