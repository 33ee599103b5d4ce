#include "gateway/http/favicon.h"

#include <gtest/gtest.h>

namespace sail::gateway {
namespace {

HttpRequest Request(std::string method, std::string target) {
  HttpRequest request;
  request.method = std::move(method);
  request.target = std::move(target);
  return request;
}

TEST(FaviconTest, TheIconIsOneCompletePictureToBeKept) {
  const std::optional<HttpResponse> answer = FaviconAnswer(Request("GET", "/favicon.ico?v=1"));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(FindHeader(answer->headers, "content-type"), "image/x-icon");
  EXPECT_EQ(FindHeader(answer->headers, "cache-control"), "public, max-age=31536000");
  EXPECT_EQ(FindHeader(answer->headers, "etag")->front(), '"');
  const std::string icon(answer->body_view());
  ASSERT_EQ(icon.size(), 198u);
  EXPECT_EQ(icon.substr(0, 6), std::string("\0\0\1\0\1\0", 6));
  // The entry of the directory: the picture's size and where it starts are what is there.
  EXPECT_EQ(icon.substr(14, 8), std::string("\xB0\0\0\0\x16\0\0\0", 8));
  EXPECT_EQ(icon.size(), 0xB0u + 0x16u);
}

TEST(FaviconTest, OtherMethodsAreToldWhichAreAllowed) {
  const std::optional<HttpResponse> answer = FaviconAnswer(Request("POST", "/favicon.ico"));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 405);
  EXPECT_EQ(FindHeader(answer->headers, "allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(answer->body_view(), "");
}

TEST(FaviconTest, OtherPathsAreNotItsConcern) {
  EXPECT_FALSE(FaviconAnswer(Request("GET", "/FAVICON.ICO")).has_value());
  EXPECT_FALSE(FaviconAnswer(Request("GET", "/favicon.ico/")).has_value());
}

}  // namespace
}  // namespace sail::gateway
