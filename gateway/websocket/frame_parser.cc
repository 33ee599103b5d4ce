#include "gateway/websocket/frame_parser.h"

#include <algorithm>
#include <cstring>

#include "gateway/websocket/message_deflate.h"

namespace sail::gateway::websocket {
namespace {

constexpr Violation ProtocolError(std::string_view reason) { return {CloseCode::kProtocolError, reason}; }

constexpr Violation kTooBig = {CloseCode::kMessageTooBig, "the message is over the limit"};
constexpr Violation kNotDeflate = {CloseCode::kInvalidPayload, "data that cannot be unpacked"};
constexpr Violation kNotUtf8 = {CloseCode::kInvalidPayload, "text is not UTF-8"};

// RSV1, RFC 7692 §6.
constexpr int kDeflatedBit = 0x40;

// A message buffer up to this size is kept for the next fragmented message.
constexpr size_t kKeptCapacity = 4096;

// offset: how many bytes of the frame's payload came before data.
void Unmask(char* data, size_t size, const uint8_t mask[4], uint64_t offset) {
  uint8_t turned[8];
  for (size_t i = 0; i < 8; ++i) turned[i] = mask[(offset + i) % 4];
  uint64_t key;
  std::memcpy(&key, turned, sizeof(key));
  size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    uint64_t word;
    std::memcpy(&word, data + i, sizeof(word));
    word ^= key;
    std::memcpy(data + i, &word, sizeof(word));
  }
  for (; i < size; ++i) data[i] = static_cast<char>(data[i] ^ turned[i % 8]);
}

}  // namespace

size_t FrameParser::HeaderBytesNeeded() const {
  if (header_size_ < 2) return 0;
  const uint8_t length = header_[1] & 0x7F;
  const size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
  return 2 + extended + 4;
}

std::optional<Violation> FrameParser::Feed(char* data, size_t size) {
  while (size > 0 && !stopped_) {
    if (in_payload_) {
      const auto take = static_cast<size_t>(std::min<uint64_t>(size, payload_size_ - payload_taken_));
      if (auto violation = TakePayload(data, take)) {
        stopped_ = true;
        return violation;
      }
      data += take;
      size -= take;
      continue;
    }
    size_t needed = HeaderBytesNeeded();
    const size_t take = std::min<size_t>(size, (needed == 0 ? 2 : needed) - header_size_);
    std::memcpy(header_ + header_size_, data, take);
    header_size_ += static_cast<uint8_t>(take);
    data += take;
    size -= take;
    const bool first_two = needed == 0 && header_size_ == 2;
    if (needed == 0) needed = HeaderBytesNeeded();
    std::optional<Violation> violation;
    if (first_two) violation = CheckFirstBytes();
    if (!violation && header_size_ == needed) violation = StartFrame();
    if (violation) {
      stopped_ = true;
      return violation;
    }
  }
  return std::nullopt;
}

std::optional<Violation> FrameParser::CheckFirstBytes() {
  fin_ = (header_[0] & 0x80) != 0;
  opcode_ = static_cast<Opcode>(header_[0] & 0x0F);
  const bool starts_message = opcode_ == Opcode::kText || opcode_ == Opcode::kBinary;
  const int allowed = deflate_ && starts_message ? kDeflatedBit : 0;
  if ((header_[0] & 0x70 & ~allowed) != 0) return ProtocolError("a reserved bit is set");
  switch (opcode_) {
    case Opcode::kContinuation:
      if (!in_message_) return ProtocolError("a continuation of nothing");
      break;
    case Opcode::kText:
    case Opcode::kBinary:
      if (in_message_) return ProtocolError("a message inside a fragmented one");
      break;
    case Opcode::kClose:
    case Opcode::kPing:
    case Opcode::kPong:
      if (!fin_) return ProtocolError("a fragmented control frame");
      if ((header_[1] & 0x7F) > kMaxControlPayload) return ProtocolError("a control frame over 125 bytes");
      break;
    default:
      return ProtocolError("an unknown opcode");
  }
  if ((header_[1] & 0x80) == 0) return ProtocolError("a frame without mask");
  return std::nullopt;
}

