// What an Engine.IO request asks for, and whether it is in order.
#ifndef SAIL_GATEWAY_ENGINEIO_ENGINE_REQUEST_H_
#define SAIL_GATEWAY_ENGINEIO_ENGINE_REQUEST_H_

#include <optional>
#include <string>
#include <string_view>

#include "gateway/engineio/engine_error.h"
#include "gateway/engineio/packet.h"

namespace sail::gateway::engineio {

struct EngineRequest {
  std::string transport;           // "polling", "websocket"
  std::string sid;                 // empty for a handshake
  std::optional<Version> version;  // nothing: neither 3 nor 4, answer kUnsupportedVersion
  bool takes_binary = true;        // no b64 in the query
  bool is_jsonp = false;           // j in the query: refused as a bad request
};

// Reads the query (without "?"). Of a parameter that is there several times, none counts.
EngineRequest ParseEngineRequest(std::string_view query);

// What is to be looked at beside the query.
struct EngineRequestContext {
  std::string_view method;
  std::string_view origin;      // empty if there is none
  bool is_upgrade = false;      // to a WebSocket
  bool allows_polling = false;  // by configuration
  bool allows_websocket = true;
  bool sid_is_known = false;  // meaningless for a handshake
};

// The refusal, if there is one, in Node's order of checks: transport, characters of the Origin, sid, method,
// websocket without upgrade. The application's own checks (allowed origins) come next, the version last; both
// are the caller's.
std::optional<EngineError> CheckEngineRequest(const EngineRequest& request,
                                              const EngineRequestContext& context);

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_ENGINE_REQUEST_H_
