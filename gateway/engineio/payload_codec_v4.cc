#include "gateway/engineio/payload_codec_v4.h"

#include "gateway/engineio/base64.h"

namespace sail::gateway::engineio {
namespace {

constexpr char kSeparator = '\x1e';

}  // namespace

std::string EncodePayloadV4(const std::vector<OutgoingPacket>& packets) {
  std::string body;
  for (const OutgoingPacket& packet : packets) {
    if (&packet != &packets.front()) body.push_back(kSeparator);
    if (packet.is_binary()) {
      body.push_back(kBase64Marker);
      AppendBase64(packet.payload(), &body);
    } else {
      body.append(packet.payload());
    }
  }
  return body;
}

std::vector<std::string_view> DecodePayloadV4(std::string_view body) {
  std::vector<std::string_view> packets;
  for (;;) {
    const size_t end = body.find(kSeparator);
    packets.push_back(body.substr(0, end));
    if (end == std::string_view::npos) return packets;
    body.remove_prefix(end + 1);
  }
}

}  // namespace sail::gateway::engineio
