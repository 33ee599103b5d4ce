// The opening handshake of RFC 6455 §4.2: whether a request may become a WebSocket, and the key of the
// answer.
#ifndef SAIL_GATEWAY_WEBSOCKET_HANDSHAKE_H_
#define SAIL_GATEWAY_WEBSOCKET_HANDSHAKE_H_

#include <string>
#include <string_view>

namespace sail::gateway::websocket {

// The parts of a request that matter. A header that is there several times: joined with ", "; missing: empty.
struct HandshakeRequest {
  std::string_view method;
  int http_version = 11;  // 10 * major + minor
  std::string_view upgrade;
  std::string_view connection;
  std::string_view version;  // Sec-WebSocket-Version
  std::string_view key;      // Sec-WebSocket-Key
};

struct HandshakeAnswer {
  // 101, or the status of the refusal: 400; 405 for a method other than GET; 426 for a version other than 13,
  // which is to be sent with "Sec-WebSocket-Version: 13" and "Upgrade: websocket".
  int status = 101;
  std::string_view reason;  // why it is refused, for the answer's body
  std::string accept;       // Sec-WebSocket-Accept, with 101 only
};

// Whether a request asks for a WebSocket at all: an Upgrade header names it.
bool AsksForWebSocket(std::string_view upgrade);

HandshakeAnswer CheckHandshake(const HandshakeRequest& request);

// Sec-WebSocket-Accept for a Sec-WebSocket-Key.
std::string AcceptKey(std::string_view key);

}  // namespace sail::gateway::websocket

#endif  // SAIL_GATEWAY_WEBSOCKET_HANDSHAKE_H_
