#include "gateway/socketio/packet.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gateway/socketio/encoded_packet.h"
#include "gateway/socketio/placeholders.h"

namespace sail::gateway::socketio {
namespace {

// Everything of a packet in one line, so that a table can say what is expected.
std::string Describe(std::string_view text) {
  const auto packet = ParsePacket(text);
  if (!packet.ok()) return "refused";
  std::string out = std::to_string(static_cast<int>(packet->type)) + " " + std::string(packet->nsp);
  if (packet->id) out += " #" + std::to_string(*packet->id);
  if (packet->attachments > 0) out += " +" + std::to_string(packet->attachments);
  if (!packet->event.empty()) out += " " + packet->event;
  for (const std::string_view arg : packet->args) out += " <" + std::string(arg) + ">";
  if (packet->type == PacketType::kConnect && !packet->payload.empty())
    out += " " + std::string(packet->payload);
  return out;
}

struct Case {
  std::string text;
  std::string expected;
};

TEST(ParsePacketTest, ReadsWhatClientsSend) {
  const Case cases[] = {
      {"0", "0 /"},
      {R"(0{"token":"t"})", R"(0 / {"token":"t"})"},
      {"0{}", "0 / {}"},
      {R"(0/adm,{"k":1})", R"(0 /adm {"k":1})"},
      {"0/custom", "0 /custom"},
      {"0/adm,", "0 /adm"},
      {"0/adm?foo=bar,", "0 /adm?foo=bar"},
      {"0/adm?foo=bar", "0 /adm?foo=bar"},
      {"1", "1 /"},
      {"1/adm,", "1 /adm"},
      {"1/adm", "1 /adm"},
      {R"(2["ev",1])", "2 / ev <1>"},
      {R"(2["ev"])", "2 / ev"},
      {R"(212["ev",1])", "2 / #12 ev <1>"},
      {R"(20["ev"])", "2 / #0 ev"},
      {R"(2007["ev"])", "2 / #7 ev"},
      {R"(2/adm,7["ev"])", "2 /adm #7 ev"},
      {R"(2/,["ev"])", "2 / ev"},
      {R"(2[ "ev" , {"a": [1, 2]} ,null ])", R"(2 / ev <{"a": [1, 2]}> <null>)"},
      {R"(2["\u0065v\n","é€😀"])", "2 / ev\n <\"é€😀\">"},
      {"2[1,\"x\"]", "2 / 1 <\"x\">"},
      {"2[-1.50]", "2 / -1.5"},
      {R"(2["ev",{"_placeholder":true,"num":0}])", R"(2 / ev <{"_placeholder":true,"num":0}>)"},
      {"29007199254740991[\"ev\"]", "2 / #9007199254740991 ev"},
      {R"(312["ok"])", "3 / #12 <\"ok\">"},
      {"312[]", "3 / #12"},
      {"3[]", "3 /"},
      {"3/adm,7[1,2]", "3 /adm #7 <1> <2>"},
      {R"(4{"message":"x"})", "4 /"},
      {R"(4"x")", "4 /"},
      {R"(51-["ev",{"_placeholder":true,"num":0}])", R"(5 / +1 ev <{"_placeholder":true,"num":0}>)"},
      {R"(52-/adm,7["ev"])", "5 /adm #7 +2 ev"},
      {R"(510-["ev"])", "5 / +10 ev"},
      {"61-7[1]", "6 / #7 +1 <1>"},
      {R"(20["get",{"method":"get","headers":{},"data":{},"url":"/user?x=1"}])",
       R"(2 / #0 get <{"method":"get","headers":{},"data":{},"url":"/user?x=1"}>)"},
  };
  for (const Case& c : cases) EXPECT_EQ(Describe(c.text), c.expected) << c.text;
}

TEST(ParsePacketTest, RefusesWhatTheDecoderOfNodeRefuses) {
  const std::string deep = "2[\"ev\"," + std::string(64, '[') + std::string(64, ']') + "]";
  const std::string bad[] = {
      "",
      "7",
      "9[]",
      "a",
      "-1",
      " 2[\"ev\"]",
      "\xC3\xA9",
      // CONNECT
      "0[]",
      "0[1]",
      "0\"x\"",
      "01[]",
      "0null",
      "0true",
      "0{",
      "0{}x",
      "0/adm,[]",
      // DISCONNECT
      "1{}",
      "1[]",
      "1\"x\"",
      "1/adm,{}",
      // EVENT
      "2",
      "2/adm,",
      "212",
      "2{}",
      "2\"ev\"",
      "2[]",
      "2[null]",
      "2[true]",
      "2[{}]",
      "2[[]]",
      "2[\"ev\"",
      "2[\"ev\",]",
      "2[\"ev\"]x",
      "2[\"ev\",undefined]",
      "2[\"ev\" 1]",
      "2['ev']",
      "2[\"ev\\x\"]",
      "2[\"connect\"]",
      "2[\"connect_error\"]",
      "2[\"disconnect\"]",
      "2[\"disconnecting\"]",
      "2[\"newListener\"]",
      "2[\"removeListener\"]",
      "2[\"\\u0063onnect\"]",
      "29007199254740992[\"ev\"]",
      "299999999999999999999999[\"ev\"]",
      deep,
      // ACK
      "3",
      "312",
      "312{}",
      "312\"x\"",
      "312[",
      "3121",
      // CONNECT_ERROR
      "4",
      "4x",
      // attachments
      "5[\"ev\"]",
      "5-[\"ev\"]",
      "50-[\"ev\"]",
      "511-[\"ev\"]",
      "599-[\"ev\"]",
      "5x-[\"ev\"]",
      "51[\"ev\"]",
      "51.5-[\"ev\"]",
      "5-1-[\"ev\"]",
      "5+1-[\"ev\"]",
      "51e0-[\"ev\"]",
      "51",
      "51-",
      "5 1-[\"ev\"]",
      "599999999999999999999-[\"ev\"]",
      "61-",
      "60-7[]",
      "611-7[]",
      "51-[]",
      "51-[\"connect\"]",
      "61-7{}",
  };
  for (const std::string& text : bad) EXPECT_EQ(Describe(text), "refused") << text;
}

TEST(ParsePacketTest, NamesThatOnlyResembleReservedOnesPass) {
  for (const std::string name : {"Connect", "connection", "error", "ping", "message", ""}) {
    EXPECT_TRUE(ParsePacket("2[\"" + name + "\"]").ok()) << name;
  }
}

TEST(PlaceholdersTest, EachMustNameAnAttachment) {
  const std::string good[] = {
      R"(["ev"])",
      R"(["ev",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])",
      R"(["ev",{"_placeholder":true,"num":1},{"_placeholder":true,"num":1}])",
      R"(["ev",{"a":[{"b":{"num":0,"_placeholder":true,"more":[1]}}]}])",
      R"(["ev",{"_placeholder":false,"num":9}])",
      R"(["ev",{"_placeholder":"true","num":9}])",
      R"(["ev",{"_placeholder":1}])",
      R"(["ev",{"_placeholder":true,"_placeholder":false}])",
      R"(["ev",{"num":9}])",
      R"(["ev","{\"_placeholder\":true,\"num\":9}"])",
      R"(["ev",{"_placeholder": true , "num" : 1.0 }])",
      R"(["_placeholder",true,"num",9])",
      R"(["ev",{"x":{"num":7},"_placeholder":true,"num":0}])",
      R"(["ev\\",{"\\":"\"","_placeholder":true,"num":0}])",
  };
  for (const std::string& json : good) EXPECT_TRUE(CheckPlaceholders(json, 2).ok()) << json;
  const std::string bad[] = {
      R"(["ev",{"_placeholder":true}])",
      R"(["ev",{"_placeholder":true,"num":2}])",
      R"(["ev",{"_placeholder":true,"num":-1}])",
      R"(["ev",{"_placeholder":true,"num":0.5}])",
      R"(["ev",{"_placeholder":true,"num":1e99}])",
      R"(["ev",{"_placeholder":true,"num":"0"}])",
      R"(["ev",{"_placeholder":true,"num":null}])",
      R"(["ev",{"_placeholder":true,"num":[0]}])",
      R"(["ev",{"_placeholder":true,"num":0,"num":5}])",
      R"(["ev",[[{"a":{"_placeholder":true,"num":9}}]]])",
      R"(["ev",{"\u005fplaceholder":true,"num":9}])",
      R"(["ev",{"_placeholder":true,"x":{"num":0}}])",
      R"([{"a":1,"_placeholder":true,"b":2}])",
  };
  for (const std::string& json : bad) EXPECT_FALSE(CheckPlaceholders(json, 2).ok()) << json;
}

