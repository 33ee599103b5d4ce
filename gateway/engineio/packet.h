// The vocabulary of Engine.IO protocol versions 3 and 4.
#ifndef SAIL_GATEWAY_ENGINEIO_PACKET_H_
#define SAIL_GATEWAY_ENGINEIO_PACKET_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace sail::gateway::engineio {

// v3 is what socket.io-client 2.x and sails.io.js speak, v4 what 3.x and 4.x do.
enum class Version : uint8_t { kV3 = 3, kV4 = 4 };

// The first character of a text packet.
enum class PacketType : char {
  kOpen = '0',
  kClose = '1',
  kPing = '2',
  kPong = '3',
  kMessage = '4',
  kUpgrade = '5',
  kNoop = '6',
};

// The first character of a text packet that is a binary message in base64. In v3 the type digit follows it.
inline constexpr char kBase64Marker = 'b';

constexpr bool IsPacketType(char c) { return c >= '0' && c <= '6'; }

// The query parameter EIO. Exactly "3" or "4"; everything else, a missing one too, is engine error 5. (Node
// takes whatever is not "4" for 3, which the protocol's own test suites refuse.)
constexpr std::optional<Version> ParseVersion(std::string_view eio) {
  if (eio == "4") return Version::kV4;
  if (eio == "3") return Version::kV3;
  return std::nullopt;
}

// How a binary message travels; depends on the version and on whether the client takes binary at all (query
// b64=1, and polling in v4, which is always text).
enum class BinaryForm : uint8_t {
  kRaw,          // v4: the bytes
  kTyped,        // v3: 0x04, then the bytes
  kBase64,       // v4: text "b", then base64
  kTypedBase64,  // v3: text "b4", then base64
};
inline constexpr int kBinaryForms = 4;

constexpr BinaryForm BinaryFormFor(Version version, bool takes_binary) {
  if (version == Version::kV3) return takes_binary ? BinaryForm::kTyped : BinaryForm::kTypedBase64;
  return takes_binary ? BinaryForm::kRaw : BinaryForm::kBase64;
}

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_PACKET_H_
