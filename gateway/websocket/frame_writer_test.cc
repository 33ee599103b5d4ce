#include "gateway/websocket/frame_writer.h"

#include <gtest/gtest.h>

#include <string>

namespace sail::gateway::websocket {
namespace {

using std::string_literals::operator""s;

TEST(FrameWriterTest, WritesTheExamplesOfTheRfc) {
  EXPECT_EQ(EncodeFrame(Opcode::kText, "Hello"), "\x81\x05Hello");
  EXPECT_EQ(EncodeFrame(Opcode::kPing, "Hello"), "\x89\x05Hello");
  EXPECT_EQ(EncodeFrame(Opcode::kBinary, std::string(256, 'x')), "\x82\x7E\x01\x00"s + std::string(256, 'x'));
  EXPECT_EQ(EncodeFrame(Opcode::kBinary, std::string(65536, 'x')),
            "\x82\x7F\x00\x00\x00\x00\x00\x01\x00\x00"s + std::string(65536, 'x'));
}

TEST(FrameWriterTest, LengthTakesItsShortestForm) {
  EXPECT_EQ(EncodeFrame(Opcode::kText, std::string(125, 'x')).substr(0, 2), "\x81\x7D");
  EXPECT_EQ(EncodeFrame(Opcode::kText, std::string(126, 'x')).substr(0, 4), "\x81\x7E\x00\x7E"s);
  EXPECT_EQ(EncodeFrame(Opcode::kText, std::string(65535, 'x')).substr(0, 4), "\x81\x7E\xFF\xFF"s);
  for (const size_t size : {0, 125, 126, 65535, 65536}) {
    EXPECT_EQ(EncodeFrame(Opcode::kText, std::string(size, 'x')).size(), FrameHeaderSize(size) + size);
  }
}

TEST(FrameWriterTest, PrefixAndPayloadAreOnePayload) {
  EXPECT_EQ(EncodeFrame(Opcode::kText, "4", "2[\"ev\"]"), "\x81\x08"s + "42[\"ev\"]");
  EXPECT_EQ(*EncodeSharedFrame(Opcode::kBinary, "\x04", "\x01\x02"), "\x82\x03\x04\x01\x02");
}

TEST(FrameWriterTest, CloseFrames) {
  EXPECT_EQ(EncodeCloseFrame(CloseCode::kNone), "\x88\x00"s);
  EXPECT_EQ(EncodeCloseFrame(CloseCode::kNone, "ignored"), "\x88\x00"s);
  EXPECT_EQ(EncodeCloseFrame(CloseCode::kMessageTooBig), "\x88\x02\x03\xF1");
  EXPECT_EQ(EncodeCloseFrame(CloseCode::kNormal, "bye"), "\x88\x05\x03\xE8"s + "bye");
}

TEST(FrameWriterTest, LongCloseReasonIsCutAtACharacter) {
  const std::string reason = std::string(122, 'x') + "\xC3\xA9";
  EXPECT_EQ(EncodeCloseFrame(CloseCode::kNormal, reason), "\x88\x7C\x03\xE8"s + std::string(122, 'x'));
}

}  // namespace
}  // namespace sail::gateway::websocket
