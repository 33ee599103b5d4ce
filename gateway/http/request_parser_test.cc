#include "gateway/http/request_parser.h"

#include <string>

#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

using State = RequestParser::State;

class RequestParserTest : public ::testing::Test {
 protected:
  // Feeds all of `bytes` as a connection does, `step` at a time.
  void Feed(std::string_view bytes, size_t step = 1 << 20) {
    while (!bytes.empty() && parser_.state() != State::kDone && parser_.state() != State::kError) {
      rest_.append(bytes.substr(0, step));
      bytes.remove_prefix(std::min(step, bytes.size()));
      size_t used = 0;
      do {
        used = parser_.Feed(rest_);
        rest_.erase(0, used);
      } while (used > 0 && !rest_.empty() && parser_.state() != State::kDone &&
               parser_.state() != State::kError);
    }
    rest_.append(bytes);
  }

  int StatusOf(const std::string& request) {
    RequestParser parser(limits_, [](const HttpRequest&) { return size_t{100}; });
    std::string rest = request;
    while (parser.state() != State::kDone && parser.state() != State::kError) {
      const size_t used = parser.Feed(rest);
      rest.erase(0, used);
      if (used == 0 || rest.empty()) break;
    }
    if (parser.state() == State::kError) return parser.error_status();
    return parser.state() == State::kDone ? 200 : 0;
  }

  RequestLimits limits_;
  size_t max_body_ = 100;
  std::string rest_;
  RequestParser parser_{limits_, [this](const HttpRequest&) { return max_body_; }};
};

TEST_F(RequestParserTest, ReadsARequestWithoutBody) {
  Feed("GET /user/1?a=b HTTP/1.1\r\nHost: example\r\nX-Spelt-So:  two words \r\n\r\nGET /next");
  ASSERT_EQ(parser_.state(), State::kDone);
  const auto request = parser_.TakeRequest();
  EXPECT_EQ(request->method, "GET");
  EXPECT_EQ(request->path(), "/user/1");
  EXPECT_EQ(request->query(), "a=b");
  EXPECT_EQ(request->version, 11);
  EXPECT_TRUE(request->keep_alive);
  ASSERT_EQ(request->headers.size(), 2u);
  EXPECT_EQ(request->headers[1].name, "X-Spelt-So");
  EXPECT_EQ(request->headers[1].value, "two words");
  EXPECT_EQ(rest_, "GET /next");
  EXPECT_EQ(parser_.state(), State::kIdle);
}

TEST_F(RequestParserTest, ReadsTheSameInPiecesOfAnySize) {
  const std::string wire =
      "\r\nPOST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;name=value\r\nhello\r\n1\r\n,\r\n06\r\n world\r\n0\r\nTrailer: x\r\n\r\nrest";
  for (size_t step = 1; step <= wire.size(); ++step) {
    rest_.clear();
    Feed(wire, step);
    ASSERT_EQ(parser_.state(), State::kDone) << step;
    const auto request = parser_.TakeRequest();
    EXPECT_EQ(request->body, "hello, world") << step;
    EXPECT_EQ(request->headers.size(), 2u) << "trailers are left out";
    EXPECT_EQ(rest_, "rest") << step;
  }
}

