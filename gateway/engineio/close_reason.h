// Why an Engine.IO session ended, under the names that Socket.IO applications know.
#ifndef SAIL_GATEWAY_ENGINEIO_CLOSE_REASON_H_
#define SAIL_GATEWAY_ENGINEIO_CLOSE_REASON_H_

#include <cstdint>
#include <string_view>

namespace sail::gateway::engineio {

enum class CloseReason : uint8_t {
  kTransportClose,     // the client closed, or the connection was cut
  kTransportError,     // WebSocket violation, oversize message, heartbeat in the wrong direction, send queue
                       // full
  kPingTimeout,        // silence
  kParseError,         // not an Engine.IO packet
  kForcedClose,        // closed by the layer above: a packet that is not Socket.IO
  kForcedServerClose,  // closed by the layer above: a packet out of place, or no CONNECT in time
  kServerShuttingDown,
};

constexpr std::string_view CloseReasonName(CloseReason reason) {
  switch (reason) {
    case CloseReason::kTransportClose:
      return "transport close";
    case CloseReason::kTransportError:
      return "transport error";
    case CloseReason::kPingTimeout:
      return "ping timeout";
    case CloseReason::kParseError:
      return "parse error";
    case CloseReason::kForcedClose:
      return "forced close";
    case CloseReason::kForcedServerClose:
      return "forced server close";
    case CloseReason::kServerShuttingDown:
      return "server shutting down";
  }
  return "transport close";
}

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_CLOSE_REASON_H_
