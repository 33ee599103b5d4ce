#include "gateway/engineio/payload_codec_v3.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "platform/json/utf8.h"

namespace sail::gateway::engineio {
namespace {

// More digits than any body has bytes.
constexpr size_t kMaxLengthDigits = 10;
constexpr char kLengthEnd = '\xFF';

// UTF-16 code units of the character that begins with this byte of well-formed UTF-8; 0 in the middle of one.
size_t CodeUnits(char c) {
  const auto byte = static_cast<uint8_t>(c);
  return (byte & 0xC0) == 0x80 ? 0 : byte >= 0xF0 ? 2 : 1;
}

size_t CodeUnits(std::string_view text) {
  size_t units = 0;
  for (const char c : text) units += CodeUnits(c);
  return units;
}

// The bytes at the front of text that are so many code units; nothing if there are fewer, or a character is
// cut.
std::optional<std::string_view> TakeCodeUnits(std::string_view* text, size_t units) {
  size_t end = 0;
  for (size_t taken = 0; end < text->size(); ++end) {
    const size_t next = CodeUnits((*text)[end]);
    if (taken == units && next > 0) break;
    taken += next;
    if (taken > units) return std::nullopt;
  }
  const std::string_view taken = text->substr(0, end);
  if (CodeUnits(taken) != units) return std::nullopt;
  text->remove_prefix(end);
  return taken;
}

void AppendBinaryPacket(const OutgoingPacket& packet, std::string* body) {
  const std::string_view data = packet.payload();
  body->push_back(packet.is_binary() ? '\x01' : '\x00');
  for (const char digit : std::to_string(data.size())) body->push_back(static_cast<char>(digit - '0'));
  body->push_back(kLengthEnd);
  body->append(data);
}

// Takes a length whose digits start at `zero` and that `end` closes.
std::optional<size_t> TakeLength(std::string_view* body, char zero, char end) {
  const size_t digits = body->substr(0, kMaxLengthDigits + 1).find(end);
  if (digits == std::string_view::npos || digits == 0) return std::nullopt;
  size_t length = 0;
  for (const char c : body->substr(0, digits)) {
    const int digit = c - zero;
    if (digit < 0 || digit > 9) return std::nullopt;
    length = length * 10 + static_cast<size_t>(digit);
  }
  body->remove_prefix(digits + 1);
  return length;
}

}  // namespace

PayloadV3 EncodePayloadV3(const std::vector<OutgoingPacket>& packets) {
  PayloadV3 payload;
  payload.is_binary =
      std::any_of(packets.begin(), packets.end(), [](const auto& packet) { return packet.is_binary(); });
  for (const OutgoingPacket& packet : packets) {
    if (payload.is_binary) {
      AppendBinaryPacket(packet, &payload.body);
    } else {
      payload.body += std::to_string(CodeUnits(packet.payload()));
      payload.body += ':';
      payload.body += packet.payload();
    }
  }
  if (packets.empty()) payload.body = "0:";
  return payload;
}

std::optional<std::vector<PayloadPacketV3>> DecodeTextPayloadV3(std::string_view body) {
  if (body.empty() || !platform::json::IsUtf8(body)) return std::nullopt;
  std::vector<PayloadPacketV3> packets;
  while (!body.empty()) {
    const std::optional<size_t> length = TakeLength(&body, '0', ':');
    if (!length) return std::nullopt;
    const std::optional<std::string_view> data = TakeCodeUnits(&body, *length);
    if (!data) return std::nullopt;
    if (!data->empty()) packets.push_back({false, *data});
  }
  return packets;
}

std::optional<std::vector<PayloadPacketV3>> DecodeBinaryPayloadV3(std::string_view body) {
  if (body.empty()) return std::nullopt;
  std::vector<PayloadPacketV3> packets;
  while (!body.empty()) {
    const char kind = body.front();
    if (kind != '\x00' && kind != '\x01') return std::nullopt;
    body.remove_prefix(1);
    const std::optional<size_t> length = TakeLength(&body, '\x00', kLengthEnd);
    if (!length || *length > body.size()) return std::nullopt;
    const std::string_view data = body.substr(0, *length);
    body.remove_prefix(*length);
    if (kind == '\x00' && !platform::json::IsUtf8(data)) return std::nullopt;
    if (!data.empty()) packets.push_back({kind == '\x01', data});
  }
  return packets;
}

}  // namespace sail::gateway::engineio
