#include "gateway/socketio/packet.h"

#include <charconv>
#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "platform/json/json_scan.h"
#include "platform/json/json_text.h"

namespace sail::gateway::socketio {
namespace {

constexpr uint64_t kMaxSafeInteger = (uint64_t{1} << 53) - 1;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes the digits at the front of text. Nothing if there are none or the number is over the limit.
std::optional<uint64_t> TakeNumber(std::string_view* text, uint64_t limit) {
  uint64_t value = 0;
  const char* const begin = text->data();
  const auto [end, error] = std::from_chars(begin, begin + text->size(), value);
  if (error != std::errc() || value > limit) return std::nullopt;
  text->remove_prefix(static_cast<size_t>(end - begin));
  return value;
}

absl::Status Invalid(const char* why) { return absl::InvalidArgumentError(why); }

bool IsNumberStart(char c) { return c == '-' || IsDigit(c); }

absl::Status ReadEventPayload(Packet* packet) {
  auto elements = platform::json::SplitJsonArray(packet->payload);
  if (!elements.ok()) return elements.status();
  if (elements->empty()) return Invalid("an event without a name");
  const std::string_view name = elements->front();
  if (name.front() == '"') {
    auto text = platform::json::UnescapeJsonString(name);
    if (!text.ok()) return text.status();
    packet->event = *std::move(text);
    if (IsReservedEvent(packet->event)) return Invalid("a reserved event name");
  } else if (IsNumberStart(name.front())) {
    platform::json::AppendJsonNumber(std::strtod(std::string(name).c_str(), nullptr), &packet->event);
  } else {
    return Invalid("an event name that is neither string nor number");
  }
  packet->args.assign(elements->begin() + 1, elements->end());
  return absl::OkStatus();
}

absl::Status ReadPayload(Packet* packet) {
  const std::string_view payload = packet->payload;
  switch (packet->type) {
    case PacketType::kConnect:
      if (payload.empty()) return absl::OkStatus();
      if (platform::json::FirstJsonCharacter(payload) != '{')
        return Invalid("a CONNECT payload that is not an object");
      return platform::json::ValidateJson(payload);
    case PacketType::kDisconnect:
      return payload.empty() ? absl::OkStatus() : Invalid("a DISCONNECT with payload");
    case PacketType::kConnectError:
      return platform::json::ValidateJson(payload);
    case PacketType::kEvent:
    case PacketType::kBinaryEvent:
      return ReadEventPayload(packet);
    case PacketType::kAck:
    case PacketType::kBinaryAck: {
      auto elements = platform::json::SplitJsonArray(payload);
      if (!elements.ok()) return elements.status();
      packet->args = *std::move(elements);
      return absl::OkStatus();
    }
  }
  return Invalid("an unknown packet type");
}

}  // namespace

absl::StatusOr<Packet> ParsePacket(std::string_view text) {
  Packet packet;
  if (text.empty() || text[0] < '0' || text[0] > '6') return Invalid("an unknown packet type");
  packet.type = static_cast<PacketType>(text[0] - '0');
  text.remove_prefix(1);
  if (packet.type == PacketType::kBinaryEvent || packet.type == PacketType::kBinaryAck) {
    const std::optional<uint64_t> count = TakeNumber(&text, kMaxAttachments);
    if (!count || *count == 0 || text.empty() || text[0] != '-')
      return Invalid("an illegal number of attachments");
    packet.attachments = static_cast<int>(*count);
    text.remove_prefix(1);
  }
  if (!text.empty() && text[0] == '/') {
    const size_t comma = text.find(',');
    packet.nsp = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  if (!text.empty() && IsDigit(text[0])) {
    packet.id = TakeNumber(&text, kMaxSafeInteger);
    if (!packet.id) return Invalid("an id that no client can count to");
  }
  packet.payload = text;
  if (absl::Status status = ReadPayload(&packet); !status.ok()) return status;
  return packet;
}

bool IsReservedEvent(std::string_view name) {
  static constexpr std::string_view kReserved[] = {"connect",       "connect_error", "disconnect",
                                                   "disconnecting", "newListener",   "removeListener"};
  for (const std::string_view reserved : kReserved) {
    if (name == reserved) return true;
  }
  return false;
}

std::string EncodePacketHead(PacketType type, size_t attachments, std::string_view nsp,
                             std::optional<uint64_t> id) {
  std::string head(1, static_cast<char>('0' + static_cast<int>(type)));
  if (attachments > 0) {
    head += std::to_string(attachments);
    head += '-';
  }
  if (nsp != "/") {
    head += nsp;
    head += ',';
  }
  if (id) head += std::to_string(*id);
  return head;
}

}  // namespace sail::gateway::socketio
