// Frame types of RFC 6455 §5.2.
#ifndef SAIL_GATEWAY_WEBSOCKET_OPCODE_H_
#define SAIL_GATEWAY_WEBSOCKET_OPCODE_H_

#include <cstddef>
#include <cstdint>

namespace sail::gateway::websocket {

enum class Opcode : uint8_t {
  kContinuation = 0x0,
  kText = 0x1,
  kBinary = 0x2,
  kClose = 0x8,
  kPing = 0x9,
  kPong = 0xA,
};

inline constexpr size_t kMaxControlPayload = 125;

}  // namespace sail::gateway::websocket

#endif  // SAIL_GATEWAY_WEBSOCKET_OPCODE_H_
