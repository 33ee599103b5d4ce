#include "gateway/http/response_format.h"

#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

TEST(FormatResponseHead, AddsTheFraming) {
  HttpResponse response{.status = 200, .headers = {{"X-A", "1"}}, .body = "hello"};
  EXPECT_EQ(
      FormatResponseHead(response, {.keep_alive = true, .keep_alive_timeout_seconds = 5, .date = "now"}),
      "HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 5\r\nDate: now\r\nConnection: keep-alive\r\n"
      "Keep-Alive: timeout=5\r\n\r\n");
}

TEST(FormatResponseHead, DropsHeadersThatWouldBreakIt) {
  HttpResponse response{.status = 200,
                        .headers = {{"X-A", "1\r\nX-Evil: 1"},
                                    {"X\n", "1"},
                                    {"X-B", std::string("a\0b", 3)},
                                    {"", "1"},
                                    {"Content-Length", "77"},
                                    {"Transfer-Encoding", "chunked"},
                                    {"connection", "keep-alive"}}};
  EXPECT_EQ(FormatResponseHead(response, {}),
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST(FormatResponseHead, LeavesLengthOutWhereThereIsNoBody) {
  EXPECT_EQ(FormatResponseHead({.status = 304}, {.keep_alive = true}),
            "HTTP/1.1 304 Not Modified\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(FormatResponseHead(
                {.status = 101, .headers = {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}}}, {}),
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
}

TEST(FormatResponse, ClosesTheConnection) {
  const std::string text = FormatResponse({.status = 400, .body = "Bad request"});
  EXPECT_NE(text.find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(text.ends_with("\r\n\r\nBad request"));
}

TEST(HttpDate, IsAnImfFixdate) { EXPECT_EQ(HttpDate(784111777), "Sun, 06 Nov 1994 08:49:37 GMT"); }

}  // namespace
}  // namespace sail::gateway
