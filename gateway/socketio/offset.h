// The offsets that let a client's session survive its connection (Socket.IO's connection state recovery):
// every event without acknowledgement ends in one more argument, a string; the client sends the last that it
// has seen when it comes back.
#ifndef SAIL_GATEWAY_SOCKETIO_OFFSET_H_
#define SAIL_GATEWAY_SOCKETIO_OFFSET_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/engineio/outgoing_packet.h"

namespace sail::gateway::socketio {

// A position in the cluster's order of messages (pubsub.v1.Operation.seq): "s" and eleven digits to the base
// of 36.
std::string FormatOffset(uint64_t position);

// Nothing for what FormatOffset does not write: a client takes any string at the end of an event for an
// offset.
std::optional<uint64_t> ParseOffset(std::string_view text);

// The event with the offset behind its last argument. event: a Socket.IO event's text, which ends in "]".
engineio::OutgoingPacket AppendOffset(const engineio::OutgoingPacket& event, uint64_t position);

}  // namespace sail::gateway::socketio

#endif  // SAIL_GATEWAY_SOCKETIO_OFFSET_H_
