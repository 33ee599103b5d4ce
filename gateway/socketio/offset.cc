#include "gateway/socketio/offset.h"

namespace sail::gateway::socketio {
namespace {

constexpr char kMark = 's';
constexpr size_t kDigits = 11;
constexpr std::string_view kAlphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

}  // namespace

std::string FormatOffset(uint64_t position) {
  std::string text(1 + kDigits, '0');
  text[0] = kMark;
  for (size_t at = kDigits; at > 0 && position != 0; --at, position /= 36)
    text[at] = kAlphabet[position % 36];
  return text;
}

std::optional<uint64_t> ParseOffset(std::string_view text) {
  if (text.size() != 1 + kDigits || text[0] != kMark) return std::nullopt;
  uint64_t position = 0;
  for (const char digit : text.substr(1)) {
    const size_t value = kAlphabet.find(digit);
    if (value == std::string_view::npos) return std::nullopt;
    position = position * 36 + value;
  }
  return position;
}

engineio::OutgoingPacket AppendOffset(const engineio::OutgoingPacket& event, uint64_t position) {
  const std::string_view text = event.payload();
  std::string longer;
  longer.reserve(text.size() + kDigits + 4);
  longer.append(text.substr(0, text.rfind(']'))).append(",\"").append(FormatOffset(position)).append("\"]");
  return engineio::OutgoingPacket::RawText(longer);
}

}  // namespace sail::gateway::socketio
