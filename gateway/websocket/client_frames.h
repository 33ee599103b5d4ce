// Frames as a client sends them, for tests: masked, and wrong in whatever way a test wants.
#ifndef SAIL_GATEWAY_WEBSOCKET_CLIENT_FRAMES_H_
#define SAIL_GATEWAY_WEBSOCKET_CLIENT_FRAMES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/websocket/frame_writer.h"
#include "gateway/websocket/opcode.h"

namespace sail::gateway::websocket {

inline constexpr std::string_view kTestMask("\x37\xfa\x21\x3d", 4);

inline std::string ClientFrame(Opcode opcode, std::string_view payload, bool fin = true,
                               std::string_view mask = kTestMask) {
  std::string frame;
  AppendFrameHeader(opcode, payload.size(), &frame);
  if (!fin) frame[0] = static_cast<char>(frame[0] & 0x7F);
  frame[1] = static_cast<char>(frame[1] | 0x80);
  frame.append(mask);
  for (size_t i = 0; i < payload.size(); ++i) frame.push_back(static_cast<char>(payload[i] ^ mask[i % 4]));
  return frame;
}

inline std::string ClientClose(uint16_t code, std::string_view reason = {}) {
  std::string payload = {static_cast<char>(code >> 8), static_cast<char>(code)};
  payload.append(reason);
  return ClientFrame(Opcode::kClose, payload);
}

}  // namespace sail::gateway::websocket

#endif  // SAIL_GATEWAY_WEBSOCKET_CLIENT_FRAMES_H_
