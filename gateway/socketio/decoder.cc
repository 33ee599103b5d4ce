#include "gateway/socketio/decoder.h"

#include <utility>

#include "absl/status/status.h"
#include "gateway/socketio/placeholders.h"

namespace sail::gateway::socketio {

absl::StatusOr<std::optional<DecodedPacket>> Decoder::AddText(std::string_view text) {
  if (missing_ > 0) return absl::InvalidArgumentError("text while attachments are missing");
  auto packet = ParsePacket(text);
  if (!packet.ok()) return packet.status();
  if (packet->attachments == 0) return DecodedPacket{*std::move(packet), {}};
  missing_ = packet->attachments;
  text_ = text;
  bytes_ = text.size();
  attachments_.clear();
  return std::nullopt;
}

absl::StatusOr<std::optional<DecodedPacket>> Decoder::AddBinary(std::string_view bytes) {
  if (missing_ == 0) return absl::InvalidArgumentError("a binary message that no packet has announced");
  bytes_ += bytes.size();
  if (bytes_ > max_bytes_) return absl::ResourceExhaustedError("the attachments are over the limit");
  attachments_.emplace_back(bytes);
  if (--missing_ > 0) return std::nullopt;
  done_ = std::exchange(text_, {});
  auto packet = ParsePacket(done_);
  if (!packet.ok()) return packet.status();
  if (absl::Status status = CheckPlaceholders(packet->payload, packet->attachments); !status.ok())
    return status;
  packet->type = packet->type == PacketType::kBinaryEvent ? PacketType::kEvent : PacketType::kAck;
  return DecodedPacket{*std::move(packet), std::exchange(attachments_, {})};
}

}  // namespace sail::gateway::socketio