std::string TextOf(const EncodedPacket& packet) { return std::string(packet.text.payload()); }

TEST(EncodedPacketTest, WritesTheVectorsOfTheProtocol) {
  EXPECT_EQ(TextOf(EncodePlain(PacketType::kConnect, "/")), "40");
  EXPECT_EQ(TextOf(EncodePlain(PacketType::kConnect, "/adm")), "40/adm,");
  EXPECT_EQ(TextOf(EncodePlain(PacketType::kConnect, "/", R"({"sid":"x"})")), R"(40{"sid":"x"})");
  EXPECT_EQ(TextOf(EncodePlain(PacketType::kConnectError, "/random", R"({"message":"Invalid namespace"})")),
            R"(44/random,{"message":"Invalid namespace"})");
  EXPECT_EQ(TextOf(EncodePlain(PacketType::kDisconnect, "/")), "41");
  EXPECT_EQ(TextOf(EncodePlain(PacketType::kDisconnect, "/adm")), "41/adm,");
  EXPECT_EQ(TextOf(EncodeEvent("/", R"(["ev",1])")), R"(42["ev",1])");
  EXPECT_EQ(TextOf(EncodeEvent("/", R"(["ev",1])", {}, 12)), R"(4212["ev",1])");
  EXPECT_EQ(TextOf(EncodeEvent("/adm", R"(["ev"])", {}, 7)), R"(42/adm,7["ev"])");
  EXPECT_EQ(TextOf(EncodeAck("/", 12, R"(["ok"])")), R"(4312["ok"])");
  EXPECT_EQ(TextOf(EncodeAck("/", 12, "[]")), "4312[]");
  EXPECT_EQ(TextOf(EncodeEvent("/", R"(["ev",{"_placeholder":true,"num":0}])", {"\x01"})),
            R"(451-["ev",{"_placeholder":true,"num":0}])");
  EXPECT_EQ(TextOf(EncodeEvent("/adm", R"(["ev"])", {"a", "b"}, 7)), R"(452-/adm,7["ev"])");
  EXPECT_EQ(TextOf(EncodeAck("/", 7, "[1]", {"a"})), "461-7[1]");
}

