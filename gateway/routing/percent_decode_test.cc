#include "gateway/routing/percent_decode.h"

#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

TEST(DecodeUriComponent, DecodesWhatJavaScriptDecodes) {
  EXPECT_EQ(DecodeUriComponent("a%20b+c"), "a b+c");
  EXPECT_EQ(DecodeUriComponent("%C3%A9"), "\xC3\xA9");
  EXPECT_EQ(DecodeUriComponent("%f0%9f%92%a9x"), "\xF0\x9F\x92\xA9x");
  EXPECT_EQ(DecodeUriComponent("%2F%00"), std::string("/\0", 2));
  EXPECT_EQ(DecodeUriComponent(""), "");
}

TEST(DecodeUriComponent, RefusesMalformedEscapes) {
  for (const char* text :
       {"%", "%2", "%zz", "a%", "%E0%A4%A", "%C3", "%ff", "%C0%80", "%ED%A0%80", "%C3x%A9", "%F5%80%80%80"}) {
    EXPECT_FALSE(DecodeUriComponent(text).has_value()) << text;
  }
}

TEST(DecodeFormText, KeepsTheEscapesOfWhatItCannotDecode) {
  EXPECT_EQ(DecodeFormText("a+b%21"), "a b!");
  EXPECT_EQ(DecodeFormText("a+%21%zz"), "a %21%zz");
  EXPECT_EQ(DecodeFormTextLeniently("a+%21%zz%ff"), "a !%zz\xEF\xBF\xBD");
}

TEST(ReplaceInvalidUtf8, ReplacesEachMaximalSubpart) {
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(ReplaceInvalidUtf8("a\xC3\xA9"), "a\xC3\xA9");
  EXPECT_EQ(ReplaceInvalidUtf8("\xE0\xA4x"), r + "x");
  EXPECT_EQ(ReplaceInvalidUtf8("\xF0\x9F\x92"), r);
  EXPECT_EQ(ReplaceInvalidUtf8("\xED\xA0\x80"), r + r + r);
  EXPECT_EQ(ReplaceInvalidUtf8("\xC0\x80\xFF"), r + r + r);
}

}  // namespace
}  // namespace sail::gateway
