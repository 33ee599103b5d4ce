#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/bench/client_frames.h"
#include "tests/bench/redis_publisher.h"
#include "tests/bench/samples.h"

namespace sail::bench {
namespace {

TEST(TextFrameTest, IsMaskedAndHasItsLength) {
  EXPECT_EQ(TextFrame("40"), std::string("\x81\x82\0\0\0\0"
                                         "40",
                                         8));
  std::string longer = TextFrame(std::string(300, 'x'));
  EXPECT_EQ(longer.substr(0, 4), std::string("\x81\xfe\x01\x2c", 4));
  EXPECT_EQ(longer.size(), 8u + 300u);
}

TEST(FrameReaderTest, FindsFramesHoweverTheBytesArrive) {
  std::string stream =
      "\x81\x02"
      "40"
      "\x81\x7e" +
      std::string("\0\xc8", 2) + std::string(200, 'y') +
      "\x81\x01"
      "2";
  FrameReader reader;
  std::string seen;
  for (char byte : stream) {
    reader.Append(std::string_view(&byte, 1));
    uint8_t opcode = 0;
    std::string_view payload;
    while (reader.Next(&opcode, &payload) == FrameReader::Result::kFrame) {
      EXPECT_EQ(opcode, 1);
      seen.append(payload).append("|");
    }
  }
  EXPECT_EQ(seen, "40|" + std::string(200, 'y') + "|2|");
}

TEST(FrameReaderTest, RefusesMaskedFragmentedAndHugeFrames) {
  for (std::string_view bytes : {std::string_view("\x81\x81\0\0\0\0x", 7), std::string_view("\x01\x01x", 3),
                                 std::string_view("\x81\x7f\0\0\0\x01\0\0\0\0", 10)}) {
    FrameReader reader;
    reader.Append(bytes);
    uint8_t opcode = 0;
    std::string_view payload;
    EXPECT_EQ(reader.Next(&opcode, &payload), FrameReader::Result::kBroken);
  }
}

TEST(EmitterMessageTest, IsWhatTheRedisEmitterSends) {
  EXPECT_EQ(EmitterMessage("r1", "ev", "x"),
            "\x93\xa7"
            "emitter\x83\xa4type\x02\xa4"
            "data\x92\xa2"
            "ev\xa1x\xa3nsp\xa1/"
            "\x83\xa5rooms\x91\xa2r1\xa5"
            "flags\x80\xa6"
            "except\x90");
  EXPECT_EQ(RoomChannel("socket.io", "r1"), "socket.io#/#r1#");
}

TEST(SamplesTest, PercentilesAreOfWhatWasAdded) {
  Samples samples;
  EXPECT_EQ(samples.Percentile(0.5), 0u);
  for (uint64_t value = 100; value >= 1; --value) samples.Add(value);
  EXPECT_EQ(samples.count(), 100u);
  EXPECT_EQ(samples.Percentile(0.5), 50u);
  EXPECT_EQ(samples.Percentile(1.0), 100u);
}

}  // namespace
}  // namespace sail::bench
