#include "gateway/http/content_coding.h"

#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

std::string Text(size_t size) {
  std::string text;
  for (size_t i = 0; text.size() < size; ++i) text += std::to_string(i * 2654435761u % 1000003) + ",";
  return text;
}

TEST(ContentCoding, RoundTrips) {
  for (const ContentCoding coding : {ContentCoding::kGzip, ContentCoding::kDeflate}) {
    for (const size_t size : {0, 1, 1000, 300000}) {
      const std::string text = Text(size);
      const std::string packed = Compress(text, coding);
      const auto unpacked = Decompress(packed, coding, 1 << 20);
      ASSERT_TRUE(unpacked.ok()) << unpacked.status();
      EXPECT_EQ(*unpacked, text);
      EXPECT_TRUE(size <= 1000 || packed.size() < text.size());
    }
  }
}

TEST(ContentCoding, UnpacksRawDeflateToo) {
  const std::string packed = Compress("some text", ContentCoding::kDeflate);
  const std::string raw = packed.substr(2, packed.size() - 6);
  EXPECT_EQ(Decompress(raw, ContentCoding::kDeflate, 100).value(), "some text");
}

TEST(ContentCoding, StopsAtTheLimit) {
  const std::string text = Text(5000);
  const std::string packed = Compress(text, ContentCoding::kGzip);
  EXPECT_TRUE(Decompress(packed, ContentCoding::kGzip, text.size()).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(Decompress(packed, ContentCoding::kGzip, text.size() - 1).status()));
}

TEST(ContentCoding, StopsABomb) {
  const std::string bomb = Compress(std::string(20 << 20, '\0'), ContentCoding::kGzip);
  ASSERT_LT(bomb.size(), 200000u);
  EXPECT_TRUE(absl::IsResourceExhausted(Decompress(bomb, ContentCoding::kGzip, 100 << 20).status()));
}

TEST(ContentCoding, RefusesWhatIsNotInTheFormat) {
  const std::string packed = Compress("some text", ContentCoding::kGzip);
  EXPECT_TRUE(absl::IsInvalidArgument(Decompress("", ContentCoding::kGzip, 100).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Decompress("plain", ContentCoding::kGzip, 100).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Decompress(packed.substr(0, 12), ContentCoding::kGzip, 100).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Decompress(packed + "more", ContentCoding::kGzip, 100).status()));
  std::string flipped = packed;
  flipped[flipped.size() - 6] ^= 1;
  EXPECT_TRUE(absl::IsInvalidArgument(Decompress(flipped, ContentCoding::kGzip, 100).status()));
}

}  // namespace
}  // namespace sail::gateway
