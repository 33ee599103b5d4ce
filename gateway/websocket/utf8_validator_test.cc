#include "gateway/websocket/utf8_validator.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace sail::gateway::websocket {
namespace {

// Straight from the definition, code point by code point; the reference for the state machine.
bool IsUtf8ByDefinition(std::string_view s) {
  for (size_t i = 0; i < s.size();) {
    const auto at = [&](size_t k) { return static_cast<uint8_t>(s[i + k]); };
    const uint8_t lead = at(0);
    const size_t length = lead < 0x80       ? 1
                          : lead >> 5 == 6  ? 2
                          : lead >> 4 == 14 ? 3
                          : lead >> 3 == 30 ? 4
                                            : 0;
    if (length == 0 || i + length > s.size()) return false;
    uint32_t code = length == 1 ? lead : lead & (0xFF >> (length + 1));
    for (size_t k = 1; k < length; ++k) {
      if (at(k) >> 6 != 2) return false;
      code = code << 6 | (at(k) & 0x3F);
    }
    const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < least[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
    i += length;
  }
  return true;
}

bool Check(std::string_view s) {
  Utf8Validator validator;
  return validator.Add(s) && validator.complete();
}

TEST(Utf8ValidatorTest, AgreesWithTheDefinitionOnAllOneToThreeByteStrings) {
  for (uint32_t a = 0; a < 256; ++a) {
    const std::string one(1, static_cast<char>(a));
    ASSERT_EQ(Check(one), IsUtf8ByDefinition(one)) << a;
    for (uint32_t b = 0; b < 256; ++b) {
      const std::string two = one + static_cast<char>(b);
      ASSERT_EQ(Check(two), IsUtf8ByDefinition(two)) << a << " " << b;
      if (a < 0xC0) continue;
      for (uint32_t c = 0; c < 256; ++c) {
        const std::string three = two + static_cast<char>(c);
        ASSERT_EQ(Check(three), IsUtf8ByDefinition(three)) << a << " " << b << " " << c;
      }
    }
  }
}

TEST(Utf8ValidatorTest, AgreesWithTheDefinitionOnFourByteStrings) {
  for (uint32_t a = 0xEF; a < 0xF8; ++a) {
    for (uint32_t b = 0x70; b < 0xD0; ++b) {
      for (const uint32_t c : {0x00u, 0x7Fu, 0x80u, 0x9Fu, 0xBFu, 0xC0u, 0xFFu}) {
        for (const uint32_t d : {0x00u, 0x7Fu, 0x80u, 0xBFu, 0xC0u, 0xFFu}) {
          const std::string s = {static_cast<char>(a), static_cast<char>(b), static_cast<char>(c),
                                 static_cast<char>(d)};
          ASSERT_EQ(Check(s), IsUtf8ByDefinition(s)) << a << " " << b << " " << c << " " << d;
        }
      }
    }
  }
}

TEST(Utf8ValidatorTest, AcceptsTextCutAnywhere) {
  const std::string text =
      "ascii only here, longer than a word; \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80 \xED\x9F\xBF end";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    Utf8Validator validator;
    EXPECT_TRUE(validator.Add(text.substr(0, cut)));
    EXPECT_TRUE(validator.Add(text.substr(cut)));
    EXPECT_TRUE(validator.complete());
  }
}

TEST(Utf8ValidatorTest, RefusesTheSecondByteOfASurrogateAtOnce) {
  Utf8Validator validator;
  EXPECT_TRUE(validator.Add("\xED"));
  EXPECT_FALSE(validator.complete());
  EXPECT_FALSE(validator.Add("\xA0"));
}

TEST(Utf8ValidatorTest, ResetForgetsAnUnfinishedCharacter) {
  Utf8Validator validator;
  EXPECT_TRUE(validator.Add("\xF0\x9F"));
  validator.Reset();
  EXPECT_TRUE(validator.complete());
  EXPECT_TRUE(validator.Add("a"));
}

TEST(Utf8ValidatorTest, FindsABadByteBehindARunOfAscii) {
  for (size_t at = 0; at < 40; ++at) {
    std::string text(40, 'x');
    text[at] = '\xFF';
    EXPECT_FALSE(Check(text)) << at;
  }
}

}  // namespace
}  // namespace sail::gateway::websocket
