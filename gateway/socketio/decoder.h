// Engine.IO messages in, whole Socket.IO packets out: puts binary packets together with their attachments.
#ifndef SAIL_GATEWAY_SOCKETIO_DECODER_H_
#define SAIL_GATEWAY_SOCKETIO_DECODER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/socketio/packet.h"

namespace sail::gateway::socketio {

// type is never a binary one: those have become kEvent and kAck with attachments.
struct DecodedPacket {
  Packet packet;  // points into the text that was given, or into the decoder; valid until the next call
  std::vector<std::string> attachments;
};

// Single-threaded. After an error the connection has to be closed; the decoder is of no more use then.
class Decoder {
 public:
  // max_bytes: a packet's text and attachments together. What a client can make the process hold.
  explicit Decoder(size_t max_bytes) : max_bytes_(max_bytes) {}

  // The packet, or nothing while attachments are missing. INVALID_ARGUMENT as ParsePacket, and for a text
  // while attachments are missing, a binary message that no packet has announced, and a placeholder that
  // names no attachment. RESOURCE_EXHAUSTED over max_bytes.
  absl::StatusOr<std::optional<DecodedPacket>> AddText(std::string_view text);
  absl::StatusOr<std::optional<DecodedPacket>> AddBinary(std::string_view bytes);

 private:
  const size_t max_bytes_;
  std::string text_;  // of the packet that waits for attachments; empty if none does
  std::string done_;  // of the one before, which its caller may still look at
  size_t bytes_ = 0;
  int missing_ = 0;
  std::vector<std::string> attachments_;
};

}  // namespace sail::gateway::socketio

#endif  // SAIL_GATEWAY_SOCKETIO_DECODER_H_
