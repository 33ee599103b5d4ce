#include "gateway/peers/tunnel_stream.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "gateway/engineio/manual_event_loop.h"

namespace sail::gateway {
namespace {

struct FakeWire : TunnelWire {
  void SendData(SharedBytes bytes) override { sent += *bytes; }
  void SendTaken(size_t bytes) override { taken += bytes; }
  void Finish() override { finished = true; }
  void Cut() override { cut = true; }

  std::string sent;
  size_t taken = 0;
  bool finished = false;
  bool cut = false;
};

class TunnelStreamTest : public ::testing::Test {
 protected:
  void Start() {
    stream->Start({.on_bytes = [this](std::string_view bytes) { read += bytes; },
                   .on_close = [this](absl::Status status) { closed = status.ToString(); },
                   .on_drained = [this] { ++drained; }});
  }

  ManualEventLoop loop;
  std::shared_ptr<FakeWire> wire = std::make_shared<FakeWire>();
  std::shared_ptr<TunnelStream> stream = std::make_shared<TunnelStream>(loop, wire, "10.0.0.1");
  std::string read;
  std::string closed = "open";
  int drained = 0;
};

TEST_F(TunnelStreamTest, WhatIsWrittenInATurnLeavesAtItsEnd) {
  Start();
  stream->Write(MakeSharedBytes("one "));
  stream->Write(MakeSharedBytes("two"));
  EXPECT_EQ(wire->sent, "");
  EXPECT_EQ(stream->queued_bytes(), 7u);
  loop.Run();
  EXPECT_EQ(wire->sent, "one two");
  EXPECT_EQ(stream->queued_bytes(), 7u);
}

TEST_F(TunnelStreamTest, IsDrainedWhenTheClientHasTakenEverything) {
  Start();
  stream->Write(MakeSharedBytes("12345"));
  stream->Flush();
  stream->OnTaken(3);
  EXPECT_EQ(drained, 0);
  stream->OnTaken(2);
  EXPECT_EQ(drained, 1);
  EXPECT_EQ(stream->queued_bytes(), 0u);
  EXPECT_EQ(stream->sent_bytes(), 5u);
}

TEST_F(TunnelStreamTest, BytesWaitForTheStartAndForAPausedReader) {
  stream->OnData("early ");
  EXPECT_EQ(wire->taken, 0u);
  Start();
  loop.Run();
  EXPECT_EQ(read, "early ");
  EXPECT_EQ(wire->taken, 6u);
  stream->PauseReading();
  stream->OnData("late");
  loop.Run();
  EXPECT_EQ(read, "early ");
  EXPECT_EQ(wire->taken, 6u);
  stream->ResumeReading();
  loop.Run();
  EXPECT_EQ(read, "early late");
  EXPECT_EQ(wire->taken, 10u);
}

TEST_F(TunnelStreamTest, CutsAnEndThatSendsMoreThanItMay) {
  Start();
  stream->PauseReading();
  stream->OnData(std::string(kTunnelWindow, 'x'));
  EXPECT_FALSE(wire->cut);
  stream->OnData("x");
  loop.Run();
  EXPECT_TRUE(wire->cut);
  EXPECT_NE(closed, "open");
}

TEST_F(TunnelStreamTest, TheClientsEndComesBehindItsBytes) {
  Start();
  stream->PauseReading();
  stream->OnData("last");
  stream->OnEnd(absl::OkStatus());
  loop.Run();
  EXPECT_EQ(closed, "open");
  stream->ResumeReading();
  loop.Run();
  EXPECT_EQ(read, "last");
  EXPECT_EQ(closed, "OK");
  EXPECT_TRUE(wire->cut);
}

TEST_F(TunnelStreamTest, CloseSendsWhatIsQueuedFirst) {
  Start();
  stream->Write(MakeSharedBytes("bye"));
  stream->Close();
  EXPECT_EQ(wire->sent, "bye");
  EXPECT_TRUE(wire->finished);
  EXPECT_FALSE(wire->cut);
  stream->OnData("too late");
  EXPECT_EQ(wire->taken, 8u);
  stream->OnEnd(absl::OkStatus());
  loop.Run();
  EXPECT_EQ(closed, "CANCELLED: closed");
  EXPECT_EQ(read, "");
  EXPECT_EQ(loop.timers(), 0u);
}

TEST_F(TunnelStreamTest, AClientThatTakesNothingAfterCloseIsCut) {
  Start();
  stream->Close();
  loop.Advance(absl::ToChronoMilliseconds(TunnelStream::kLinger));
  EXPECT_TRUE(wire->cut);
  EXPECT_EQ(closed, "CANCELLED: closed");
}

TEST_F(TunnelStreamTest, AbortAndTheEndOfTheStreamCutWithoutACall) {
  Start();
  stream->Abort();
  stream->OnEnd(absl::OkStatus());
  loop.Run();
  EXPECT_TRUE(wire->cut);
  EXPECT_EQ(closed, "open");

  auto other_wire = std::make_shared<FakeWire>();
  std::make_shared<TunnelStream>(loop, other_wire, "").reset();
  EXPECT_TRUE(other_wire->cut);
}

}  // namespace
}  // namespace sail::gateway
