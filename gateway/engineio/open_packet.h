// The first packet of a session.
#ifndef SAIL_GATEWAY_ENGINEIO_OPEN_PACKET_H_
#define SAIL_GATEWAY_ENGINEIO_OPEN_PACKET_H_

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace sail::gateway::engineio {

struct OpenPacket {
  std::string_view sid;
  bool offers_websocket = false;  // true on polling where an upgrade is possible
  std::chrono::milliseconds ping_interval;
  std::chrono::milliseconds ping_timeout;
  size_t max_payload;
};

// 0{"sid":...,"upgrades":[...],"pingInterval":...,"pingTimeout":...,"maxPayload":...}: exactly these keys in
// this order, in both protocol versions.
std::string EncodeOpenPacket(const OpenPacket& packet);

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_OPEN_PACKET_H_