TEST_F(RequestParserTest, ReadsABodyOfTheAnnouncedLength) {
  Feed("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_EQ(parser_.state(), State::kBody);
  EXPECT_EQ(parser_.body_bytes(), 2u);
  Feed("cdeGET");
  ASSERT_EQ(parser_.state(), State::kDone);
  EXPECT_EQ(parser_.TakeRequest()->body, "abcde");
  EXPECT_EQ(rest_, "GET");
}

TEST_F(RequestParserTest, KeepAliveFollowsVersionAndConnectionHeader) {
  const auto keep_alive = [this](const std::string& wire) {
    rest_.clear();
    Feed(wire);
    EXPECT_EQ(parser_.state(), State::kDone) << wire;
    return parser_.TakeRequest()->keep_alive;
  };
  EXPECT_TRUE(keep_alive("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_FALSE(keep_alive("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
  EXPECT_FALSE(keep_alive("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keep_alive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST_F(RequestParserTest, TurnsAbsoluteFormIntoOriginForm) {
  Feed("GET http://example:80/user?x=1 HTTP/1.1\r\nHost: example\r\n\r\n");
  ASSERT_EQ(parser_.state(), State::kDone);
  EXPECT_EQ(parser_.TakeRequest()->target, "/user?x=1");
}

TEST_F(RequestParserTest, ReadsHighBytesOfHeadersAsLatin1) {
  Feed("GET / HTTP/1.1\r\nHost: h\r\nX-Name: Ren\xE9\r\n\r\n");
  ASSERT_EQ(parser_.state(), State::kDone);
  EXPECT_EQ(parser_.TakeRequest()->header("x-name"), "Ren\xC3\xA9");
}

TEST_F(RequestParserTest, ReadsHighBytesOfTheTargetAsUtf8IfTheyAre) {
  Feed("GET /\xC3\xA9 HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_EQ(parser_.state(), State::kDone);
  EXPECT_EQ(parser_.TakeRequest()->target, "/\xC3\xA9");
  Feed("GET /\xE9 HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_EQ(parser_.state(), State::kDone);
  EXPECT_EQ(parser_.TakeRequest()->target, "/\xC3\xA9");
}

TEST_F(RequestParserTest, RecognisesAWebSocketUpgrade) {
  Feed(
      "GET /socket.io/ HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\r\n");
  ASSERT_EQ(parser_.state(), State::kDone);
  EXPECT_TRUE(parser_.is_websocket_upgrade());
  parser_.TakeRequest();
  Feed("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
  EXPECT_FALSE(parser_.is_websocket_upgrade());
}

TEST_F(RequestParserTest, SaysThatTheClientWaitsForContinue) {
  Feed("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(parser_.state(), State::kBody);
  EXPECT_TRUE(parser_.expects_continue());
}

TEST_F(RequestParserTest, RefusesWhatImplementationsReadDifferently) {
  const std::string start = "POST / HTTP/1.1\r\nHost: h\r\n";
  EXPECT_EQ(StatusOf(start + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf(start + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf(start + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na"), 400);
  EXPECT_EQ(StatusOf(start + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"), 400);
  EXPECT_EQ(StatusOf(start + "Content-Length: 1, 1\r\n\r\na"), 400);
  EXPECT_EQ(StatusOf(start + "Content-Length: +1\r\n\r\na"), 400);
  EXPECT_EQ(StatusOf(start + "Content-Length: -1\r\n\r\na"), 400);
  EXPECT_EQ(StatusOf(start + "Content-Length: 0x1\r\n\r\na"), 400);
  EXPECT_EQ(StatusOf(start + "Content-Length: \r\n\r\na"), 400);
  EXPECT_EQ(StatusOf(start + "Content-Length: 99999999999999999999\r\n\r\na"), 400);
  EXPECT_EQ(StatusOf(start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            400);
  EXPECT_EQ(StatusOf(start + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 501);
  EXPECT_EQ(StatusOf(start + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"), 501);
  EXPECT_EQ(StatusOf(start + "Transfer-Encoding: identity\r\n\r\n"), 501);
  EXPECT_EQ(StatusOf("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf(start + "X-A: 1\r\n folded\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\n Host: h\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf(start + "X-A : 1\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf(start + ": 1\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf(start + "X A: 1\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf(start + "NoColon\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf(start + "X-A: a\rb\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf(start + "X-A: a\nX-B: b\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf(start + std::string("X-A: a\0b\r\n\r\n", 12)), 400);
  EXPECT_EQ(StatusOf(start + "X-A: a\x01"
                             "b\r\n\r\n"),
            400);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\nHost: h\n\n"), 400);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\n\r\n"), 400) << "no Host";
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400);
}

TEST_F(RequestParserTest, RefusesMalformedRequestLines) {
  EXPECT_EQ(StatusOf("GET /\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET  / HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET /a b HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("G@T / HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET user HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET * HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET /#x HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("CONNECT example:80 HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET / HTTP/2.0\r\nHost: h\r\n\r\n"), 505);
  EXPECT_EQ(StatusOf("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
  EXPECT_EQ(StatusOf("GET / HTTP/x\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET / http/1.1\r\nHost: h\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"), 200);
  EXPECT_EQ(StatusOf("PURGE / HTTP/1.1\r\nHost: h\r\n\r\n"), 200)
      << "unknown verbs are the router's business";
}

TEST_F(RequestParserTest, RefusesMalformedChunks) {
  const std::string start = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(StatusOf(start + "x\r\n"), 400);
  EXPECT_EQ(StatusOf(start + "-1\r\n"), 400);
  EXPECT_EQ(StatusOf(start + "1\r\nabc\r\n"), 400) << "no line end after the chunk";
  EXPECT_EQ(StatusOf(start + "1\na\n0\n\n"), 0) << "waits for CRLF";
  EXPECT_EQ(StatusOf(start + "1 \r\na\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf(start + "ffffffffffffffffff\r\n"), 400);
  EXPECT_EQ(StatusOf(start + std::string(20000, '1')), 400) << "a chunk's line without end";
  EXPECT_EQ(StatusOf(start + "0\r\nA: " + std::string(20000, 'a')), 400) << "trailers without end";
  std::string extensions = start;
  for (int i = 0; i < 20; ++i) extensions += "1;x=" + std::string(1000, 'a') + "\r\na\r\n";
  EXPECT_EQ(StatusOf(extensions), 400);
}

TEST_F(RequestParserTest, KeepsItsLimits) {
  const std::string start = "GET / HTTP/1.1\r\nHost: h\r\n";
  const auto with_headers = [&](int count) {
    std::string wire = start;
    for (int i = 0; i < count; ++i) wire += "X: 1\r\n";
    return wire + "\r\n";
  };
  EXPECT_EQ(StatusOf(with_headers(99)), 200);
  EXPECT_EQ(StatusOf(with_headers(100)), 431);
  EXPECT_EQ(StatusOf(start + "X: " + std::string(31 * 1024, 'a') + "\r\n\r\n"), 200);
  EXPECT_EQ(StatusOf(start + "X: " + std::string(33 * 1024, 'a') + "\r\n\r\n"), 431);
  EXPECT_EQ(StatusOf(start + "X: " + std::string(33 * 1024, 'a')), 431) << "before it is complete";
  EXPECT_EQ(StatusOf("GET /" + std::string(8191, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n"), 200);
  EXPECT_EQ(StatusOf("GET /" + std::string(8192, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n"), 414);
  EXPECT_EQ(StatusOf("GET /" + std::string(9000, 'a')), 414) << "before it is complete";
  EXPECT_EQ(StatusOf("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'a')),
            200);
  EXPECT_EQ(StatusOf("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\n\r\n"), 413)
      << "before it is read";
  const std::string chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(StatusOf(chunked + "32\r\n" + std::string(50, 'a') + "\r\n33\r\n"), 413);
  EXPECT_EQ(StatusOf("POST / HTTP/1.1\r\nHost: h\r\nExpect: magic\r\nContent-Length: 1\r\n\r\n"), 417);
}

}  // namespace
}  // namespace sail::gateway
