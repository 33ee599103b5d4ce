#include "gateway/engineio/loop_sessions.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/engineio/fake_responder.h"
#include "gateway/engineio/manual_byte_stream.h"
#include "gateway/engineio/manual_event_loop.h"
#include "gateway/websocket/client_frames.h"
#include "gateway/websocket/server_frames.h"

namespace sail::gateway::engineio {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

class LoopSessionsTest : public ::testing::Test {
 protected:
  struct Handler : SessionHandler {
    explicit Handler(LoopSessionsTest* test) : test(test) {}
    ~Handler() override { test->handler = nullptr; }
    void OnSessionOpened(EngineSession* opened) override { session = opened; }
    void OnMessage(std::string_view text) override {
      test->log.emplace_back(text);
      if (text == "pause") session->PauseReading();
      if (text == "close") session->Close(CloseReason::kForcedClose);
    }
    void OnBinaryMessage(std::string_view bytes) override {
      test->log.push_back("binary " + std::string(bytes));
    }
    void OnSessionClosed(CloseReason reason) override {
      test->log.push_back("closed: " + std::string(CloseReasonName(reason)));
    }
    LoopSessionsTest* const test;
    EngineSession* session = nullptr;
  };
  using Asked = std::shared_ptr<FakeResponder>;

  LoopSessionsTest() {
    options.make_sid = [this] { return "sid" + std::to_string(++ids); };
    options.session.max_payload = 1000;
  }

  LoopSessions& sessions() {
    if (sessions_ == nullptr) {
      sessions_ =
          std::make_unique<LoopSessions>(&loop, options, [this](const std::shared_ptr<const HttpRequest>&) {
            auto made = std::make_unique<Handler>(this);
            handler = made.get();
            return made;
          });
    }
    return *sessions_;
  }

  static PollingTransport::Request Request(const std::string& method, const Asked& responder,
                                           const std::string& body = "") {
    auto http = std::make_shared<HttpRequest>();
    http->method = method;
    http->body = body;
    return {std::move(http), responder};
  }
  std::string Open(Version version = Version::kV4) {
    const auto responder = std::make_shared<FakeResponder>(&loop);
    std::string sid = sessions().OpenPolling(Request("GET", responder), version, true);
    EXPECT_EQ(responder->answer.has_value(), true);
    loop.Run();
    return sid;
  }
  Asked Ask(const std::string& method, const std::string& sid, const std::string& body = "") {
    auto responder = std::make_shared<FakeResponder>(&loop);
    sessions().HandlePolling(sid, Request(method, responder, body));
    loop.Run();
    return responder;
  }
  Asked Poll(const std::string& sid) { return Ask("GET", sid); }
  Asked Post(const std::string& sid, const std::string& body) { return Ask("POST", sid, body); }
  void Send(const std::string& text) {
    handler->session->Send(OutgoingPacket::Text(PacketType::kMessage, text));
    loop.Run();
  }

  std::shared_ptr<ManualByteStream> Upgrade(const std::string& sid) {
    auto stream = std::make_shared<ManualByteStream>(&loop);
    sessions().Upgrade(sid, stream, "", true);
    loop.Run();
    return stream;
  }
  void Say(const std::shared_ptr<ManualByteStream>& stream, std::string_view text) {
    stream->Arrive(websocket::ClientFrame(websocket::Opcode::kText, text));
    loop.Run();
  }
  Strings Heard(const std::shared_ptr<ManualByteStream>& stream) {
    loop.Run();
    Strings frames = websocket::ServerFrames(stream->TakeWritten());
    stream->Drain();
    return frames;
  }
  Strings Take() { return std::exchange(log, {}); }

  ManualEventLoop loop;
  LoopSessionsOptions options;
  Handler* handler = nullptr;
  Strings log;
  int ids = 0;

 private:
  std::unique_ptr<LoopSessions> sessions_;
};

TEST_F(LoopSessionsTest, TheHandshakeIsAnsweredWithTheOpenPacketAlone) {
  const auto responder = std::make_shared<FakeResponder>(&loop);
  sessions().OpenPolling(Request("GET", responder), Version::kV4, true);
  EXPECT_EQ(responder->Said(),
            R"(200 0{"sid":"sid1","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,)"
            R"("maxPayload":1000})");
  EXPECT_TRUE(sessions().Has("sid1"));
}

TEST_F(LoopSessionsTest, WhatIsSentWithoutAPollWaitsForOne) {
  const std::string sid = Open();
  Send("one");
  Send("two");
  EXPECT_EQ(Poll(sid)->Said(),
            "200 4one\x1e"
            "4two");
  const Asked held = Poll(sid);
  EXPECT_EQ(held->Said(), "held");
  Send("three");
  EXPECT_EQ(held->Said(), "200 4three");
}

