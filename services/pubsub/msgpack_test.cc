#include "services/pubsub/msgpack.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "services/pubsub/msgpack_json.h"

namespace sail::pubsub {
namespace {

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    char two[3];
    snprintf(two, sizeof two, "%02x", static_cast<uint8_t>(c));
    hex += two;
  }
  return hex;
}

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

std::string Encoded(std::string_view json, const std::vector<std::string_view>& attachments = {}) {
  std::string bytes;
  MsgpackWriter writer(&bytes);
  const absl::Status status = JsonToMsgpack(json, attachments, &writer);
  return status.ok() ? Hex(bytes) : std::string(status.message());
}

std::string Decoded(std::string_view hex, std::vector<std::string>* attachments = nullptr) {
  const std::string bytes = FromHex(hex);
  MsgpackReader reader(bytes);
  std::string json;
  std::vector<std::string> mine;
  const absl::Status status = MsgpackToJson(&reader, &json, attachments != nullptr ? attachments : &mine);
  if (!status.ok()) return "error";
  EXPECT_TRUE(reader.at_end()) << hex;
  return json;
}

struct Pair {
  const char* json;
  const char* hex;
};

// As notepack writes them.
constexpr Pair kBothWays[] = {
    {"null", "c0"},
    {"true", "c3"},
    {"false", "c2"},
    {"0", "00"},
    {"127", "7f"},
    {"128", "cc80"},
    {"200", "ccc8"},
    {"255", "ccff"},
    {"256", "cd0100"},
    {"65535", "cdffff"},
    {"65536", "ce00010000"},
    {"70000", "ce00011170"},
    {"4294967295", "ceffffffff"},
    {"4294967296", "cf0000000100000000"},
    {"9007199254740993", "cf0020000000000001"},
    {"18446744073709551615", "cfffffffffffffffff"},
    {"-1", "ff"},
    {"-32", "e0"},
    {"-33", "d0df"},
    {"-128", "d080"},
    {"-129", "d1ff7f"},
    {"-200", "d1ff38"},
    {"-32768", "d18000"},
    {"-32769", "d2ffff7fff"},
    {"-2147483648", "d280000000"},
    {"-2147483649", "d3ffffffff7fffffff"},
    {"1.5", "cb3ff8000000000000"},
    {"-0.25", "cbbfd0000000000000"},
    {"\"\"", "a0"},
    {"\"é\"", "a2c3a9"},
    {"[]", "90"},
    {"{}", "80"},
    {"[1]", "9101"},
    {R"({"a":{"b":1}})", "81a16181a16201"},
    {"[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]", "9f0102030405060708090a0b0c0d0e0f"},
    {"[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,[16]]", "dc00100102030405060708090a0b0c0d0e0f9110"},
};

TEST(MsgpackJsonTest, KnownValuesBothWays) {
  for (const Pair& pair : kBothWays) {
    EXPECT_EQ(Encoded(pair.json), pair.hex) << pair.json;
    EXPECT_EQ(Decoded(pair.hex), pair.json) << pair.hex;
  }
}

TEST(MsgpackJsonTest, NumbersAreWhatJavaScriptMakesOfThem) {
  EXPECT_EQ(Encoded("1.0"), "01");
  EXPECT_EQ(Encoded("1e3"), "cd03e8");
  EXPECT_EQ(Encoded("-0"), "00");
  EXPECT_EQ(Encoded("-0.0"), "00");
  EXPECT_EQ(Encoded("1e300"), "cb7e37e43c8800759c");
  EXPECT_EQ(Encoded("1e400"), "cb7ff0000000000000");
  EXPECT_EQ(Encoded("-1e400"), "cbfff0000000000000");
  EXPECT_EQ(Encoded("1e-400"), "00");
  EXPECT_EQ(Encoded("18446744073709551616"), "cb43f0000000000000");
  EXPECT_EQ(Decoded("ca3fc00000"), "1.5");
  EXPECT_EQ(Decoded("cb7ff8000000000000"), "null");
  EXPECT_EQ(Decoded("d001"), "1");
  EXPECT_EQ(Decoded("d30000000000000005"), "5");
}

TEST(MsgpackJsonTest, LongStringsAndMaps) {
  EXPECT_EQ(Encoded("\"" + std::string(31, 'x') + "\"").substr(0, 2), "bf");
  EXPECT_EQ(Encoded("\"" + std::string(32, 'x') + "\"").substr(0, 4), "d920");
  EXPECT_EQ(Encoded("\"" + std::string(256, 'x') + "\"").substr(0, 6), "da0100");
  EXPECT_EQ(Encoded("\"" + std::string(65536, 'x') + "\"").substr(0, 10), "db00010000");
  std::string object = "{";
  for (int i = 0; i < 70000; ++i)
    object += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":" + std::to_string(i);
  object += "}";
  const std::string hex = Encoded(object);
  EXPECT_EQ(hex.substr(0, 10), "df00011170");
  EXPECT_EQ(Decoded(hex), object);
}

TEST(MsgpackJsonTest, StringsKeepTheirCharacters) {
  EXPECT_EQ(Encoded(R"("a\n\u00e9\ud83d\ude00\"")"), Hex("\xa9"
                                                         "a\né😀\""));
  EXPECT_EQ(Decoded(Hex("\xa3\"\\\n")), R"("\"\\\n")");
  EXPECT_EQ(Decoded("a1ff"), "\"\xef\xbf\xbd\"");
}

TEST(MsgpackJsonTest, WhiteSpaceIsAllowed) {
  EXPECT_EQ(Encoded(" { \"a\" : [ 1 , 2 ] ,\n\t\"b\" : { } } "), "82a161920102a16280");
}

