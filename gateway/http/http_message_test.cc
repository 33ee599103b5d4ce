#include "gateway/http/http_message.h"

#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

TEST(HttpRequest, PathEndsAtTheFirstQuestionMark) {
  HttpRequest request;
  request.target = "/user/1?a=b?c";
  EXPECT_EQ(request.path(), "/user/1");
  EXPECT_EQ(request.query(), "a=b?c");
  request.target = "/user";
  EXPECT_EQ(request.path(), "/user");
  EXPECT_EQ(request.query(), "");
}

TEST(Headers, AreFoundWithoutCase) {
  const std::vector<HttpHeader> headers = {{"X-One", "1"}, {"x-two", "a"}, {"X-TWO", "b"}};
  EXPECT_EQ(FindHeader(headers, "x-one"), "1");
  EXPECT_EQ(FindHeader(headers, "x-two"), "a");
  EXPECT_EQ(JoinHeader(headers, "X-Two"), "a, b");
  EXPECT_EQ(JoinHeader({{"cookie", "a=1"}, {"Cookie", "b=2"}}, "cookie"), "a=1; b=2");
  EXPECT_FALSE(FindHeader(headers, "x-three").has_value());
  EXPECT_FALSE(JoinHeader(headers, "x-three").has_value());
}

TEST(HttpResponse, SharedBodyWins) {
  HttpResponse response;
  response.body = "own";
  EXPECT_EQ(response.body_view(), "own");
  response.shared_body = std::make_shared<const std::string>("shared");
  EXPECT_EQ(response.body_view(), "shared");
}

TEST(ReasonPhrase, KnowsTheCommonOnes) {
  EXPECT_EQ(ReasonPhrase(404), "Not Found");
  EXPECT_EQ(ReasonPhrase(431), "Request Header Fields Too Large");
  EXPECT_EQ(ReasonPhrase(799), "Unknown");
}

}  // namespace
}  // namespace sail::gateway