TEST_F(LoopSessionsTest, VolatilePacketsAreForHeldPollsOnly) {
  const std::string sid = Open();
  const auto packet = OutgoingPacket::Text(PacketType::kMessage, "v");
  EXPECT_FALSE(handler->session->Send(packet, true));
  const Asked held = Poll(sid);
  EXPECT_TRUE(handler->session->Send(packet, true));
  loop.Run();
  EXPECT_EQ(held->Said(), "200 4v");
  EXPECT_FALSE(handler->session->Send(packet, true));
}

TEST_F(LoopSessionsTest, AnAbortedPollEndsTheSession) {
  const std::string sid = Open();
  Poll(sid)->Abort();
  loop.Run();
  EXPECT_EQ(Take(), Strings{"closed: transport close"});
  EXPECT_EQ(sessions().size(), 0u);
  EXPECT_EQ(Poll(sid)->Said(), R"(400 {"code":1,"message":"Session ID unknown"})");
}

TEST_F(LoopSessionsTest, AnAnsweredPollMayEnd) {
  const std::string sid = Open();
  const Asked held = Poll(sid);
  Send("x");
  const Asked next = Poll(sid);
  held->Abort();
  loop.Run();
  EXPECT_EQ(next->Said(), "held");
  EXPECT_TRUE(sessions().Has(sid));
}

TEST_F(LoopSessionsTest, ASecondPollEndsTheSession) {
  const std::string sid = Open();
  const Asked held = Poll(sid);
  EXPECT_EQ(Poll(sid)->Said(), "400 ");
  EXPECT_EQ(held->Said(), "200 1");
  EXPECT_EQ(Take(), Strings{"closed: transport error"});
}

TEST_F(LoopSessionsTest, APausedSessionHoldsThePostUntilItGoesOn) {
  const std::string sid = Open();
  const Asked post = Post(sid,
                          "4one\x1e"
                          "4pause\x1e"
                          "4two");
  EXPECT_EQ(post->Said(), "held");
  EXPECT_EQ(Take(), (Strings{"one", "pause"}));
  handler->session->ResumeReading();
  loop.Run();
  EXPECT_EQ(post->Said(), "200 ok");
  EXPECT_EQ(Take(), Strings{"two"});
}

TEST_F(LoopSessionsTest, ASecondPostEndsTheSession) {
  const std::string sid = Open();
  const Asked post = Post(sid,
                          "4pause\x1e"
                          "4never");
  EXPECT_EQ(Post(sid, "4x")->Said(), "400 ");
  EXPECT_EQ(post->Said(), "200 ok");
  EXPECT_EQ(Take(), (Strings{"pause", "closed: transport error"}));
  EXPECT_EQ(sessions().size(), 0u);
}

TEST_F(LoopSessionsTest, NothingBehindAnEndIsDelivered) {
  const std::string sid = Open();
  EXPECT_EQ(Post(sid,
                 "4close\x1e"
                 "4late")
                ->Said(),
            "200 ok");
  EXPECT_EQ(Take(), (Strings{"close", "closed: forced close"}));
}

TEST_F(LoopSessionsTest, AnEndByTheServerWaitsForTheNextPoll) {
  const std::string sid = Open();
  Poll(sid);
  Send("x");
  Send("last");
  handler->session->Close(CloseReason::kForcedServerClose);
  loop.Run();
  EXPECT_FALSE(sessions().Has(sid));
  EXPECT_EQ(Post(sid, "4x")->Said(), R"(400 {"code":1,"message":"Session ID unknown"})");
  EXPECT_EQ(Poll(sid)->Said(),
            "200 4last\x1e"
            "1");
  EXPECT_EQ(Poll(sid)->Said(), R"(400 {"code":1,"message":"Session ID unknown"})");
  EXPECT_EQ(sessions().size(), 0u);
}

TEST_F(LoopSessionsTest, AnEndThatNobodyFetchesIsForgotten) {
  Open();
  sessions().CloseSome(10);
  loop.Run();
  EXPECT_EQ(sessions().size(), 1u);
  loop.Advance(absl::ToChronoMilliseconds(PollingTransport::kCloseWait));
  EXPECT_EQ(sessions().size(), 0u);
}

TEST_F(LoopSessionsTest, ASilentClientIsForgottenAtOnce) {
  const std::string sid = Open();
  const Asked held = Poll(sid);
  loop.Advance(25s);
  EXPECT_EQ(held->Said(), "200 2");
  loop.Advance(20s);
  EXPECT_EQ(Take(), Strings{"closed: ping timeout"});
  EXPECT_EQ(sessions().size(), 0u);
}

