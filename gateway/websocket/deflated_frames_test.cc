// Compressed messages through the frame parser.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "gateway/websocket/client_frames.h"
#include "gateway/websocket/frame_parser.h"
#include "gateway/websocket/message_deflate.h"

namespace sail::gateway::websocket {
namespace {

using Strings = std::vector<std::string>;

constexpr size_t kLimit = 100'000;
constexpr int kProtocolError = static_cast<int>(CloseCode::kProtocolError);

struct Recorder : FrameHandler {
  void OnText(std::string_view text) override { events.push_back("text:" + std::string(text)); }
  void OnBinary(std::string_view bytes) override { events.push_back("binary:" + std::string(bytes)); }
  void OnPing(std::string_view) override { events.push_back("ping"); }
  void OnPong(std::string_view) override {}
  void OnClose(CloseCode, std::string_view) override {}
  Strings events;
};

// A frame with its reserved bit 1 set.
std::string Deflated(Opcode opcode, std::string_view payload, bool fin = true) {
  std::string frame = ClientFrame(opcode, payload, fin);
  frame[0] = static_cast<char>(frame[0] | 0x40);
  return frame;
}

// What the bytes are, with the close code of a violation at the end.
Strings Parse(std::string bytes, bool negotiated = true, size_t chunk = 0) {
  Recorder recorder;
  FrameParser parser(kLimit, &recorder);
  if (negotiated) parser.AllowDeflate();
  if (chunk == 0) chunk = bytes.size();
  for (size_t at = 0; at < bytes.size(); at += chunk) {
    const auto violation = parser.Feed(bytes.data() + at, std::min(chunk, bytes.size() - at));
    if (violation) recorder.events.push_back(std::to_string(static_cast<int>(violation->code)));
  }
  return recorder.events;
}

TEST(DeflatedFramesTest, MessagesAreUnpacked) {
  const std::string text(5000, 'x');
  for (const size_t chunk : {0, 1, 7}) {
    EXPECT_EQ(
        Parse(Deflated(Opcode::kText, DeflateMessage(text)) +
                  Deflated(Opcode::kBinary, DeflateMessage("\xff\x01")) + ClientFrame(Opcode::kText, "plain"),
              true, chunk),
        (Strings{"text:" + text, "binary:\xff\x01", "text:plain"}));
  }
}

TEST(DeflatedFramesTest, FragmentsCarryTheBitOnTheFirstOnly) {
  const std::string payload = DeflateMessage("in three pieces");
  EXPECT_EQ(Parse(Deflated(Opcode::kText, payload.substr(0, 3), false) + ClientFrame(Opcode::kPing, "") +
                  ClientFrame(Opcode::kContinuation, payload.substr(3, 4), false) +
                  ClientFrame(Opcode::kContinuation, payload.substr(7))),
            (Strings{"ping", "text:in three pieces"}));
  EXPECT_EQ(Parse(Deflated(Opcode::kText, payload.substr(0, 3), false) +
                  Deflated(Opcode::kContinuation, payload.substr(3))),
            Strings{std::to_string(kProtocolError)});
}

TEST(DeflatedFramesTest, TheBitMeansNothingElse) {
  const std::string payload = DeflateMessage("x");
  EXPECT_EQ(Parse(Deflated(Opcode::kText, payload), /*negotiated=*/false), Strings{"1002"});
  EXPECT_EQ(Parse(Deflated(Opcode::kPing, "x")), Strings{"1002"});
  std::string other_bit = Deflated(Opcode::kText, payload);
  other_bit[0] = static_cast<char>(other_bit[0] | 0x20);
  EXPECT_EQ(Parse(other_bit), Strings{"1002"});
}

TEST(DeflatedFramesTest, ABombIsTooBig) {
  const std::string bomb = DeflateMessage(std::string(20'000'000, 'x'));
  ASSERT_LT(bomb.size(), kLimit);
  EXPECT_EQ(Parse(Deflated(Opcode::kBinary, bomb)), Strings{"1009"});
}

TEST(DeflatedFramesTest, WhatCannotBeUnpackedOrIsNotUtf8IsRefused) {
  EXPECT_EQ(Parse(Deflated(Opcode::kText, "\xff\xff\xff\xff")), Strings{"1007"});
  EXPECT_EQ(Parse(Deflated(Opcode::kText, DeflateMessage("\xc3\x28"))), Strings{"1007"});
  EXPECT_EQ(Parse(Deflated(Opcode::kText, DeflateMessage("cut \xc3"))), Strings{"1007"});
}

}  // namespace
}  // namespace sail::gateway::websocket
