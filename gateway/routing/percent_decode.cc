#include "gateway/routing/percent_decode.h"

#include <algorithm>

#include "gateway/http/ascii.h"
#include "platform/json/utf8.h"

namespace sail::gateway {
namespace {

// The byte that an escape at `position` stands for, or -1.
int EscapedByte(std::string_view text, size_t position) {
  if (position + 2 >= text.size()) return -1;
  const int high = HexDigit(text[position + 1]);
  const int low = HexDigit(text[position + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

std::string WithSpaces(std::string_view text) {
  std::string result(text);
  std::replace(result.begin(), result.end(), '+', ' ');
  return result;
}

// Length of the longest start of a well-formed sequence at the start of text, which is not well formed
// itself.
size_t InvalidLength(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto between = [&](size_t i, int low, int high) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const int lead = byte(0);
  if (lead < 0xE0 || lead > 0xF4) return 1;
  const int low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const int high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (!between(1, low, high)) return 1;
  if (lead < 0xF0 || !between(2, 0x80, 0xBF)) return 2;
  return 3;
}

}  // namespace

std::optional<std::string> DecodeUriComponent(std::string_view text) {
  if (text.find('%') == std::string_view::npos) return std::string(text);
  std::string decoded;
  decoded.reserve(text.size());
  std::string sequence;  // of escaped bytes: has to be UTF-8 by itself
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int byte = EscapedByte(text, i);
      if (byte < 0) return std::nullopt;
      sequence.push_back(static_cast<char>(byte));
      i += 2;
      if (i + 1 < text.size() && text[i + 1] == '%') continue;
      if (!platform::json::IsUtf8(sequence)) return std::nullopt;
      decoded.append(sequence);
      sequence.clear();
    } else {
      decoded.push_back(text[i]);
    }
  }
  return decoded;
}

std::string DecodeFormText(std::string_view text) {
  std::string spaced = WithSpaces(text);
  std::optional<std::string> decoded = DecodeUriComponent(spaced);
  return decoded ? *std::move(decoded) : spaced;
}

std::string DecodeFormTextLeniently(std::string_view text) {
  const std::string spaced = WithSpaces(text);
  if (std::optional<std::string> decoded = DecodeUriComponent(spaced)) return *std::move(decoded);
  std::string bytes;
  for (size_t i = 0; i < spaced.size(); ++i) {
    const int byte = spaced[i] == '%' ? EscapedByte(spaced, i) : -1;
    bytes.push_back(byte < 0 ? spaced[i] : static_cast<char>(byte));
    if (byte >= 0) i += 2;
  }
  return ReplaceInvalidUtf8(bytes);
}

std::string ReplaceInvalidUtf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    if (const size_t length = platform::json::Utf8SequenceLength(text)) {
      valid.append(text.substr(0, length));
      text.remove_prefix(length);
    } else {
      valid.append("\xEF\xBF\xBD");
      text.remove_prefix(InvalidLength(text));
    }
  }
  return valid;
}

}  // namespace sail::gateway