TEST(EncodedPacketTest, WhatIsEncodedIsParsedAlike) {
  for (const std::string nsp : {"/", "/adm"}) {
    for (const std::optional<uint64_t> id :
         {std::optional<uint64_t>(), std::optional<uint64_t>(0), std::optional<uint64_t>(77)}) {
      for (const size_t attachments : {0, 1, 10}) {
        const EncodedPacket encoded =
            EncodeEvent(nsp, R"(["ev",{"a":1}])", std::vector<std::string>(attachments, "x"), id);
        const auto packet = ParsePacket(encoded.text.payload().substr(1));
        ASSERT_TRUE(packet.ok());
        EXPECT_EQ(packet->nsp, nsp);
        EXPECT_EQ(packet->id, id);
        EXPECT_EQ(packet->attachments, static_cast<int>(attachments));
        EXPECT_EQ(packet->event, "ev");
        EXPECT_EQ(encoded.attachments.size(), attachments);
      }
    }
  }
}

TEST(EncodedPacketTest, EventPayloadEscapesTheNameOnly) {
  EXPECT_EQ(EventPayload("a\"b", {"1", R"({"x":"y"})"}), R"(["a\"b",1,{"x":"y"}])");
  EXPECT_EQ(EventPayload("ev", {}), R"(["ev"])");
}

}  // namespace
}  // namespace sail::gateway::socketio
