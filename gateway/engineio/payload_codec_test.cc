#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "gateway/engineio/payload_codec_v3.h"
#include "gateway/engineio/payload_codec_v4.h"

namespace sail::gateway::engineio {
namespace {

using std::string_literals::operator""s;
using Strings = std::vector<std::string>;

OutgoingPacket Text(std::string_view text) { return OutgoingPacket::RawText(text); }

Strings Decoded(const std::optional<std::vector<PayloadPacketV3>>& packets) {
  if (!packets) return {"refused"};
  Strings lines;
  for (const PayloadPacketV3& packet : *packets) {
    lines.push_back((packet.is_binary ? "binary:" : "") + std::string(packet.data));
  }
  return lines;
}

TEST(PayloadCodecV4Test, JoinsPacketsByTheRecordSeparator) {
  EXPECT_EQ(EncodePayloadV4({Text(R"(40{"sid":"x"})"), Text(R"(42["hello",{"x":1}])")}),
            "40{\"sid\":\"x\"}\x1e"
            "42[\"hello\",{\"x\":1}]");
  EXPECT_EQ(EncodePayloadV4({Text("6")}), "6");
  EXPECT_EQ(EncodePayloadV4({}), "");
}

TEST(PayloadCodecV4Test, BinaryIsBase64WithoutTypeDigit) {
  EXPECT_EQ(EncodePayloadV4({Text("4hello"), OutgoingPacket::Binary(BinaryForm::kRaw, "\x01\x02\x03\x04")}),
            "4hello\x1e"
            "bAQIDBA==");
  EXPECT_EQ(EncodePayloadV4({OutgoingPacket::Binary(BinaryForm::kBase64, "\x01\x02\x03")}), "bAQID");
}

TEST(PayloadCodecV4Test, SplitsBodies) {
  using Views = std::vector<std::string_view>;
  EXPECT_EQ(DecodePayloadV4("4test1\x1e"
                            "4test2\x1e"
                            "4test3"),
            (Views{"4test1", "4test2", "4test3"}));
  EXPECT_EQ(DecodePayloadV4("40"), Views{"40"});
  EXPECT_EQ(DecodePayloadV4(""), Views{""});
  EXPECT_EQ(DecodePayloadV4("\x1e"), (Views{"", ""}));
}

TEST(PayloadCodecV3Test, LengthsAreUtf16CodeUnits) {
  EXPECT_EQ(EncodePayloadV3({Text("420[\"echo\",\"é€😀\"]")}).body, "18:420[\"echo\",\"é€😀\"]");
  EXPECT_EQ(EncodePayloadV3({Text("40"), Text("42[\"hello\",{\"x\":1}]")}).body,
            "2:4019:42[\"hello\",{\"x\":1}]");
  EXPECT_EQ(EncodePayloadV3({}).body, "0:");
}

TEST(PayloadCodecV3Test, BinaryInTextHasATypeDigit) {
  const PayloadV3 payload =
      EncodePayloadV3({OutgoingPacket::Binary(BinaryForm::kTypedBase64, "\x01\x02\x03")});
  EXPECT_EQ(payload.body, "6:b4AQID");
  EXPECT_FALSE(payload.is_binary);
}

TEST(PayloadCodecV3Test, BinaryMakesTheWholePayloadBinary) {
  const PayloadV3 payload =
      EncodePayloadV3({Text("4hello"), OutgoingPacket::Binary(BinaryForm::kTyped, "\x01\x02\x03\x04")});
  EXPECT_TRUE(payload.is_binary);
  EXPECT_EQ(payload.body, "\x00\x06\xff\x34\x68\x65\x6c\x6c\x6f\x01\x05\xff\x04\x01\x02\x03\x04"s);
  const PayloadV3 longer =
      EncodePayloadV3({Text("4é"), OutgoingPacket::Binary(BinaryForm::kTyped, std::string(122, 'x'))});
  EXPECT_EQ(longer.body, "\x00\x03\xff"s + "4é" + "\x01\x01\x02\x03\xff\x04" + std::string(122, 'x'));
}

TEST(PayloadCodecV3Test, DecodesTextPayloads) {
  EXPECT_EQ(Decoded(DecodeTextPayloadV3("18:420[\"echo\",\"é€😀\"]")), Strings{"420[\"echo\",\"é€😀\"]"});
  EXPECT_EQ(Decoded(DecodeTextPayloadV3("6:4hello6:b4AQID1:2")), (Strings{"4hello", "b4AQID", "2"}));
  EXPECT_EQ(Decoded(DecodeTextPayloadV3("0:")), Strings{});
  EXPECT_EQ(Decoded(DecodeTextPayloadV3("3:4😀1:2")), (Strings{"4😀", "2"}));
}

TEST(PayloadCodecV3Test, RefusesOtherText) {
  for (const std::string& bad :
       {""s, "4hello"s, ":"s, ":4"s, "1"s, "2:4"s, "1:"s, "x:4"s, "-1:4"s, "+1:4"s, " 1:4"s, "1:4x"s,
        "2:😀4"s + "1:x"s, "1:😀"s, "1:\xFF"s, "99999999999:4"s, "18446744073709551617:4"s, "1:42:4"s}) {
    EXPECT_EQ(Decoded(DecodeTextPayloadV3(bad)), Strings{"refused"}) << bad;
  }
}

TEST(PayloadCodecV3Test, DecodesBinaryPayloads) {
  EXPECT_EQ(
      Decoded(DecodeBinaryPayloadV3("\x00\x06\xff\x34\x68\x65\x6c\x6c\x6f\x01\x05\xff\x04\x01\x02\x03\x04"s)),
      (Strings{"4hello", "binary:\x04\x01\x02\x03\x04"}));
  EXPECT_EQ(
      Decoded(DecodeBinaryPayloadV3("\x00\x03\xff"s + "4é" + "\x01\x01\x00\xff"s + std::string(10, '\x04'))),
      (Strings{"4é", "binary:" + std::string(10, '\x04')}));
}

TEST(PayloadCodecV3Test, RefusesOtherBinary) {
  for (const std::string& bad : {""s, "\x02\x01\xff"s + "4", "\x00\xff"s + "4", "\x00\x01"s,
                                 "\x00\x02\xff"s + "4", "\x00\x0a\xff"s + "0123456789", "\x00\x01\xff\xff"s,
                                 "\x00"s + std::string(11, '\x00') + "\xff"s, "\x01"s, "6:4hello"s}) {
    EXPECT_EQ(Decoded(DecodeBinaryPayloadV3(bad)), Strings{"refused"});
  }
}

TEST(PayloadCodecRandomTest, WhatIsEncodedIsDecodedAlike) {
  const char* const alphabet[] = {"a", "4", ":", "é", "€", "😀", "\""};
  for (uint32_t seed = 0; seed < 2000; ++seed) {
    std::mt19937 random(seed);
    std::vector<OutgoingPacket> packets;
    Strings expected;
    const bool with_binary = random() % 2 == 0;
    for (size_t count = 1 + random() % 5; count > 0; --count) {
      std::string text = "4";
      for (size_t i = random() % 40; i > 0; --i) text += alphabet[random() % std::size(alphabet)];
      if (with_binary && random() % 2 == 0) {
        packets.push_back(OutgoingPacket::Binary(BinaryForm::kTyped, text));
        expected.push_back("binary:\x04" + text);
      } else {
        packets.push_back(Text(text));
        expected.push_back(text);
      }
    }
    const PayloadV3 payload = EncodePayloadV3(packets);
    ASSERT_EQ(
        Decoded(payload.is_binary ? DecodeBinaryPayloadV3(payload.body) : DecodeTextPayloadV3(payload.body)),
        expected)
        << seed;
    std::string spoilt = payload.body;
    spoilt[random() % spoilt.size()] = static_cast<char>(random());
    (void)DecodeTextPayloadV3(spoilt);
    (void)DecodeBinaryPayloadV3(spoilt);
  }
}

}  // namespace
}  // namespace sail::gateway::engineio
