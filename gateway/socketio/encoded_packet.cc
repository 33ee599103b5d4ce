#include "gateway/socketio/encoded_packet.h"

#include <utility>

#include "gateway/socketio/offset.h"
#include "platform/json/json_text.h"

namespace sail::gateway::socketio {
namespace {

EncodedPacket Encode(PacketType type, std::string_view nsp, std::optional<uint64_t> id,
                     std::string_view payload, std::vector<std::string> attachments) {
  const std::string head = EncodePacketHead(type, attachments.size(), nsp, id);
  EncodedPacket packet{engineio::OutgoingPacket::Text(engineio::PacketType::kMessage, head, payload), {}};
  packet.attachments.reserve(attachments.size());
  for (std::string& bytes : attachments) packet.attachments.emplace_back(std::move(bytes));
  return packet;
}

}  // namespace

const engineio::OutgoingPacket& EncodedPacket::TextWithOffset() const {
  if (!text_with_offset.has_value()) text_with_offset = AppendOffset(text, offset);
  return *text_with_offset;
}

EncodedPacket EncodeEvent(std::string_view nsp, std::string_view payload,
                          std::vector<std::string> attachments, std::optional<uint64_t> id) {
  const PacketType type = attachments.empty() ? PacketType::kEvent : PacketType::kBinaryEvent;
  return Encode(type, nsp, id, payload, std::move(attachments));
}

EncodedPacket EncodeAck(std::string_view nsp, uint64_t id, std::string_view payload,
                        std::vector<std::string> attachments) {
  const PacketType type = attachments.empty() ? PacketType::kAck : PacketType::kBinaryAck;
  return Encode(type, nsp, id, payload, std::move(attachments));
}

EncodedPacket EncodePlain(PacketType type, std::string_view nsp, std::string_view payload) {
  return Encode(type, nsp, std::nullopt, payload, {});
}

std::string EventPayload(std::string_view name, const std::vector<std::string_view>& args) {
  std::string payload = "[";
  platform::json::AppendJsonString(name, &payload);
  for (const std::string_view arg : args) {
    payload += ',';
    payload += arg;
  }
  payload += ']';
  return payload;
}

}  // namespace sail::gateway::socketio
