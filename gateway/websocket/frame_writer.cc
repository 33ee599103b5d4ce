#include "gateway/websocket/frame_writer.h"

#include <cstdint>

namespace sail::gateway::websocket {

size_t FrameHeaderSize(size_t payload_bytes) {
  if (payload_bytes < 126) return 2;
  return payload_bytes <= 0xFFFF ? 4 : 10;
}

void AppendFrameHeader(Opcode opcode, size_t payload_bytes, std::string* out) {
  out->push_back(static_cast<char>(0x80 | static_cast<uint8_t>(opcode)));
  const size_t header = FrameHeaderSize(payload_bytes);
  if (header == 2) {
    out->push_back(static_cast<char>(payload_bytes));
    return;
  }
  out->push_back(static_cast<char>(header == 4 ? 126 : 127));
  const int length_bits = header == 4 ? 16 : 64;
  for (int shift = length_bits - 8; shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(static_cast<uint64_t>(payload_bytes) >> shift));
  }
}

std::string EncodeFrame(Opcode opcode, std::string_view prefix, std::string_view payload) {
  const size_t size = prefix.size() + payload.size();
  std::string out;
  out.reserve(FrameHeaderSize(size) + size);
  AppendFrameHeader(opcode, size, &out);
  out.append(prefix);
  out.append(payload);
  return out;
}

std::string EncodeDeflatedFrame(Opcode opcode, std::string_view deflated) {
  std::string out = EncodeFrame(opcode, deflated);
  out[0] = static_cast<char>(out[0] | 0x40);
  return out;
}

std::string EncodeCloseFrame(CloseCode code, std::string_view reason) {
  if (code == CloseCode::kNone) return EncodeFrame(Opcode::kClose, {});
  size_t length = reason.size();
  if (length > kMaxControlPayload - 2) {
    length = kMaxControlPayload - 2;
    while (length > 0 && (static_cast<uint8_t>(reason[length]) & 0xC0) == 0x80) --length;
  }
  const auto number = static_cast<uint16_t>(code);
  const char prefix[] = {static_cast<char>(number >> 8), static_cast<char>(number)};
  return EncodeFrame(Opcode::kClose, std::string_view(prefix, sizeof(prefix)), reason.substr(0, length));
}

}  // namespace sail::gateway::websocket
