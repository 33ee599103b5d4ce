#include "gateway/engineio/websocket_transport.h"

#include <optional>
#include <utility>

#include "gateway/websocket/frame_writer.h"
#include "gateway/websocket/message_deflate.h"

namespace sail::gateway::engineio {

using websocket::CloseCode;
using websocket::Opcode;

void WebSocketTransport::Start(std::string already_read, std::function<void()> on_finished) {
  on_finished_ = std::move(on_finished);
  stream_->Start({.on_bytes = [this](std::string_view bytes) { OnBytes(bytes); },
                  .on_close = [this](absl::Status) { OnStreamClosed(); },
                  .on_drained = [this] { OnDrained(); }});
  if (!already_read.empty()) OnBytes(already_read);
}

bool WebSocketTransport::Send(std::vector<OutgoingPacket>* batch) {
  for (OutgoingPacket& packet : *batch) {
    if (deflate_ && packet.payload().size() >= websocket::kDeflateThreshold) {
      stream_->Write(
          MakeSharedBytes(websocket::EncodeDeflatedFrame(packet.is_binary() ? Opcode::kBinary : Opcode::kText,
                                                         websocket::DeflateMessage(packet.payload()))));
    } else {
      stream_->Write(std::move(packet).TakeFrame());
    }
  }
  batch->clear();
  stream_->Flush();
  return stream_->queued_bytes() == 0;
}

void WebSocketTransport::Close(CloseReason) { EndWith(websocket::EncodeCloseFrame(CloseCode::kNone)); }

void WebSocketTransport::Abort() {
  if (state_ == State::kFinished) return;
  parser_.Stop();
  stream_->Abort();
  Finish();
}

void WebSocketTransport::OnBytes(std::string_view bytes) {
  if (state_ != State::kOpen) return;
  // The parser unmasks in place, and these bytes are the stream's.
  thread_local std::string scratch;
  scratch.assign(bytes);
  if (const std::optional<websocket::Violation> violation = parser_.Feed(scratch.data(), scratch.size())) {
    EndWith(websocket::EncodeCloseFrame(violation->code, violation->reason));
    listener_->OnTransportClosed(CloseReason::kTransportError);
  }
}

void WebSocketTransport::OnDrained() {
  if (state_ != State::kOpen) return;
  if (std::exchange(pong_waits_, false)) {
    stream_->Write(MakeSharedBytes(websocket::EncodeFrame(Opcode::kPong, ping_payload_)));
  }
  listener_->OnTransportDrained();
}

void WebSocketTransport::OnStreamClosed() {
  const bool was_open = std::exchange(state_, State::kClosing) == State::kOpen;
  parser_.Stop();
  if (was_open) listener_->OnTransportClosed(CloseReason::kTransportClose);
  Finish();
}

void WebSocketTransport::EndWith(std::string close_frame) {
  if (state_ != State::kOpen) return;
  state_ = State::kClosing;
  parser_.Stop();
  stream_->Write(MakeSharedBytes(std::move(close_frame)));
  stream_->Close();
}

void WebSocketTransport::Finish() {
  if (std::exchange(state_, State::kFinished) != State::kFinished) on_finished_();
}

void WebSocketTransport::OnText(std::string_view text) { listener_->OnTextPacket(text); }

void WebSocketTransport::OnBinary(std::string_view bytes) { listener_->OnBinaryPacket(bytes); }

void WebSocketTransport::OnPing(std::string_view payload) {
  if (stream_->queued_bytes() == 0) {
    stream_->Write(MakeSharedBytes(websocket::EncodeFrame(Opcode::kPong, payload)));
    return;
  }
  // RFC 6455 §5.5.3: of several pings only the newest needs an answer, so a client cannot pile them up here.
  pong_waits_ = true;
  ping_payload_ = payload;
}

void WebSocketTransport::OnClose(CloseCode code, std::string_view) {
  EndWith(websocket::EncodeCloseFrame(code));
  listener_->OnTransportClosed(CloseReason::kTransportClose);
}

}  // namespace sail::gateway::engineio
