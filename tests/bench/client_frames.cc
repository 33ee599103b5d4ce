#include "tests/bench/client_frames.h"

namespace sail::bench {
namespace {

constexpr uint8_t kFinalText = 0x81;
constexpr uint8_t kMasked = 0x80;
constexpr uint64_t kLargestFrame = 1 << 20;

uint64_t BigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

}  // namespace

std::string TextFrame(std::string_view payload) {
  std::string frame(1, static_cast<char>(kFinalText));
  if (payload.size() < 126) {
    frame.push_back(static_cast<char>(kMasked | payload.size()));
  } else {
    frame.push_back(static_cast<char>(kMasked | 126));
    frame.push_back(static_cast<char>(payload.size() >> 8));
    frame.push_back(static_cast<char>(payload.size()));
  }
  frame.append(4, '\0');
  return frame.append(payload);
}

FrameReader::Result FrameReader::Next(uint8_t* opcode, std::string_view* payload) {
  std::string_view rest = std::string_view(buffer_).substr(begin_);
  size_t header = 2;
  uint64_t length = 0;
  if (rest.size() >= 2) {
    length = static_cast<uint8_t>(rest[1]) & 0x7f;
    header += length == 126 ? 2 : length == 127 ? 8 : 0;
    if (header > 2 && rest.size() >= header) length = BigEndian(rest.substr(2, header - 2));
  }
  if (rest.size() >= header && length > kLargestFrame) return Result::kBroken;
  if (rest.size() < header || rest.size() < header + length) {
    buffer_.erase(0, begin_);
    begin_ = 0;
    return Result::kNeedMore;
  }
  bool is_final = static_cast<uint8_t>(rest[0]) & 0x80;
  bool is_masked = static_cast<uint8_t>(rest[1]) & kMasked;
  if (!is_final || is_masked) return Result::kBroken;
  *opcode = static_cast<uint8_t>(rest[0]) & 0x0f;
  *payload = rest.substr(header, length);
  begin_ += header + length;
  return Result::kFrame;
}

}  // namespace sail::bench
