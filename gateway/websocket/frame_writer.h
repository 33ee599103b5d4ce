// Frames from server to client (RFC 6455 §5): unmasked, never fragmented.
#ifndef SAIL_GATEWAY_WEBSOCKET_FRAME_WRITER_H_
#define SAIL_GATEWAY_WEBSOCKET_FRAME_WRITER_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/websocket/close_code.h"
#include "gateway/websocket/opcode.h"

namespace sail::gateway::websocket {

// Bytes that many connections, on any thread, may have in their queues at a time.
using SharedBuffer = std::shared_ptr<const std::string>;

// Length of the header in front of a payload of this size: 2, 4 or 10.
size_t FrameHeaderSize(size_t payload_bytes);

void AppendFrameHeader(Opcode opcode, size_t payload_bytes, std::string* out);

// One whole frame. The payload is prefix + payload (an Engine.IO packet is a type character and a body), so
// that no caller needs to join them first. Of a control frame the caller keeps the payload at
// kMaxControlPayload or below.
std::string EncodeFrame(Opcode opcode, std::string_view prefix, std::string_view payload);

inline std::string EncodeFrame(Opcode opcode, std::string_view payload) {
  return EncodeFrame(opcode, {}, payload);
}

// A frame whose payload has been compressed (message_deflate.h).
std::string EncodeDeflatedFrame(Opcode opcode, std::string_view deflated);

inline SharedBuffer EncodeSharedFrame(Opcode opcode, std::string_view prefix, std::string_view payload) {
  return std::make_shared<const std::string>(EncodeFrame(opcode, prefix, payload));
}

// With CloseCode::kNone the frame has no code and no reason. A reason over 123 bytes is cut at a character.
std::string EncodeCloseFrame(CloseCode code, std::string_view reason = {});

}  // namespace sail::gateway::websocket

#endif  // SAIL_GATEWAY_WEBSOCKET_FRAME_WRITER_H_
