// The refusals of Engine.IO requests.
#ifndef SAIL_GATEWAY_ENGINEIO_ENGINE_ERROR_H_
#define SAIL_GATEWAY_ENGINEIO_ENGINE_ERROR_H_

#include <string>
#include <string_view>

namespace sail::gateway::engineio {

struct EngineError {
  int code;
  std::string_view message;
  // Of the answer over HTTP. The refusal of a WebSocket upgrade is always 400, with the message alone as
  // text/html.
  int status;
};

inline constexpr EngineError kUnknownTransport = {0, "Transport unknown", 400};
inline constexpr EngineError kUnknownSid = {1, "Session ID unknown", 400};
inline constexpr EngineError kBadHandshakeMethod = {2, "Bad handshake method", 400};
inline constexpr EngineError kBadRequest = {3, "Bad request", 400};
inline constexpr EngineError kForbidden = {4, "Forbidden", 403};
inline constexpr EngineError kUnsupportedVersion = {5, "Unsupported protocol version", 400};

// {"code":N,"message":"..."}, application/json.
std::string EngineErrorBody(const EngineError& error);

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_ENGINE_ERROR_H_
