#include <cmath>
#include <limits>
#include <string>

#include "gtest/gtest.h"
#include "platform/json/json_scan.h"
#include "platform/json/json_text.h"
#include "platform/json/utf8.h"

namespace sail::platform::json {
namespace {

std::string Number(double value) {
  std::string out;
  AppendJsonNumber(value, &out);
  return out;
}

TEST(JsonText, NumbersAreWrittenAsJavaScriptWritesThem) {
  EXPECT_EQ(Number(0), "0");
  EXPECT_EQ(Number(-0.0), "0");
  EXPECT_EQ(Number(42), "42");
  EXPECT_EQ(Number(-1.5), "-1.5");
  EXPECT_EQ(Number(0.1), "0.1");
  EXPECT_EQ(Number(1.5e300), "1.5e+300");
  EXPECT_EQ(Number(1e21), "1e+21");
  EXPECT_EQ(Number(1e20), "100000000000000000000");
  EXPECT_EQ(Number(123456789012345680000.0), "123456789012345680000");
  EXPECT_EQ(Number(1e-6), "0.000001");
  EXPECT_EQ(Number(1e-7), "1e-7");
  EXPECT_EQ(Number(1.25e-9), "1.25e-9");
  EXPECT_EQ(Number(5e-324), "5e-324");
  EXPECT_EQ(Number(9007199254740993.0), "9007199254740992");
  EXPECT_EQ(Number(1700000000000.0), "1700000000000");
  EXPECT_EQ(Number(std::nan("")), "null");
  EXPECT_EQ(Number(std::numeric_limits<double>::infinity()), "null");
}

TEST(JsonText, StringsAreEscapedAsJsonStringifyEscapesThem) {
  EXPECT_EQ(JsonString("a/b<c>"), "\"a/b<c>\"");
  EXPECT_EQ(JsonString("\"\\\b\f\n\r\t"), R"("\"\\\b\f\n\r\t")");
  EXPECT_EQ(JsonString(std::string_view("\0\x1f\x7f", 3)), "\"\\u0000\\u001f\x7f\"");
  EXPECT_EQ(JsonString("é😀\xE2\x80\xA8"), "\"é😀\xE2\x80\xA8\"");
}

TEST(JsonText, BytesThatAreNotUtf8BecomeReplacementCharacters) {
  EXPECT_EQ(JsonString("a\xff"
                       "b\xc3"),
            "\"a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\"");
}

TEST(Utf8, RefusesOverlongSurrogatesAndTooLarge) {
  EXPECT_TRUE(IsUtf8("aé€😀"));
  EXPECT_FALSE(IsUtf8("\xc0\x80"));
  EXPECT_FALSE(IsUtf8("\xe0\x80\x80"));
  EXPECT_FALSE(IsUtf8("\xed\xa0\x80"));
  EXPECT_FALSE(IsUtf8("\xf4\x90\x80\x80"));
  EXPECT_FALSE(IsUtf8("\xe2\x82"));
}

TEST(JsonScan, AcceptsEveryKindOfValue) {
  for (const char* text : {"null", "true", " false ", "0", "-0", "12.5e-3", "\"\"", "\"\\ud83d\\ude00\"",
                           "[]", "{}", "[1,[2,{\"a\":[]}]]", " { \"a\" : 1 , \"b\" : [ ] } "}) {
    EXPECT_TRUE(ValidateJson(text).ok()) << text;
  }
}

TEST(JsonScan, RefusesWhatJsonParseRefuses) {
  for (const char* text :
       {"",     " ",        "nul",      "tru",      "01",         "+1",          "1.",     ".5",
        "1e",   "-",        "'a'",      "\"a",      "\"\\x\"",    "\"\\u12g4\"", "\"\n\"", "[1,]",
        "[,1]", "{a:1}",    "{\"a\"}",  "{\"a\":}", "{\"a\":1,}", "[1 2]",       "1 2",    "{} x",
        "NaN",  "Infinity", "\"\xff\"", "[1",       "{\"a\":1"}) {
    EXPECT_FALSE(ValidateJson(text).ok()) << text;
  }
}

TEST(JsonScan, DepthIsBounded) {
  const std::string deep(64, '[');
  EXPECT_TRUE(ValidateJson(deep + std::string(64, ']')).ok());
  EXPECT_FALSE(ValidateJson("[" + deep + std::string(65, ']')).ok());
  EXPECT_FALSE(ValidateJson(std::string(10'000'000, '[')).ok());
}

TEST(JsonScan, SplitKeepsValuesByteForByte) {
  const auto members = SplitJsonObject(R"( {"a": 1.0e2 ,"b\u0041":{"x" : [] },"":"\u00e9"} )");
  ASSERT_TRUE(members.ok()) << members.status();
  ASSERT_EQ(members->size(), 3u);
  EXPECT_EQ((*members)[0].key, "a");
  EXPECT_EQ((*members)[0].raw, "1.0e2");
  EXPECT_EQ((*members)[1].key, "bA");
  EXPECT_EQ((*members)[1].raw, "{\"x\" : [] }");
  EXPECT_EQ((*members)[2].key, "");
  EXPECT_EQ((*members)[2].raw, "\"\\u00e9\"");
}

TEST(JsonScan, OfARepeatedKeyTheLastValueStandsInTheFirstPlace) {
  std::string text = "{\"a\":1,\"b\":2,\"a\":3";
  for (int i = 0; i < 100; ++i) text += ",\"k" + std::to_string(i % 50) + "\":" + std::to_string(i);
  text += "}";
  const auto members = SplitJsonObject(text);
  ASSERT_TRUE(members.ok());
  EXPECT_EQ(members->size(), 52u);
  EXPECT_EQ((*members)[0].raw, "3");
  EXPECT_EQ((*members)[2].key, "k0");
  EXPECT_EQ((*members)[2].raw, "50");
}

TEST(JsonScan, SplitRefusesOtherKindsOfValue) {
  EXPECT_FALSE(SplitJsonObject("[]").ok());
  EXPECT_FALSE(SplitJsonObject("{} {}").ok());
  EXPECT_FALSE(SplitJsonArray("{}").ok());
  EXPECT_EQ(SplitJsonArray("[1, \"a\" ,[2]]")->size(), 3u);
}

TEST(JsonScan, UnescapesSurrogatePairsAndReplacesLoneOnes) {
  EXPECT_EQ(*UnescapeJsonString(R"("\ud83d\ude00\n\/")"), "😀\n/");
  EXPECT_EQ(*UnescapeJsonString(R"("\ud83dx")"), "\xEF\xBF\xBDx");
  EXPECT_EQ(*UnescapeJsonString(R"("\ude00")"), "\xEF\xBF\xBD");
  EXPECT_FALSE(UnescapeJsonString("\"a").ok());
  EXPECT_FALSE(UnescapeJsonString("\"a\" ").ok());
  EXPECT_FALSE(UnescapeJsonString("1").ok());
}

}  // namespace
}  // namespace sail::platform::json
