#include "gateway/engineio/endpoint.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/engineio/fake_responder.h"
#include "gateway/engineio/manual_byte_stream.h"
#include "gateway/engineio/manual_event_loop.h"

namespace sail::gateway::engineio {
namespace {

constexpr char kBadOrigin[] = R"(400 {"code":3,"message":"Bad request"})";
constexpr char kUnknown[] = R"(400 {"code":1,"message":"Session ID unknown"})";

struct NoHandler : SessionHandler {
  void OnSessionOpened(EngineSession*) override {}
  void OnMessage(std::string_view) override {}
  void OnBinaryMessage(std::string_view) override {}
  void OnSessionClosed(CloseReason) override {}
};

struct FakePeers : Peers {
  void Forward(uint32_t owner, std::shared_ptr<const HttpRequest> request,
               std::shared_ptr<Responder> responder) override {
    log.push_back("forward " + request->method + " to " + std::to_string(owner));
    responder->Send(HttpResponse{.status = 299});
  }
  void Tunnel(uint32_t owner, std::shared_ptr<const HttpRequest>, std::shared_ptr<ByteStream> stream,
              std::string already_read) override {
    log.push_back("tunnel to " + std::to_string(owner) + " " + already_read);
    stream->Abort();
  }
  std::vector<std::string> log;
};

class EndpointTest : public ::testing::Test {
 protected:
  using Headers = std::vector<HttpHeader>;

  Endpoint& endpoint() {
    if (endpoint_ == nullptr) {
      LoopSessionsOptions loop_options;
      loop_options.make_sid = [this] { return sids.Next(0); };
      sessions = std::make_unique<LoopSessions>(
          &loop, loop_options,
          [](const std::shared_ptr<const HttpRequest>&) { return std::make_unique<NoHandler>(); });
      endpoint_ = std::make_unique<Endpoint>(options, std::vector{sessions.get()}, sids, &peers, registry);
    }
    return *endpoint_;
  }
  static std::shared_ptr<HttpRequest> Request(const std::string& method, const std::string& query,
                                              Headers headers) {
    auto request = std::make_shared<HttpRequest>();
    request->method = method;
    request->target = "/engine.io/?" + query;
    request->headers = std::move(headers);
    return request;
  }
  std::shared_ptr<FakeResponder> Ask(const std::string& method, const std::string& query,
                                     Headers headers = {}) {
    auto responder = std::make_shared<FakeResponder>(&loop);
    endpoint().Handle(Request(method, query, std::move(headers)), responder);
    loop.Run();
    return responder;
  }
  // What is answered to a WebSocket request, its head's first line.
  std::string Upgrade(const std::string& query, Headers headers = {}) {
    for (const auto& [name, value] : Headers{{"Upgrade", "websocket"},
                                             {"Connection", "Upgrade"},
                                             {"Sec-WebSocket-Version", "13"},
                                             {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}}) {
      headers.push_back({name, value});
    }
    auto stream = std::make_shared<ManualByteStream>(&loop);
    endpoint().HandleUpgrade(Request("GET", query, std::move(headers)), stream, "early");
    loop.Run();
    written = stream->written;
    return written.substr(0, written.find('\r'));
  }
  static std::string Header(const std::shared_ptr<FakeResponder>& responder, const std::string& name) {
    return std::string(FindHeader(responder->answer->headers, name).value_or("(none)"));
  }
  void AllowOrigin() {
    options.allows_origin = [](std::string_view origin) { return origin == "http://a.example"; };
  }

  ManualEventLoop loop;
  platform::metrics::Registry registry;
  EndpointOptions options;
  const OwnedSids sids{1, {"a secret of tests"}};
  const OwnedSids other_sids{2, {"a secret of tests"}};
  FakePeers peers;
  std::unique_ptr<LoopSessions> sessions;
  std::string written;

