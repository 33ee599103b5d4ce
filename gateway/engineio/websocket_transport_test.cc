#include "gateway/engineio/websocket_transport.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/engineio/manual_byte_stream.h"
#include "gateway/engineio/manual_event_loop.h"
#include "gateway/engineio/session.h"
#include "gateway/websocket/client_frames.h"

namespace sail::gateway::engineio {
namespace {

using std::string_literals::operator""s;
using websocket::ClientClose;
using websocket::ClientFrame;
using websocket::Opcode;
using Strings = std::vector<std::string>;

class WebSocketTransportTest : public ::testing::Test, public SessionHandler {
 protected:
  void OnSessionOpened(EngineSession*) override {}
  void OnMessage(std::string_view text) override {
    received.push_back("text:" + std::string(text));
    if (close_on_message) session.Close(CloseReason::kForcedClose);
  }
  void OnBinaryMessage(std::string_view bytes) override {
    received.push_back("binary:" + std::string(bytes));
  }
  void OnSessionClosed(CloseReason reason) override {
    EXPECT_FALSE(closed) << "closed twice";
    closed = CloseReasonName(reason);
  }

  void Start(std::string already_read = {}) {
    session.Open(&transport, false, true);
    transport.Start(std::move(already_read), [this] { ++finished; });
    loop.Run();
    stream->Drain();
    stream->TakeWritten();
  }

  std::string Written() {
    loop.Run();
    stream->Drain();
    return stream->TakeWritten();
  }

