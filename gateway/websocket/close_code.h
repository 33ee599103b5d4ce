// Close codes of RFC 6455 §7.4 and the IANA registry.
#ifndef SAIL_GATEWAY_WEBSOCKET_CLOSE_CODE_H_
#define SAIL_GATEWAY_WEBSOCKET_CLOSE_CODE_H_

#include <cstdint>

namespace sail::gateway::websocket {

enum class CloseCode : uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,
  kProtocolError = 1002,
  kUnsupportedData = 1003,
  kNone = 1005,  // never on the wire: the close frame has no code
  kInvalidPayload = 1007,
  kPolicyViolation = 1008,
  kMessageTooBig = 1009,
  kInternalError = 1011,
  kServiceRestart = 1012,
  kTryAgainLater = 1013,
};

// Whether a peer may send this code in a close frame. 1004 to 1006 and 1015 are reserved for local use; 3000
// to 4999 belong to libraries and applications.
constexpr bool IsCloseCodeAllowed(uint16_t code) {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
}

}  // namespace sail::gateway::websocket

#endif  // SAIL_GATEWAY_WEBSOCKET_CLOSE_CODE_H_