std::optional<Violation> FrameParser::StartFrame() {
  const uint8_t length = header_[1] & 0x7F;
  size_t at = 2;
  payload_size_ = length;
  if (length >= 126) {
    const size_t end = length == 126 ? 4 : 10;
    payload_size_ = 0;
    for (; at < end; ++at) payload_size_ = payload_size_ << 8 | header_[at];
    if (payload_size_ < (length == 126 ? 126u : 65536u) || payload_size_ >> 63 != 0) {
      return ProtocolError("a length that is not in its shortest form");
    }
  }
  std::memcpy(mask_, header_ + at, sizeof(mask_));
  header_size_ = 0;
  payload_taken_ = 0;
  in_payload_ = true;
  if (!IsControl()) {
    if (payload_size_ > max_message_bytes_ - message_.size()) return kTooBig;
    if (opcode_ != Opcode::kContinuation) {
      in_message_ = true;
      message_is_text_ = opcode_ == Opcode::kText;
      message_is_deflated_ = (header_[0] & kDeflatedBit) != 0;
    }
  }
  return payload_size_ == 0 ? TakePayload(nullptr, 0) : std::nullopt;
}

std::optional<Violation> FrameParser::TakePayload(char* data, size_t size) {
  Unmask(data, size, mask_, payload_taken_);
  const std::string_view piece(data, size);
  if (IsControl()) {
    if (size == payload_size_) return FinishControlFrame(piece);
    std::memcpy(control_ + payload_taken_, data, size);
    payload_taken_ += size;
    if (payload_taken_ < payload_size_) return std::nullopt;
    return FinishControlFrame(std::string_view(control_, payload_taken_));
  }
  if (message_is_text_ && !message_is_deflated_ && !utf8_.Add(piece)) return kNotUtf8;
  payload_taken_ += size;
  const bool frame_ends = payload_taken_ == payload_size_;
  if (frame_ends) in_payload_ = false;
  if (!frame_ends || !fin_) {
    message_.append(piece);
    return std::nullopt;
  }
  return FinishMessage(piece);
}

std::optional<Violation> FrameParser::FinishMessage(std::string_view last_piece) {
  in_message_ = false;
  std::optional<Violation> violation;
  if (message_is_deflated_) {
    message_.append(last_piece);
    violation = DeliverDeflated();
  } else if (message_is_text_ && !utf8_.complete()) {
    violation = kNotUtf8;
  } else if (message_.empty()) {
    Deliver(last_piece);
    return std::nullopt;
  } else {
    message_.append(last_piece);
    Deliver(message_);
  }
  if (message_.capacity() > kKeptCapacity) {
    message_ = std::string();
  } else {
    message_.clear();
  }
  return violation;
}

std::optional<Violation> FrameParser::DeliverDeflated() {
  bool too_large = false;
  const std::optional<std::string> message = InflateMessage(message_, max_message_bytes_, &too_large);
  if (!message.has_value()) return too_large ? kTooBig : kNotDeflate;
  if (message_is_text_ && !(utf8_.Add(*message) && utf8_.complete())) return kNotUtf8;
  Deliver(*message);
  return std::nullopt;
}

void FrameParser::Deliver(std::string_view message) {
  if (message_is_text_) {
    handler_->OnText(message);
  } else {
    handler_->OnBinary(message);
  }
}

std::optional<Violation> FrameParser::FinishControlFrame(std::string_view payload) {
  in_payload_ = false;
  if (opcode_ == Opcode::kPing) {
    handler_->OnPing(payload);
    return std::nullopt;
  }
  if (opcode_ == Opcode::kPong) {
    handler_->OnPong(payload);
    return std::nullopt;
  }
  if (payload.size() == 1) return ProtocolError("a close frame with one byte");
  uint16_t code = static_cast<uint16_t>(CloseCode::kNone);
  if (!payload.empty()) {
    code = static_cast<uint16_t>(static_cast<uint8_t>(payload[0]) << 8 | static_cast<uint8_t>(payload[1]));
    if (!IsCloseCodeAllowed(code)) return ProtocolError("a close code that may not be sent");
    payload.remove_prefix(2);
    Utf8Validator reason;
    if (!reason.Add(payload) || !reason.complete()) return kNotUtf8;
  }
  stopped_ = true;
  handler_->OnClose(static_cast<CloseCode>(code), payload);
  return std::nullopt;
}

}  // namespace sail::gateway::websocket