  ManualEventLoop loop;
  FlushScheduler scheduler{&loop};
  SessionOptions options;
  EngineSession session{"FytboMazIiS4Ke1JAAAA", Version::kV4, &options, &loop, &scheduler, this};
  std::shared_ptr<ManualByteStream> stream = std::make_shared<ManualByteStream>(&loop);
  WebSocketTransport transport{stream, &session, 1000};
  Strings received;
  std::optional<std::string> closed;
  int finished = 0;
  bool close_on_message = false;
};

TEST_F(WebSocketTransportTest, OpenPacketIsTheFirstFrame) {
  session.Open(&transport, false, true);
  transport.Start({}, [] {});
  loop.Run();
  EXPECT_EQ(stream->written,
            websocket::EncodeFrame(Opcode::kText,
                                   R"(0{"sid":"FytboMazIiS4Ke1JAAAA","upgrades":[],"pingInterval":25000,)"
                                   R"("pingTimeout":20000,"maxPayload":1000000})"));
}

TEST_F(WebSocketTransportTest, FramesAreMessages) {
  Start();
  stream->Arrive(ClientFrame(Opcode::kText, "4hello") + ClientFrame(Opcode::kBinary, "\x01\x02"));
  EXPECT_EQ(received, (Strings{"text:hello", "binary:\x01\x02"}));
}

TEST_F(WebSocketTransportTest, BytesBehindTheRequestHeadCount) {
  Start(ClientFrame(Opcode::kText, "4early"));
  EXPECT_EQ(received, Strings{"text:early"});
}

TEST_F(WebSocketTransportTest, BatchIsFlushedOnce) {
  Start();
  const int flushes = stream->flushes;
  session.Send(OutgoingPacket::Text(PacketType::kMessage, "a"));
  session.Send(OutgoingPacket::Binary(BinaryForm::kRaw, "b"));
  EXPECT_EQ(Written(),
            "\x81\x02"
            "4a\x82\x01"
            "b"s);
  EXPECT_EQ(stream->flushes, flushes + 1);
}

TEST_F(WebSocketTransportTest, SecondBatchWaitsForTheDrain) {
  Start();
  session.Send(OutgoingPacket::Text(PacketType::kMessage, "a"));
  loop.Run();
  session.Send(OutgoingPacket::Text(PacketType::kMessage, "b"));
  loop.Run();
  EXPECT_EQ(stream->TakeWritten(),
            "\x81\x02"
            "4a");
  stream->Drain();
  EXPECT_EQ(stream->TakeWritten(),
            "\x81\x02"
            "4b");
}

TEST_F(WebSocketTransportTest, PingsAreAnswered) {
  Start();
  stream->Arrive(ClientFrame(Opcode::kPing, "p1"));
  EXPECT_EQ(Written(), "\x8A\x02p1");
  stream->Arrive(ClientFrame(Opcode::kPong, "unasked"));
  EXPECT_EQ(Written(), "");
}

TEST_F(WebSocketTransportTest, OnlyTheNewestPingIsAnsweredToAClientThatDoesNotRead) {
  Start();
  session.Send(OutgoingPacket::Text(PacketType::kMessage, "a"));
  loop.Run();
  stream->TakeWritten();
  for (int i = 0; i < 1000; ++i) stream->Arrive(ClientFrame(Opcode::kPing, std::to_string(i)));
  EXPECT_EQ(stream->TakeWritten(), "");
  stream->Drain();
  EXPECT_EQ(stream->TakeWritten(),
            "\x8A\x03"
            "999");
}

TEST_F(WebSocketTransportTest, CloseFrameIsEchoedAndEndsTheSession) {
  Start();
  stream->Arrive(ClientClose(1001, "going"));
  EXPECT_EQ(closed, "transport close");
  EXPECT_EQ(stream->TakeWritten(), "\x88\x02\x03\xE9");
  EXPECT_TRUE(stream->closed());
  loop.Run();
  EXPECT_EQ(finished, 1);
}

TEST_F(WebSocketTransportTest, CloseFrameWithoutCodeIsEchoedWithoutCode) {
  Start();
  stream->Arrive(ClientFrame(Opcode::kClose, ""));
  EXPECT_EQ(stream->TakeWritten(), "\x88\x00"s);
}

TEST_F(WebSocketTransportTest, ViolationsAreTransportErrorsWithTheirCode) {
  Start();
  stream->Arrive(ClientFrame(Opcode::kText, "4" + std::string(1000, 'x')).substr(0, 10));
  EXPECT_EQ(closed, "transport error");
  EXPECT_EQ(stream->TakeWritten().substr(2, 2), "\x03\xF1");
  EXPECT_TRUE(stream->closed());
}

TEST_F(WebSocketTransportTest, UnmaskedFrameAndBadTextHaveTheirCodes) {
  Start();
  stream->Arrive(
      "\x81\x01"
      "4");
  EXPECT_EQ(stream->TakeWritten().substr(2, 2), "\x03\xEA");
}

TEST_F(WebSocketTransportTest, TextThatIsNotUtf8IsRefusedWith1007) {
  Start();
  stream->Arrive(ClientFrame(Opcode::kText, "4\xFF"));
  EXPECT_EQ(stream->TakeWritten().substr(2, 2), "\x03\xEF");
  EXPECT_EQ(closed, "transport error");
}

TEST_F(WebSocketTransportTest, ServerCloseHasNoCode) {
  Start();
  session.Send(OutgoingPacket::Text(PacketType::kMessage, "41"));
  session.Close(CloseReason::kForcedServerClose);
  EXPECT_EQ(stream->TakeWritten(),
            "\x81\x03"
            "441\x88\x00"s);
  EXPECT_TRUE(stream->closed());
  EXPECT_EQ(finished, 0);
  loop.Run();
  EXPECT_EQ(finished, 1);
  EXPECT_EQ(closed, "forced server close");
}

TEST_F(WebSocketTransportTest, CloseInsideAMessageDropsTheRestOfTheChunk) {
  Start();
  close_on_message = true;
  stream->Arrive(ClientFrame(Opcode::kText, "4a") + ClientFrame(Opcode::kText, "4b"));
  EXPECT_EQ(received, Strings{"text:a"});
  EXPECT_EQ(closed, "forced close");
}

TEST_F(WebSocketTransportTest, CutConnectionIsATransportClose) {
  Start();
  stream->End(absl::UnavailableError("reset"));
  EXPECT_EQ(closed, "transport close");
  EXPECT_EQ(finished, 1);
}

TEST_F(WebSocketTransportTest, ParseErrorClosesWithoutCode) {
  Start();
  stream->Arrive(ClientFrame(Opcode::kText, "abc"));
  EXPECT_EQ(closed, "parse error");
  EXPECT_EQ(stream->TakeWritten(), "\x88\x00"s);
}

TEST_F(WebSocketTransportTest, OverflowCutsTheConnection) {
  options.send_queue.packets = 2;
  EngineSession small("FytboMazIiS4Ke1JAAAA", Version::kV4, &options, &loop, &scheduler, this);
  WebSocketTransport its_transport(stream, &small, 1000);
  small.Open(&its_transport, false, true);
  its_transport.Start({}, [this] { ++finished; });
  for (int i = 0; i < 3; ++i) small.Send(OutgoingPacket::Text(PacketType::kMessage, "a"));
  loop.Run();
  EXPECT_TRUE(stream->aborted);
  EXPECT_EQ(closed, "transport error");
  EXPECT_EQ(finished, 1);
}

}  // namespace
}  // namespace sail::gateway::engineio