TEST(MsgpackJsonTest, BinaryTravelsAsAttachments) {
  EXPECT_EQ(Encoded(R"(["bin",{"_placeholder":true,"num":0}])", {"\1\2\3"}), "92a362696ec403010203");
  EXPECT_EQ(Encoded(R"([{ "_placeholder" : true , "num" : 1 },{"_placeholder":true,"num":0}])", {"\1", "\2"}),
            "92c40102c40101");
  std::vector<std::string> attachments;
  EXPECT_EQ(Decoded("92a362696ec403010203", &attachments), R"(["bin",{"_placeholder":true,"num":0}])");
  EXPECT_EQ(attachments, (std::vector<std::string>{"\1\2\3"}));
}

TEST(MsgpackJsonTest, PlaceholdersAreCheckedOnlyWhereThereAreAttachments) {
  EXPECT_EQ(Encoded(R"([{"_placeholder":true,"num":0}])"), "9182ac5f706c616365686f6c646572c3a36e756d00");
  EXPECT_NE(Encoded(R"([{"_placeholder":true,"num":1}])", {"x"}).find("attachment"), std::string::npos);
  EXPECT_EQ(Encoded(R"([{"_placeholder":true,"num":0,"more":1}])", {"x"}).substr(0, 4), "9183");
}

TEST(MsgpackJsonTest, MoreThanTenAttachmentsAreRefused) {
  std::string hex = "9b";
  for (int i = 0; i < 11; ++i) hex += "c40100";
  EXPECT_EQ(Decoded(hex), "error");
}

TEST(MsgpackJsonTest, DatesBecomeIsoText) {
  EXPECT_EQ(Decoded("d6ff65f2a500"), "\"2024-03-14T07:19:28.000Z\"");
  EXPECT_EQ(Decoded("d7ff"
                    "ee6b280065f2a500")
                .substr(0, 12),
            "\"2024-03-14T");
  EXPECT_EQ(Decoded("c70cff"
                    "1dcd6500"
                    "ffffffffffffffff"),
            "\"1969-12-31T23:59:59.500Z\"");
  EXPECT_EQ(Decoded("d40000"), "null");
  EXPECT_EQ(Decoded("c70cff"
                    "00000000"
                    "7fffffffffffffff"),
            "null");
}

TEST(MsgpackJsonTest, NestingIsBoundedBothWays) {
  EXPECT_EQ(Encoded(std::string(64, '[') + std::string(64, ']')).size(), 128u);
  EXPECT_EQ(Encoded(std::string(65, '[') + std::string(65, ']')).find("91"), std::string::npos);
  std::string hex;
  for (int i = 0; i < 1000000; ++i) hex += "91";
  EXPECT_EQ(Decoded(hex), "error");
}

TEST(MsgpackJsonTest, BadInputIsAnError) {
  for (const char* hex :
       {"", "c1", "91", "81", "81a161", "a5616263", "cd01", "cb00", "c405", "dd7fffffff00", "dfffffffff",
        "db7fffffff61", "c6ffffffff", "d6ff00", "c8ffff", "81c001", "8191010"}) {
    EXPECT_EQ(Decoded(hex), "error") << hex;
  }
  for (const char* json : {"", "[", "{\"a\"}", "nul", "[1,]", "\"\\x\""}) {
    EXPECT_EQ(Encoded(json).find("c0"), std::string::npos) << json;
    std::string bytes;
    MsgpackWriter writer(&bytes);
    EXPECT_EQ(JsonToMsgpack(json, {}, &writer).code(), absl::StatusCode::kInvalidArgument) << json;
  }
}

TEST(MsgpackReaderTest, SkipsWholeValues) {
  const std::string bytes = FromHex(
      "93019202a3616263df00000001a16b9105"
      "07");
  MsgpackReader reader(bytes);
  ASSERT_TRUE(reader.Skip().ok());
  MsgpackToken token;
  ASSERT_TRUE(reader.Next(&token).ok());
  EXPECT_EQ(token.unsigned_integer, 7u);
  EXPECT_TRUE(reader.at_end());
  EXPECT_FALSE(reader.Skip().ok());
}

TEST(MsgpackReaderTest, SurvivesGarbageAndWhatItAcceptsRoundTrips) {
  std::mt19937 random(11);
  int accepted = 0;
  for (int round = 0; round < 200000; ++round) {
    std::string bytes;
    for (int i = random() % 24; i >= 0; --i) {
      // Every fourth byte opens a container or a sized value, so that the interesting paths are taken.
      bytes.push_back(static_cast<char>(random() % 4 == 0 ? 0x80 + random() % 0x80 : random() % 0x100));
    }
    MsgpackReader reader(bytes);
    std::string json;
    std::vector<std::string> attachments;
    if (!MsgpackToJson(&reader, &json, &attachments).ok()) continue;
    ++accepted;
    std::string again;
    MsgpackWriter writer(&again);
    const std::vector<std::string_view> views(attachments.begin(), attachments.end());
    ASSERT_TRUE(JsonToMsgpack(json, views, &writer).ok()) << json;
    MsgpackReader second(again);
    std::string json_again;
    std::vector<std::string> attachments_again;
    ASSERT_TRUE(MsgpackToJson(&second, &json_again, &attachments_again).ok());
    EXPECT_EQ(json_again, json);
    EXPECT_EQ(attachments_again, attachments);
  }
  EXPECT_GT(accepted, 1000);
}

}  // namespace
}  // namespace sail::pubsub
