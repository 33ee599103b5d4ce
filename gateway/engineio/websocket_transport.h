// A session's transport over a WebSocket: frames in, frames out, on a byte stream whose HTTP part is over.
#ifndef SAIL_GATEWAY_ENGINEIO_WEBSOCKET_TRANSPORT_H_
#define SAIL_GATEWAY_ENGINEIO_WEBSOCKET_TRANSPORT_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "gateway/engineio/transport.h"
#include "gateway/http/byte_stream.h"
#include "gateway/websocket/frame_parser.h"

namespace sail::gateway::engineio {

// Single-threaded: belongs to the stream's loop. Answers WebSocket pings, the newest one first when the
// client does not read; closes with 1002, 1007 or 1009 on a violation and without a code otherwise, as
// Engine.IO servers do.
class WebSocketTransport : public Transport, private websocket::FrameHandler {
 public:
  // listener must outlive the transport's on_finished call.
  // deflate: permessage-deflate has been negotiated.
  WebSocketTransport(std::shared_ptr<ByteStream> stream, TransportListener* listener, size_t max_payload,
                     bool deflate = false)
      : stream_(std::move(stream)), listener_(listener), deflate_(deflate), parser_(max_payload, this) {
    if (deflate) parser_.AllowDeflate();
  }

  // Who hears from now on; may be called from within a call of the former one.
  void set_listener(TransportListener* listener) { listener_ = listener; }

  // Starts to read. already_read: bytes that came behind the request's head. on_finished: the connection is
  // gone and nothing will be called any more; called once, maybe from within Start or Abort; must not destroy
  // the transport.
  void Start(std::string already_read, std::function<void()> on_finished);

  bool Send(std::vector<OutgoingPacket>* batch) override;
  void Close(CloseReason reason) override;
  void Abort() override;
  void PauseReading() override { stream_->PauseReading(); }
  void ResumeReading() override { stream_->ResumeReading(); }

 private:
  enum class State { kOpen, kClosing, kFinished };

  void OnBytes(std::string_view bytes);
  void OnDrained();
  void OnStreamClosed();
  // Sends a close frame and ends the connection; the listener is told unless it asked for it.
  void EndWith(std::string close_frame);
  void Finish();

  void OnText(std::string_view text) override;
  void OnBinary(std::string_view bytes) override;
  void OnPing(std::string_view payload) override;
  void OnPong(std::string_view) override {}
  void OnClose(websocket::CloseCode code, std::string_view reason) override;

  const std::shared_ptr<ByteStream> stream_;
  TransportListener* listener_;
  const bool deflate_;
  websocket::FrameParser parser_;
  State state_ = State::kOpen;
  std::function<void()> on_finished_;
  bool pong_waits_ = false;
  std::string ping_payload_;  // of the ping to answer when the stream has drained
};

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_WEBSOCKET_TRANSPORT_H_
