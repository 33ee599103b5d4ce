#include "gateway/socketio/decoder.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace sail::gateway::socketio {
namespace {

constexpr size_t kLimit = 1000;

TEST(DecoderTest, TextPacketIsDoneAtOnce) {
  Decoder decoder(kLimit);
  const auto decoded = decoder.AddText(R"(212["ev",1])");
  ASSERT_TRUE(decoded.ok() && decoded->has_value());
  EXPECT_EQ((*decoded)->packet.event, "ev");
  EXPECT_TRUE((*decoded)->attachments.empty());
}

TEST(DecoderTest, BinaryEventIsDoneWithItsLastAttachment) {
  Decoder decoder(kLimit);
  std::string text = R"(52-/adm,7["ev",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}])";
  auto decoded = decoder.AddText(text);
  text.assign(text.size(), 'x');  // the caller's buffer is gone
  ASSERT_TRUE(decoded.ok() && !decoded->has_value());
  decoded = decoder.AddBinary("one");
  ASSERT_TRUE(decoded.ok() && !decoded->has_value());
  decoded = decoder.AddBinary("");
  ASSERT_TRUE(decoded.ok() && decoded->has_value());
  const DecodedPacket& packet = **decoded;
  EXPECT_EQ(packet.packet.type, PacketType::kEvent);
  EXPECT_EQ(packet.packet.nsp, "/adm");
  EXPECT_EQ(packet.packet.id, 7u);
  EXPECT_EQ(packet.packet.event, "ev");
  EXPECT_EQ(packet.packet.args[1], R"({"_placeholder":true,"num":0})");
  EXPECT_EQ(packet.attachments, (std::vector<std::string>{"one", ""}));
}

TEST(DecoderTest, BinaryAckBecomesAnAck) {
  Decoder decoder(kLimit);
  ASSERT_TRUE(decoder.AddText(R"(61-7[{"_placeholder":true,"num":0}])").ok());
  const auto decoded = decoder.AddBinary("x");
  ASSERT_TRUE(decoded.ok() && decoded->has_value());
  EXPECT_EQ((*decoded)->packet.type, PacketType::kAck);
}

TEST(DecoderTest, IsReadyForTheNextPacketAfterABinaryOne) {
  Decoder decoder(kLimit);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(decoder.AddText(R"(51-["ev",{"_placeholder":true,"num":0}])").ok());
    const auto binary = decoder.AddBinary("x");
    ASSERT_TRUE(binary.ok() && binary->has_value());
    const auto text = decoder.AddText(R"(2["ev"])");
    ASSERT_TRUE(text.ok() && text->has_value());
  }
}

TEST(DecoderTest, TextWhileAttachmentsAreMissingIsRefused) {
  Decoder decoder(kLimit);
  ASSERT_TRUE(decoder.AddText(R"(51-["ev",{"_placeholder":true,"num":0}])").ok());
  EXPECT_FALSE(decoder.AddText(R"(2["ev"])").ok());
}

TEST(DecoderTest, UnannouncedBinaryIsRefused) {
  Decoder decoder(kLimit);
  EXPECT_FALSE(decoder.AddBinary("x").ok());
}

TEST(DecoderTest, MoreThanTenAttachmentsAreRefusedBeforeTheyCome) {
  Decoder decoder(kLimit);
  EXPECT_FALSE(decoder.AddText(R"(511-["ev"])").ok());
}

TEST(DecoderTest, BadPlaceholderIsRefused) {
  Decoder decoder(kLimit);
  ASSERT_TRUE(decoder.AddText(R"(51-["ev",{"_placeholder":true,"num":1}])").ok());
  EXPECT_FALSE(decoder.AddBinary("x").ok());
}

TEST(DecoderTest, AttachmentsOverTheLimitAreRefused) {
  Decoder decoder(kLimit);
  ASSERT_TRUE(decoder.AddText(R"(53-["ev"])").ok());
  EXPECT_TRUE(decoder.AddBinary(std::string(500, 'x')).ok());
  EXPECT_EQ(decoder.AddBinary(std::string(500, 'x')).status().code(), absl::StatusCode::kResourceExhausted);
}

// Bytes that look like packets, mutated: whatever comes, the answer is a packet, nothing or an error.
TEST(DecoderRandomTest, NoTextMakesItCrash) {
  const std::string seeds[] = {
      R"(212["ev",{"a":[1,2.5e3,"é\u00e9\n"]},null])",
      R"(52-/adm,7["ev",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])",
      R"(0/adm?foo=bar,{"token":"t"})", "4312[]", R"(61-7[{"num":0,"_placeholder":true}])"};
  int packets = 0, errors = 0;
  for (uint32_t seed = 0; seed < 20000; ++seed) {
    std::mt19937 random(seed);
    std::string text = seeds[random() % std::size(seeds)];
    for (uint32_t edits = random() % 4; edits > 0; --edits) {
      const size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.insert(at, 1, "[]{}\",:-0123456789/\\ue"[random() % 22]);
          break;
        default:
          text.erase(at, 1 + random() % 3);
      }
      if (text.empty()) text = "2";
    }
    Decoder decoder(kLimit);
    auto decoded = decoder.AddText(text);
    for (int i = 0; i < 12 && decoded.ok() && !decoded->has_value(); ++i) decoded = decoder.AddBinary("abc");
    if (decoded.ok()) {
      ASSERT_TRUE(decoded->has_value());
      ++packets;
    } else {
      ++errors;
    }
  }
  EXPECT_GT(packets, 2000);
  EXPECT_GT(errors, 2000);
}

}  // namespace
}  // namespace sail::gateway::socketio
