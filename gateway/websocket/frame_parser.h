// Frames from client to server (RFC 6455 §5), incrementally: bytes in as they arrive, whole messages and
// control frames out. Knows no socket; see engineio/websocket_transport.h for the connection around it.
#ifndef SAIL_GATEWAY_WEBSOCKET_FRAME_PARSER_H_
#define SAIL_GATEWAY_WEBSOCKET_FRAME_PARSER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/websocket/close_code.h"
#include "gateway/websocket/opcode.h"
#include "gateway/websocket/utf8_validator.h"

namespace sail::gateway::websocket {

// What the parser delivers. Views are valid during the call only. A handler may call FrameParser::Stop, but
// must not destroy the parser or feed it from within a call.
class FrameHandler {
 public:
  virtual ~FrameHandler() = default;

  // A whole message, put together from its fragments; text is valid UTF-8.
  virtual void OnText(std::string_view text) = 0;
  virtual void OnBinary(std::string_view bytes) = 0;

  // Control frames may come between the fragments of a message. payload: at most 125 bytes.
  virtual void OnPing(std::string_view payload) = 0;
  virtual void OnPong(std::string_view payload) = 0;

  // The last call: what follows a close frame is ignored. code is CloseCode::kNone if the frame has none;
  // reason is valid UTF-8.
  virtual void OnClose(CloseCode code, std::string_view reason) = 0;
};

// Why the connection has to be closed.
struct Violation {
  CloseCode code;           // kProtocolError, kInvalidPayload or kMessageTooBig
  std::string_view reason;  // static text
};

// Single-threaded. Memory: one message up to the limit, allocated as its bytes arrive, not as a header
// announces them.
//
// Refused with 1002: unmasked frames, RSV bits that no negotiated extension explains, unknown opcodes,
// fragmented or long control frames, a continuation of nothing, a new message inside a fragmented one,
// lengths not in their shortest form or over 2^63, a close frame with one byte or a forbidden code. With
// 1007: text or a close reason that is not UTF-8, as soon as the first wrong byte is there (of a compressed
// message, when it is whole), and a compressed message that cannot be unpacked. With 1009: a message over the
// limit, as soon as a header tells, or as soon as unpacking shows it.
class FrameParser {
 public:
  // handler must outlive the parser.
  FrameParser(size_t max_message_bytes, FrameHandler* handler)
      : max_message_bytes_(max_message_bytes), handler_(handler) {}
  FrameParser(const FrameParser&) = delete;
  FrameParser& operator=(const FrameParser&) = delete;

  // permessage-deflate has been negotiated as message_deflate.h does it.
  void AllowDeflate() { deflate_ = true; }

  // Consumes all of data, which is unmasked in place: a message that lies whole in one chunk is delivered
  // from there without a copy. After a violation, a close frame or Stop the parser ignores everything.
  [[nodiscard]] std::optional<Violation> Feed(char* data, size_t size);

  // Delivers nothing more, not even the rest of the chunk that is being fed.
  void Stop() { stopped_ = true; }

 private:
  // Bytes of the header that is in header_, or 0 while that is not known yet.
  size_t HeaderBytesNeeded() const;
  std::optional<Violation> CheckFirstBytes();
  std::optional<Violation> StartFrame();
  std::optional<Violation> TakePayload(char* data, size_t size);
  std::optional<Violation> FinishMessage(std::string_view last_piece);
  std::optional<Violation> DeliverDeflated();
  void Deliver(std::string_view message);
  std::optional<Violation> FinishControlFrame(std::string_view payload);

  bool IsControl() const { return (static_cast<uint8_t>(opcode_) & 0x8) != 0; }

  const size_t max_message_bytes_;
  FrameHandler* const handler_;
  bool stopped_ = false;
  bool deflate_ = false;

  // The current frame.
  uint8_t header_[14];
  uint8_t header_size_ = 0;  // bytes of it that have arrived
  bool in_payload_ = false;
  bool fin_ = false;
  Opcode opcode_ = Opcode::kContinuation;
  uint8_t mask_[4] = {};
  uint64_t payload_size_ = 0;
  uint64_t payload_taken_ = 0;

  // The current message: what could not be delivered from the caller's chunk.
  bool in_message_ = false;
  bool message_is_text_ = false;
  bool message_is_deflated_ = false;
  std::string message_;
  Utf8Validator utf8_;

  char control_[kMaxControlPayload];
};

}  // namespace sail::gateway::websocket

#endif  // SAIL_GATEWAY_WEBSOCKET_FRAME_PARSER_H_
