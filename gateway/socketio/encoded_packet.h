// Socket.IO packets to clients, encoded once for all who get them.
#ifndef SAIL_GATEWAY_SOCKETIO_ENCODED_PACKET_H_
#define SAIL_GATEWAY_SOCKETIO_ENCODED_PACKET_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/engineio/outgoing_packet.h"
#include "gateway/socketio/packet.h"

namespace sail::gateway::socketio {

// The text part is the same bytes in both protocol versions. Copies share the buffers. One object belongs to
// one thread (attachments are encoded for a client's version when the first such client comes); for another
// thread, copy it.
struct EncodedPacket {
  engineio::OutgoingPacket text;
  std::vector<engineio::BinaryMessage> attachments;
  // Of an event: its position in the cluster's order, 0 if it is not recorded; and the offset that clients
  // get with it whose sessions survive (see offset.h), which may be that of an earlier one. 0: there are no
  // offsets.
  uint64_t seq = 0;
  uint64_t offset = 0;
  mutable std::optional<engineio::OutgoingPacket> text_with_offset = std::nullopt;

  // Made when the first such client comes.
  const engineio::OutgoingPacket& TextWithOffset() const;
};

// payload: a JSON array, the event's name in front, ["ev",1]; binary arguments are
// {"_placeholder":true,"num":N}.
EncodedPacket EncodeEvent(std::string_view nsp, std::string_view payload,
                          std::vector<std::string> attachments = {},
                          std::optional<uint64_t> id = std::nullopt);

// payload: a JSON array of the arguments.
EncodedPacket EncodeAck(std::string_view nsp, uint64_t id, std::string_view payload,
                        std::vector<std::string> attachments = {});

// A packet without id and attachments.
EncodedPacket EncodePlain(PacketType type, std::string_view nsp, std::string_view payload = {});

// ["name",arg,arg] of raw JSON arguments.
std::string EventPayload(std::string_view name, const std::vector<std::string_view>& args);

}  // namespace sail::gateway::socketio

#endif  // SAIL_GATEWAY_SOCKETIO_ENCODED_PACKET_H_
