#include "gateway/engineio/open_packet.h"

#include "platform/json/json_text.h"

namespace sail::gateway::engineio {

std::string EncodeOpenPacket(const OpenPacket& packet) {
  std::string out = R"(0{"sid":)";
  platform::json::AppendJsonString(packet.sid, &out);
  out += packet.offers_websocket ? R"(,"upgrades":["websocket"])" : R"(,"upgrades":[])";
  out += R"(,"pingInterval":)" + std::to_string(packet.ping_interval.count());
  out += R"(,"pingTimeout":)" + std::to_string(packet.ping_timeout.count());
  out += R"(,"maxPayload":)" + std::to_string(packet.max_payload) + "}";
  return out;
}

}  // namespace sail::gateway::engineio
