#include "gateway/websocket/handshake.h"

#include <gtest/gtest.h>

namespace sail::gateway::websocket {
namespace {

HandshakeRequest Good() { return {"GET", 11, "websocket", "Upgrade", "13", "dGhlIHNhbXBsZSBub25jZQ=="}; }

TEST(HandshakeTest, AcceptKeyIsThatOfTheRfc) {
  EXPECT_EQ(AcceptKey("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(HandshakeTest, GoodRequestGets101) {
  const HandshakeAnswer answer = CheckHandshake(Good());
  EXPECT_EQ(answer.status, 101);
  EXPECT_EQ(answer.accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(answer.reason, "");
}

TEST(HandshakeTest, TokensAreFoundInListsWhateverTheirCase) {
  HandshakeRequest request = Good();
  request.upgrade = "h2c, WebSocket";
  request.connection = "keep-alive ,UPGRADE";
  EXPECT_EQ(CheckHandshake(request).status, 101);
}

TEST(HandshakeTest, EveryFaultHasItsStatus) {
  struct Case {
    const char* what;
    void (*spoil)(HandshakeRequest&);
    int status;
  };
  const Case cases[] = {
      {"POST", [](HandshakeRequest& r) { r.method = "POST"; }, 405},
      {"method in lower case", [](HandshakeRequest& r) { r.method = "get"; }, 405},
      {"HTTP/1.0", [](HandshakeRequest& r) { r.http_version = 10; }, 400},
      {"no upgrade", [](HandshakeRequest& r) { r.upgrade = ""; }, 400},
      {"other upgrade", [](HandshakeRequest& r) { r.upgrade = "h2c"; }, 400},
      {"part of a token", [](HandshakeRequest& r) { r.upgrade = "websocket2"; }, 400},
      {"no connection", [](HandshakeRequest& r) { r.connection = ""; }, 400},
      {"keep-alive only", [](HandshakeRequest& r) { r.connection = "keep-alive"; }, 400},
      {"no version", [](HandshakeRequest& r) { r.version = ""; }, 426},
      {"version 8", [](HandshakeRequest& r) { r.version = "8"; }, 426},
      {"no key", [](HandshakeRequest& r) { r.key = ""; }, 400},
      {"short key", [](HandshakeRequest& r) { r.key = "dGhlIHNhbXBsZSBub25j"; }, 400},
      {"long key", [](HandshakeRequest& r) { r.key = "dGhlIHNhbXBsZSBub25jZQAA=="; }, 400},
      {"one pad", [](HandshakeRequest& r) { r.key = "dGhlIHNhbXBsZSBub25jZQa="; }, 400},
      {"not base64", [](HandshakeRequest& r) { r.key = "dGhlIHNhbXBsZSBub25j-Q=="; }, 400},
  };
  for (const Case& c : cases) {
    HandshakeRequest request = Good();
    c.spoil(request);
    const HandshakeAnswer answer = CheckHandshake(request);
    EXPECT_EQ(answer.status, c.status) << c.what;
    EXPECT_NE(answer.reason, "") << c.what;
    EXPECT_EQ(answer.accept, "") << c.what;
  }
}

}  // namespace
}  // namespace sail::gateway::websocket
