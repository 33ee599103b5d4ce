#include "gateway/engineio/outgoing_packet.h"

#include "gateway/engineio/base64.h"

namespace sail::gateway::engineio {

using websocket::Opcode;

OutgoingPacket OutgoingPacket::Text(PacketType type, std::string_view prefix, std::string_view body) {
  const size_t size = 1 + prefix.size() + body.size();
  std::string frame;
  frame.reserve(websocket::FrameHeaderSize(size) + size);
  websocket::AppendFrameHeader(Opcode::kText, size, &frame);
  frame.push_back(static_cast<char>(type));
  frame.append(prefix);
  frame.append(body);
  return OutgoingPacket(std::make_shared<const std::string>(std::move(frame)));
}

OutgoingPacket OutgoingPacket::RawText(std::string_view text) {
  return OutgoingPacket(websocket::EncodeSharedFrame(Opcode::kText, {}, text));
}

OutgoingPacket OutgoingPacket::Binary(BinaryForm form, std::string_view bytes) {
  switch (form) {
    case BinaryForm::kRaw:
      return OutgoingPacket(websocket::EncodeSharedFrame(Opcode::kBinary, {}, bytes));
    case BinaryForm::kTyped:
      return OutgoingPacket(websocket::EncodeSharedFrame(Opcode::kBinary, "\x04", bytes));
    case BinaryForm::kBase64:
    case BinaryForm::kTypedBase64:
      break;
  }
  std::string text = form == BinaryForm::kBase64 ? "b" : "b4";
  AppendBase64(bytes, &text);
  return RawText(text);
}

std::string_view OutgoingPacket::payload() const {
  const auto length = static_cast<uint8_t>((*frame_)[1]);
  return std::string_view(*frame_).substr(length < 126 ? 2 : length == 126 ? 4 : 10);
}

const OutgoingPacket& BinaryMessage::PacketFor(BinaryForm form) const {
  std::optional<OutgoingPacket>& packet = packets_[static_cast<size_t>(form)];
  if (!packet) packet = OutgoingPacket::Binary(form, *bytes_);
  return *packet;
}

}  // namespace sail::gateway::engineio
