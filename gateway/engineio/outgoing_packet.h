// Packets on their way to clients, encoded once for all who get them.
#ifndef SAIL_GATEWAY_ENGINEIO_OUTGOING_PACKET_H_
#define SAIL_GATEWAY_ENGINEIO_OUTGOING_PACKET_H_

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/engineio/packet.h"
#include "gateway/websocket/frame_writer.h"

namespace sail::gateway::engineio {

// One packet in the shape that WebSocket wants: a whole frame. Other transports take the frame's payload.
// Immutable and shared: copies are cheap and may live on other threads.
class OutgoingPacket {
 public:
  // A text packet: type, then body.
  static OutgoingPacket Text(PacketType type, std::string_view body) { return Text(type, {}, body); }
  // The body is prefix + body.
  static OutgoingPacket Text(PacketType type, std::string_view prefix, std::string_view body);
  // A text frame that holds exactly this.
  static OutgoingPacket RawText(std::string_view text);
  // A binary message.
  static OutgoingPacket Binary(BinaryForm form, std::string_view bytes);

  const websocket::SharedBuffer& frame() const { return frame_; }
  websocket::SharedBuffer TakeFrame() && { return std::move(frame_); }

  // Bytes on the wire.
  size_t size() const { return frame_->size(); }
  // Whether the frame is a binary one (kRaw and kTyped).
  bool is_binary() const { return ((*frame_)[0] & 0x0F) == static_cast<char>(websocket::Opcode::kBinary); }
  // Without the WebSocket header: "4hello", "b4AQID", 04 01 02 03.
  std::string_view payload() const;

 private:
  explicit OutgoingPacket(websocket::SharedBuffer frame) : frame_(std::move(frame)) {}

  websocket::SharedBuffer frame_;
};

// A binary message that may go to clients of several kinds: each form is made when the first client needs it.
// Copies share what has been made; one object belongs to one thread.
class BinaryMessage {
 public:
  explicit BinaryMessage(std::string bytes) : bytes_(std::make_shared<const std::string>(std::move(bytes))) {}

  const OutgoingPacket& PacketFor(BinaryForm form) const;

  std::string_view bytes() const { return *bytes_; }

 private:
  websocket::SharedBuffer bytes_;
  mutable std::array<std::optional<OutgoingPacket>, kBinaryForms> packets_;
};

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_OUTGOING_PACKET_H_