 private:
  std::unique_ptr<Endpoint> endpoint_;
};

TEST_F(EndpointTest, OriginsAreCheckedForEveryRequest) {
  AllowOrigin();
  const Headers good = {{"Origin", "http://a.example"}};
  const Headers bad = {{"Origin", "http://b.example"}};
  EXPECT_EQ(Ask("GET", "EIO=4&transport=polling")->Said(), kBadOrigin);
  EXPECT_EQ(Ask("GET", "EIO=4&transport=polling", bad)->Said(), kBadOrigin);
  EXPECT_EQ(Ask("GET", "EIO=4&transport=polling", good)->answer->status, 200);
  const std::string sid = sids.Next(0);
  EXPECT_EQ(Ask("GET", "EIO=4&transport=polling&sid=" + sid, bad)->Said(), kBadOrigin);
  EXPECT_EQ(Ask("POST", "EIO=4&transport=polling&sid=" + sid, bad)->Said(), kBadOrigin);
  EXPECT_EQ(Ask("POST", "EIO=4&transport=polling&sid=" + sid)->Said(), kBadOrigin);
  EXPECT_EQ(Ask("GET", "EIO=4&transport=polling&sid=" + sid, good)->Said(), kUnknown);
  EXPECT_EQ(Upgrade("EIO=4&transport=websocket", bad), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(Upgrade("EIO=4&transport=websocket"), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(Upgrade("EIO=4&transport=websocket", good), "HTTP/1.1 101 Switching Protocols");
}

TEST_F(EndpointTest, APollOfOnesOwnPageIsJudgedByItsReferer) {
  AllowOrigin();
  const Headers own = {{"Referer", "http://a.example/page?x=1"}};
  EXPECT_EQ(Ask("GET", "EIO=4&transport=polling", own)->answer->status, 200);
  EXPECT_EQ(Ask("GET", "EIO=4&transport=polling", {{"Referer", "http://b.example/http://a.example"}})->Said(),
            kBadOrigin);
  EXPECT_EQ(Ask("POST", "EIO=4&transport=polling&sid=" + sids.Next(0), own)->Said(), kBadOrigin);
  EXPECT_EQ(Upgrade("EIO=4&transport=websocket", own), "HTTP/1.1 400 Bad Request");
}

TEST_F(EndpointTest, ListedOriginsMayReadTheAnswers) {
  AllowOrigin();
  const auto answer = Ask("GET", "EIO=4&transport=polling", {{"Origin", "http://a.example"}});
  EXPECT_EQ(Header(answer, "access-control-allow-origin"), "http://a.example");
  EXPECT_EQ(Header(answer, "access-control-allow-credentials"), "true");
  EXPECT_EQ(Header(answer, "vary"), "Origin");
  const auto preflight =
      Ask("OPTIONS", "EIO=4&transport=polling",
          {{"Origin", "http://a.example"}, {"Access-Control-Request-Headers", "content-type"}});
  EXPECT_EQ(preflight->answer->status, 204);
  EXPECT_EQ(Header(preflight, "access-control-allow-methods"), "GET,HEAD,PUT,PATCH,POST,DELETE");
  EXPECT_EQ(Header(preflight, "access-control-allow-headers"), "content-type");
  EXPECT_EQ(Header(Ask("GET", "EIO=4&transport=polling", {{"Origin", "http://b.example"}}),
                   "access-control-allow-origin"),
            "(none)");
}

TEST_F(EndpointTest, WithoutPollingNothingIsSaidOfCredentials) {
  AllowOrigin();
  options.allow_polling = false;
  const auto answer = Ask("GET", "EIO=4&transport=polling", {{"Origin", "http://a.example"}});
  EXPECT_EQ(answer->answer->status, 400);
  EXPECT_EQ(Header(answer, "access-control-allow-origin"), "http://a.example");
  EXPECT_EQ(Header(answer, "access-control-allow-credentials"), "(none)");
}

TEST_F(EndpointTest, WithoutAListNothingIsSaidOfOrigins) {
  const auto answer = Ask("GET", "EIO=4&transport=polling", {{"Origin", "http://b.example"}});
  EXPECT_EQ(answer->answer->status, 200);
  EXPECT_EQ(Header(answer, "access-control-allow-origin"), "(none)");
}

TEST_F(EndpointTest, TransportsThatAreSwitchedOffAreUnknown) {
  options.allow_polling = false;
  EXPECT_EQ(Ask("GET", "EIO=4&transport=polling")->Said(), R"(400 {"code":0,"message":"Transport unknown"})");
  EXPECT_EQ(Upgrade("EIO=4&transport=websocket"), "HTTP/1.1 101 Switching Protocols");
}

TEST_F(EndpointTest, WhatIsAnotherGatewaysGoesThere) {
  const std::string sid = other_sids.Next(3);
  EXPECT_EQ(Ask("GET", "EIO=4&transport=polling&sid=" + sid)->answer->status, 299);
  EXPECT_EQ(Ask("POST", "EIO=4&transport=polling&sid=" + sid)->answer->status, 299);
  Upgrade("EIO=4&transport=websocket&sid=" + sid);
  EXPECT_EQ(peers.log,
            (std::vector<std::string>{"forward GET to 2", "forward POST to 2", "tunnel to 2 early"}));
}

TEST_F(EndpointTest, IdsThatNobodyHasMadeAreUnknownHere) {
  EXPECT_EQ(Ask("GET", "EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAA")->Said(), kUnknown);
  EXPECT_EQ(Ask("GET", "EIO=4&transport=polling&sid=" + sids.Next(7))->Said(), kUnknown);
  EXPECT_EQ(Upgrade("EIO=4&transport=websocket&sid=" + sids.Next(0)), "HTTP/1.1 400 Bad Request");
  EXPECT_NE(written.find("Session ID unknown"), std::string::npos);
  EXPECT_EQ(peers.log.size(), 0u);
}

TEST_F(EndpointTest, FindsTheLoopOfAPassedOnRequest) {
  EXPECT_EQ(endpoint().FindLoop(*Request("GET", "sid=" + sids.Next(0), {})), &loop);
  EXPECT_EQ(endpoint().FindLoop(*Request("GET", "sid=" + sids.Next(1), {})), nullptr);
  EXPECT_EQ(endpoint().FindLoop(*Request("GET", "sid=" + other_sids.Next(0), {})), nullptr);
  EXPECT_EQ(endpoint().FindLoop(*Request("GET", "", {})), nullptr);
}

}  // namespace
}  // namespace sail::gateway::engineio
