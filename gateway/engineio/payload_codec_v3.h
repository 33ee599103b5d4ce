// Bodies of HTTP long-polling in Engine.IO 3. Text: each packet behind its length in UTF-16 code units and a
// colon. Binary (application/octet-stream), for clients that take it: each packet behind 00 (text) or 01
// (binary), its length in bytes as one byte per decimal digit, and ff.
#ifndef SAIL_GATEWAY_ENGINEIO_PAYLOAD_CODEC_V3_H_
#define SAIL_GATEWAY_ENGINEIO_PAYLOAD_CODEC_V3_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/engineio/outgoing_packet.h"

namespace sail::gateway::engineio {

struct PayloadV3 {
  std::string body;
  bool is_binary = false;  // Content-Type application/octet-stream
};

// The body of a poll's answer: binary if any of the packets is (kTyped), text otherwise. No packets: "0:".
PayloadV3 EncodePayloadV3(const std::vector<OutgoingPacket>& packets);

// One packet of a body, which it points into. Goes to EngineSession::OnTextPacket or OnBinaryPacket.
struct PayloadPacketV3 {
  bool is_binary = false;
  std::string_view data;
};

// Nothing if the body is not a payload, its text not UTF-8, or empty. Packets of length 0 are skipped, as
// "0:" says that there is nothing.
std::optional<std::vector<PayloadPacketV3>> DecodeTextPayloadV3(std::string_view body);
std::optional<std::vector<PayloadPacketV3>> DecodeBinaryPayloadV3(std::string_view body);

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_PAYLOAD_CODEC_V3_H_
