#include "gateway/engineio/session.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/engineio/fake_transport.h"
#include "gateway/engineio/manual_event_loop.h"

namespace sail::gateway::engineio {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

class SessionTest : public ::testing::Test, public SessionHandler {
 protected:
  void OnSessionOpened(EngineSession*) override {}
  void OnMessage(std::string_view text) override {
    received.push_back("text:" + std::string(text));
    if (close_on_message) session->Close(CloseReason::kForcedClose);
  }
  void OnBinaryMessage(std::string_view bytes) override {
    received.push_back("binary:" + std::string(bytes));
  }
  void OnSessionClosed(CloseReason reason) override {
    EXPECT_FALSE(closed) << "closed twice";
    closed = CloseReasonName(reason);
  }

  void Start(Version version, bool takes_binary = true) {
    session =
        std::make_unique<EngineSession>("FytboMazIiS4Ke1JAAAA", version, &options, &loop, &scheduler, this);
    session->Open(&transport, false, takes_binary);
    loop.Run();
    session->OnTransportDrained();
    transport.Take();
  }

  Strings Sent() {
    loop.Run();
    session->OnTransportDrained();
    return transport.Take();
  }

  ManualEventLoop loop;
  FlushScheduler scheduler{&loop};
  SessionOptions options;
  FakeTransport transport;
  std::unique_ptr<EngineSession> session;
  Strings received;
  std::optional<std::string> closed;
  bool close_on_message = false;
};

OutgoingPacket Message(std::string_view text) { return OutgoingPacket::Text(PacketType::kMessage, text); }

TEST_F(SessionTest, OpensWithTheFiveKeysInOrder) {
  for (const Version version : {Version::kV3, Version::kV4}) {
    session =
        std::make_unique<EngineSession>("FytboMazIiS4Ke1JAAAA", version, &options, &loop, &scheduler, this);
    session->Open(&transport, true, true);
    loop.Run();
    EXPECT_EQ(transport.Take(),
              Strings{R"(0{"sid":"FytboMazIiS4Ke1JAAAA","upgrades":["websocket"],"pingInterval":25000,)"
                      R"("pingTimeout":20000,"maxPayload":1000000})"});
  }
}

TEST_F(SessionTest, OpenPacketShowsTheOptions) {
  options.ping_interval = 300ms;
  options.ping_timeout = 200ms;
  options.max_payload = 100'000'000;
  session = std::make_unique<EngineSession>("FytboMazIiS4Ke1JAAAA", Version::kV4, &options, &loop, &scheduler,
                                            this);
  session->Open(&transport, false, true);
  loop.Run();
  EXPECT_EQ(transport.Take(), Strings{R"(0{"sid":"FytboMazIiS4Ke1JAAAA","upgrades":[],"pingInterval":300,)"
                                      R"("pingTimeout":200,"maxPayload":100000000})"});
}

TEST_F(SessionTest, DeliversMessages) {
  Start(Version::kV4);
  session->OnTextPacket("4hello");
  session->OnTextPacket("4");
  session->OnBinaryPacket("\x01\x02");
  session->OnBinaryPacket("");
  session->OnTextPacket("bAQID");
  EXPECT_EQ(received, (Strings{"text:hello", "text:", "binary:\x01\x02", "binary:", "binary:\x01\x02\x03"}));
}

TEST_F(SessionTest, BinaryOfVersion3HasATypeInFront) {
  Start(Version::kV3);
  session->OnBinaryPacket("\x04\x01\x02");
  session->OnTextPacket("b4AQID");
  EXPECT_EQ(received, (Strings{"binary:\x01\x02", "binary:\x01\x02\x03"}));
}

TEST_F(SessionTest, BinaryFormDependsOnVersionAndClient) {
  Start(Version::kV4);
  EXPECT_EQ(session->binary_form(), BinaryForm::kRaw);
  Start(Version::kV4, false);
  EXPECT_EQ(session->binary_form(), BinaryForm::kBase64);
  Start(Version::kV3);
  EXPECT_EQ(session->binary_form(), BinaryForm::kTyped);
  Start(Version::kV3, false);
  EXPECT_EQ(session->binary_form(), BinaryForm::kTypedBase64);
}

struct BadPacket {
  Version version;
  std::string packet;
  bool binary;
  std::string reason;
};

class BadPacketTest : public SessionTest, public ::testing::WithParamInterface<BadPacket> {};

TEST_P(BadPacketTest, ClosesTheSession) {
  const BadPacket& bad = GetParam();
  Start(bad.version);
  if (bad.binary) {
    session->OnBinaryPacket(bad.packet);
  } else {
    session->OnTextPacket(bad.packet);
  }
  EXPECT_EQ(closed, bad.reason);
  EXPECT_TRUE(transport.closed);
  session->OnTextPacket("4late");
  session->OnBinaryPacket("late");
  EXPECT_EQ(received, Strings{});
}

INSTANTIATE_TEST_SUITE_P(All, BadPacketTest,
                         ::testing::Values(BadPacket{Version::kV4, "", false, "parse error"},
                                           BadPacket{Version::kV4, "7", false, "parse error"},
                                           BadPacket{Version::kV4, "abc", false, "parse error"},
                                           BadPacket{Version::kV4, " 4", false, "parse error"},
                                           BadPacket{Version::kV4, "b!", false, "parse error"},
                                           BadPacket{Version::kV4, "2", false, "transport error"},
                                           BadPacket{Version::kV4, "2probe", false, "transport error"},
                                           BadPacket{Version::kV4, "1", false, "transport close"},
                                           BadPacket{Version::kV3, "", false, "parse error"},
                                           BadPacket{Version::kV3, "x", false, "parse error"},
                                           BadPacket{Version::kV3, "b", false, "parse error"},
                                           BadPacket{Version::kV3, "bAQID", false, "parse error"},
                                           BadPacket{Version::kV3, "3", false, "transport error"},
                                           BadPacket{Version::kV3, "1", false, "transport close"},
                                           BadPacket{Version::kV3, "", true, "parse error"},
                                           BadPacket{Version::kV3, "\x02", true, "parse error"},
                                           BadPacket{Version::kV3, "4abc", true, "parse error"}));

TEST_F(SessionTest, PacketTypesWithoutMeaningHereAreIgnored) {
  Start(Version::kV4);
  for (const char* packet : {"0", "5", "6", "3", "3probe"}) session->OnTextPacket(packet);
  EXPECT_FALSE(closed);
}

TEST_F(SessionTest, Version4PingsAfterTheIntervalAndEachPong) {
  Start(Version::kV4);
  loop.Advance(24999ms);
  EXPECT_EQ(Sent(), Strings{});
  loop.Advance(1ms);
  EXPECT_EQ(Sent(), Strings{"2"});
  loop.Advance(19999ms);
  session->OnTextPacket("3");
  loop.Advance(24999ms);
  EXPECT_EQ(Sent(), Strings{});
  loop.Advance(1ms);
  EXPECT_EQ(Sent(), Strings{"2"});
  EXPECT_FALSE(closed);
}

TEST_F(SessionTest, Version4ClosesWithoutPong) {
  Start(Version::kV4);
  loop.Advance(25000ms);
  Sent();
  loop.Advance(19999ms);
  EXPECT_FALSE(closed);
  loop.Advance(1ms);
  EXPECT_EQ(closed, "ping timeout");
  EXPECT_TRUE(transport.closed);
  EXPECT_EQ(loop.timers(), 0u);
}

TEST_F(SessionTest, Version4TakesOneOtherPacketForALifeSignPerPing) {
  Start(Version::kV4);
  loop.Advance(25000ms + 15000ms);
  session->OnTextPacket("4a");
  loop.Advance(15000ms);
  EXPECT_FALSE(closed);
  session->OnTextPacket("4b");
  loop.Advance(5000ms);
  EXPECT_EQ(closed, "ping timeout");
}

TEST_F(SessionTest, Version4UnaskedPongDoesNotPutOffThePing) {
  Start(Version::kV4);
  loop.Advance(24000ms);
  session->OnTextPacket("3");
  loop.Advance(1000ms);
  EXPECT_EQ(Sent(), Strings{"2"});
}

TEST_F(SessionTest, Version3AnswersPings) {
  Start(Version::kV3);
  session->OnTextPacket("2");
  EXPECT_EQ(Sent(), Strings{"3"});
}

TEST_F(SessionTest, Version3NeverPingsAndClosesAfterSilence) {
  Start(Version::kV3);
  loop.Advance(44999ms);
  EXPECT_EQ(Sent(), Strings{});
  EXPECT_FALSE(closed);
  loop.Advance(1ms);
  EXPECT_EQ(closed, "ping timeout");
}

TEST_F(SessionTest, Version3TakesEveryPacketForALifeSign) {
  Start(Version::kV3);
  loop.Advance(30000ms);
  session->OnTextPacket("2");
  loop.Advance(30000ms);
  session->OnTextPacket("4a");
  loop.Advance(44999ms);
  EXPECT_FALSE(closed);
  loop.Advance(1ms);
  EXPECT_EQ(closed, "ping timeout");
}

TEST_F(SessionTest, PacketsOfOneTurnLeaveInOneBatch) {
  Start(Version::kV4);
  transport.batches = 0;
  session->Send(Message("a"));
  session->Send(Message("b"));
  session->Send(OutgoingPacket::Binary(BinaryForm::kRaw, "c"));
  EXPECT_EQ(transport.batches, 0);
  loop.Run();
  EXPECT_EQ(transport.batches, 1);
  EXPECT_EQ(transport.Take(), (Strings{"4a", "4b", "c"}));
}

TEST_F(SessionTest, NextBatchWaitsForThePrevious) {
  Start(Version::kV4);
  session->Send(Message("a"));
  loop.Run();
  EXPECT_FALSE(session->writable());
  session->Send(Message("b"));
  session->Send(Message("c"));
  loop.Run();
  EXPECT_EQ(transport.Take(), Strings{"4a"});
  session->OnTransportDrained();
  EXPECT_EQ(transport.Take(), (Strings{"4b", "4c"}));
}

TEST_F(SessionTest, StaysWritableWhileTheTransportWritesAtOnce) {
  Start(Version::kV4);
  transport.writes_at_once = true;
  session->Send(Message("a"));
  loop.Run();
  EXPECT_TRUE(session->writable());
  EXPECT_EQ(session->queued_bytes(), 0u);
  session->Send(Message("b"));
  loop.Run();
  EXPECT_EQ(transport.Take(), (Strings{"4a", "4b"}));
}

TEST_F(SessionTest, VolatileIsDroppedWhileSomethingIsOnItsWay) {
  int dropped = 0;
  options.on_volatile_dropped = [&] { ++dropped; };
  Start(Version::kV4);
  EXPECT_TRUE(session->Send(Message("a"), true));
  loop.Run();
  EXPECT_FALSE(session->Send(Message("b"), true));
  EXPECT_EQ(dropped, 1);
  session->OnTransportDrained();
  EXPECT_TRUE(session->Send(Message("c"), true));
  EXPECT_EQ(Sent(), (Strings{"4a", "4c"}));
}

TEST_F(SessionTest, OverflowByBytesAbortsAtTheNextFlush) {
  int overflows = 0;
  options.on_send_queue_overflow = [&] { ++overflows; };
  options.send_queue.bytes = 1000;
  Start(Version::kV4);
  session->Send(Message(std::string(600, 'x')));
  loop.Run();
  EXPECT_TRUE(session->Send(Message(std::string(600, 'x'))));
  EXPECT_FALSE(session->Send(Message("x")));
  EXPECT_FALSE(session->Send(Message("x")));
  EXPECT_FALSE(closed) << "Send must not call back";
  loop.Run();
  EXPECT_EQ(closed, "transport error");
  EXPECT_TRUE(transport.aborted);
  EXPECT_EQ(overflows, 1);
  EXPECT_EQ(session->queued_packets(), 1u) << "what is in flight";
}

TEST_F(SessionTest, OverflowByNumberOfPackets) {
  options.send_queue.packets = 3;
  Start(Version::kV4);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(session->Send(Message("")));
  EXPECT_FALSE(session->Send(Message("")));
  loop.Run();
  EXPECT_EQ(closed, "transport error");
}

TEST_F(SessionTest, OnePacketMayBeLargerThanTheQueue) {
  options.send_queue.bytes = 1000;
  Start(Version::kV4);
  EXPECT_TRUE(session->Send(Message(std::string(5000, 'x'))));
  EXPECT_EQ(Sent().size(), 1u);
  EXPECT_TRUE(session->Send(Message("y")));
}

TEST_F(SessionTest, CloseSendsWhatIsQueued) {
  Start(Version::kV4);
  session->Send(Message("bye"));
  session->Close(CloseReason::kForcedServerClose);
  EXPECT_EQ(transport.Take(), Strings{"4bye"});
  EXPECT_TRUE(transport.closed);
  EXPECT_EQ(closed, "forced server close");
  EXPECT_FALSE(session->Send(Message("late")));
  session->Close(CloseReason::kForcedClose);
  loop.Run();
  EXPECT_EQ(transport.Take(), Strings{});
}

TEST_F(SessionTest, ClosedTransportEndsTheSession) {
  Start(Version::kV4);
  session->Send(Message("lost"));
  session->OnTransportClosed(CloseReason::kTransportClose);
  EXPECT_EQ(closed, "transport close");
  loop.Advance(60s);
  EXPECT_EQ(transport.Take(), Strings{});
  EXPECT_FALSE(transport.closed);
  EXPECT_EQ(loop.timers(), 0u);
}

TEST_F(SessionTest, HandlerMayCloseFromWithinAMessage) {
  Start(Version::kV4);
  close_on_message = true;
  session->OnTextPacket("4a");
  EXPECT_EQ(closed, "forced close");
}

TEST_F(SessionTest, DestroyedSessionIsNotFlushed) {
  Start(Version::kV4);
  session->Send(Message("a"));
  session.reset();
  loop.Run();
  EXPECT_EQ(transport.Take(), Strings{});
}

TEST_F(SessionTest, ReadingIsPausedAtTheTransport) {
  Start(Version::kV4);
  session->PauseReading();
  EXPECT_TRUE(transport.paused);
  session->ResumeReading();
  EXPECT_FALSE(transport.paused);
}

TEST_F(SessionTest, SilenceDoesNotCountWhileReadingIsPaused) {
  for (const Version version : {Version::kV3, Version::kV4}) {
    Start(version);
    loop.Advance(30000ms);
    session->PauseReading();
    loop.Advance(300000ms);
    EXPECT_FALSE(closed);
    session->ResumeReading();
    loop.Advance(19999ms);
    EXPECT_FALSE(closed);
    loop.Advance(45000ms);
    EXPECT_EQ(closed, "ping timeout");
    closed.reset();
  }
}

}  // namespace
}  // namespace sail::gateway::engineio
