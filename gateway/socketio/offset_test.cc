#include "gateway/socketio/offset.h"

#include <gtest/gtest.h>

namespace sail::gateway::socketio {
namespace {

using engineio::OutgoingPacket;

TEST(OffsetTest, IsReadBackAsItWasWritten) {
  for (const uint64_t position : {uint64_t{0}, uint64_t{1}, uint64_t{1'795'331'871'126'000}}) {
    EXPECT_EQ(FormatOffset(position).size(), 12u);
    EXPECT_EQ(ParseOffset(FormatOffset(position)), position);
  }
}

TEST(OffsetTest, SortsAsThePositionsDo) { EXPECT_LT(FormatOffset(35), FormatOffset(36)); }

TEST(OffsetTest, StringsOfAnybodyElseAreNone) {
  for (const char* text : {"", "hello", "s", "s0000000000", "s000000000000", "S00000000000", "s0000000000A",
                           "1795331871126-0", "Q8284FS"}) {
    EXPECT_EQ(ParseOffset(text), std::nullopt) << text;
  }
}

TEST(OffsetTest, GoesBehindTheLastArgument) {
  EXPECT_EQ(AppendOffset(OutgoingPacket::RawText("42[\"x\",{\"a\":[1]}]"), 36).payload(),
            "42[\"x\",{\"a\":[1]},\"s00000000010\"]");
  EXPECT_EQ(AppendOffset(OutgoingPacket::RawText("451-/adm,[\"x\"] "), 0).payload(),
            "451-/adm,[\"x\",\"s00000000000\"]");
}

}  // namespace
}  // namespace sail::gateway::socketio