TEST_F(LoopSessionsTest, AStalledPollerIsEvicted) {
  options.session.send_queue.bytes = 1000;
  int overflows = 0;
  options.session.on_send_queue_overflow = [&] { ++overflows; };
  Open();
  for (int i = 0; i < 5 && handler != nullptr; ++i) Send(std::string(400, 'x'));
  EXPECT_EQ(overflows, 1);
  EXPECT_EQ(Take(), Strings{"closed: transport error"});
  EXPECT_EQ(sessions().size(), 0u);
}

TEST_F(LoopSessionsTest, AnUpgradeLosesNothingAndKeepsTheOrder) {
  const std::string sid = Open();
  Poll(sid);
  const auto stream = Upgrade(sid);
  Send("1");
  Say(stream, "2probe");
  EXPECT_EQ(Heard(stream), Strings{"3probe"});
  EXPECT_EQ(Poll(sid)->Said(), "200 6");
  Send("2");
  Send("3");
  Say(stream, "5");
  Send("4");
  // The first was with the polling transport already, the others in the session's queue.
  EXPECT_EQ(Heard(stream), Strings{"42"});
  EXPECT_EQ(Heard(stream), (Strings{"43", "44"}));
  EXPECT_EQ(Poll(sid)->Said(), R"(400 {"code":3,"message":"Bad request"})");
  Say(stream, "4up");
  EXPECT_EQ(Take(), Strings{"up"});
}

TEST_F(LoopSessionsTest, ThePollThatIsHeldIsReleasedByTheProbe) {
  const std::string sid = Open();
  const Asked held = Poll(sid);
  const auto stream = Upgrade(sid);
  EXPECT_EQ(held->Said(), "held");
  Say(stream, "2probe");
  EXPECT_EQ(held->Said(), "200 6");
}

TEST_F(LoopSessionsTest, AnUpgradeThatIsNotCompletedInTimeIsGivenUp) {
  const std::string sid = Open();
  const auto stream = Upgrade(sid);
  Say(stream, "2probe");
  loop.Advance(10s);
  EXPECT_TRUE(stream->closed());
  EXPECT_EQ(Poll(sid)->Said(), "held");
  Send("still here");
  EXPECT_TRUE(sessions().Has(sid));
  // And another may follow.
  const auto next = Upgrade(sid);
  Say(next, "5");
  Send("up");
  EXPECT_EQ(Heard(next).back(), "4up");
}

TEST_F(LoopSessionsTest, AWebSocketThatIsNoProbeIsClosed) {
  const std::string sid = Open();
  for (const char* const text : {"4hello", "", "6", "2"}) {
    const auto stream = Upgrade(sid);
    Say(stream, text);
    EXPECT_TRUE(stream->closed()) << text;
    stream->End(absl::OkStatus());
    loop.Run();
  }
  EXPECT_TRUE(sessions().Has(sid));
}

TEST_F(LoopSessionsTest, OneWebSocketAtATime) {
  const std::string sid = Open();
  const auto first = Upgrade(sid);
  EXPECT_TRUE(Upgrade(sid)->closed());
  EXPECT_FALSE(first->closed());
  Say(first, "5");
  EXPECT_TRUE(Upgrade(sid)->closed());
  EXPECT_FALSE(first->closed());
}

TEST_F(LoopSessionsTest, TheEndOfTheSessionIsTheEndOfTheProbe) {
  const std::string sid = Open();
  const auto stream = Upgrade(sid);
  Say(stream, "2probe");
  Post(sid, "1");
  EXPECT_EQ(Take(), Strings{"closed: transport close"});
  EXPECT_TRUE(stream->closed());
  loop.Run();
  EXPECT_EQ(sessions().size(), 0u);
}

TEST_F(LoopSessionsTest, VersionsThreeUpgradesToo) {
  const std::string sid = Open(Version::kV3);
  EXPECT_EQ(Post(sid, "6:4hello")->Said(), "200 ok");
  EXPECT_EQ(Take(), Strings{"hello"});
  const auto stream = Upgrade(sid);
  Say(stream, "2probe");
  EXPECT_EQ(Heard(stream), Strings{"3probe"});
  Say(stream, "5");
  Say(stream, "2");
  EXPECT_EQ(Heard(stream), Strings{"3"});
}

TEST_F(LoopSessionsTest, SessionsThatLiveEndWithTheTable) {
  const std::string sid = Open();
  const Asked held = Poll(sid);
  Upgrade(sid);
  EXPECT_EQ(Take(), Strings{});
}

}  // namespace
}  // namespace sail::gateway::engineio
