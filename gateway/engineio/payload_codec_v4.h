// Bodies of HTTP long-polling in Engine.IO 4: text packets joined by the record separator 0x1e; a binary
// message is "b" and base64.
#ifndef SAIL_GATEWAY_ENGINEIO_PAYLOAD_CODEC_V4_H_
#define SAIL_GATEWAY_ENGINEIO_PAYLOAD_CODEC_V4_H_

#include <string>
#include <string_view>
#include <vector>

#include "gateway/engineio/outgoing_packet.h"

namespace sail::gateway::engineio {

// The body of a poll's answer. Packets in any form; binary ones become base64.
std::string EncodePayloadV4(const std::vector<OutgoingPacket>& packets);

// The packets of a POST's body, as EngineSession::OnTextPacket takes them; points into the body. An empty
// body is one empty packet, which the session refuses.
std::vector<std::string_view> DecodePayloadV4(std::string_view body);

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_PAYLOAD_CODEC_V4_H_
