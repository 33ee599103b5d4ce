// The text grammar of Socket.IO packets: <type>[<attachments>-][<namespace>,][<id>][<json>]. Protocol 5
// (clients 3.x and 4.x) and protocol 4 (clients 2.x, sails.io.js) share it.
#ifndef SAIL_GATEWAY_SOCKETIO_PACKET_H_
#define SAIL_GATEWAY_SOCKETIO_PACKET_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace sail::gateway::socketio {

enum class PacketType : uint8_t {
  kConnect = 0,
  kDisconnect = 1,
  kEvent = 2,
  kAck = 3,
  kConnectError = 4,  // ERROR in protocol 4; from server to client only
  kBinaryEvent = 5,
  kBinaryAck = 6,
};

// What socket.io-parser allows by default.
inline constexpr int kMaxAttachments = 10;

// A packet taken apart, its payload checked but not decoded. Views point into the parsed text.
struct Packet {
  PacketType type = PacketType::kConnect;
  std::string_view nsp = "/";  // in protocol 4 a CONNECT may have a query behind it: "/adm?foo=bar"
  std::optional<uint64_t> id;  // of the acknowledgement that is asked for or given
  int attachments = 0;  // binary messages that follow; 1 to kMaxAttachments in kBinaryEvent and kBinaryAck
  std::string_view payload;            // JSON; empty if there is none
  std::string event;                   // events only: the name; a number in JavaScript's notation
  std::vector<std::string_view> args;  // events: the elements behind the name; acks: all elements
};

// INVALID_ARGUMENT for whatever socket.io-parser 4.2 refuses: an unknown type; an attachment count that is
// not an integer from 1 to 10; a CONNECT payload that is not an object; a DISCONNECT payload; an event
// payload that is not an array beginning with a string or a number, or whose name is reserved; an ack payload
// that is not an array; JSON that is malformed or nested deeper than 64. Also for an id over 2^53 - 1 and an
// event or ack without payload.
absl::StatusOr<Packet> ParsePacket(std::string_view text);

// connect, connect_error, disconnect, disconnecting, newListener, removeListener: names that would clash with
// what a Socket.IO application hears from its own library.
bool IsReservedEvent(std::string_view name);

// Everything in front of the JSON, in an Engine.IO message: "2/adm,7".
std::string EncodePacketHead(PacketType type, size_t attachments, std::string_view nsp,
                             std::optional<uint64_t> id);

}  // namespace sail::gateway::socketio

#endif  // SAIL_GATEWAY_SOCKETIO_PACKET_H_
