#include "gateway/engineio/session.h"

#include <utility>

#include "absl/time/time.h"
#include "gateway/engineio/base64.h"
#include "gateway/engineio/open_packet.h"

namespace sail::gateway::engineio {
namespace {

const OutgoingPacket& PingPacket() {
  static const OutgoingPacket* const packet = new OutgoingPacket(OutgoingPacket::Text(PacketType::kPing, {}));
  return *packet;
}

const OutgoingPacket& PongPacket() {
  static const OutgoingPacket* const packet = new OutgoingPacket(OutgoingPacket::Text(PacketType::kPong, {}));
  return *packet;
}

// A batch vector of an idle session keeps no more room than this.
constexpr size_t kKeptBatchCapacity = 32;

}  // namespace

EngineSession::EngineSession(std::string sid, Version version, const SessionOptions* options, EventLoop* loop,
                             FlushScheduler* scheduler, SessionHandler* handler)
    : sid_(std::move(sid)),
      version_(version),
      options_(*options),
      loop_(loop),
      scheduler_(scheduler),
      handler_(handler),
      queue_(options->send_queue) {}

EngineSession::~EngineSession() = default;

void EngineSession::Open(Transport* transport, bool offers_websocket, bool takes_binary) {
  transport_ = transport;
  state_ = State::kOpen;
  binary_form_ = BinaryFormFor(version_, takes_binary);
  Send(OutgoingPacket::RawText(EncodeOpenPacket(
      {sid_, offers_websocket, options_.ping_interval, options_.ping_timeout, options_.max_payload})));
  if (version_ == Version::kV4) {
    StartPingInterval();
  } else {
    last_packet_ = loop_->Now();
    WatchSilence(options_.ping_interval + options_.ping_timeout);
  }
}

void EngineSession::SwitchTo(Transport* transport, bool takes_binary, std::vector<OutgoingPacket> unsent) {
  if (state_ == State::kClosed) return;
  transport_ = transport;
  binary_form_ = BinaryFormFor(version_, takes_binary);
  if (paused_) transport_->PauseReading();
  if (unsent.empty() || transport_->Send(&unsent)) queue_.BatchWritten();
  SendQueued();
}

void EngineSession::SendQueued() {
  if (state_ == State::kOpen && queue_.has_pending() && !queue_.in_flight()) SendBatch();
}

void EngineSession::OnTextPacket(std::string_view packet) {
  if (state_ != State::kOpen) return;
  if (packet.empty()) return Close(CloseReason::kParseError);
  if (packet[0] == kBase64Marker) {
    packet.remove_prefix(1);
    if (version_ == Version::kV3) {
      if (packet.empty() || packet[0] != static_cast<char>(PacketType::kMessage))
        return Close(CloseReason::kParseError);
      packet.remove_prefix(1);
    }
    const std::optional<std::string> bytes = DecodeBase64(packet);
    if (!bytes) return Close(CloseReason::kParseError);
    NoteActivity();
    return handler_->OnBinaryMessage(*bytes);
  }
  if (!IsPacketType(packet[0])) return Close(CloseReason::kParseError);
  switch (static_cast<PacketType>(packet[0])) {
    case PacketType::kMessage:
      NoteActivity();
      return handler_->OnMessage(packet.substr(1));
    case PacketType::kPing:
      return OnPing();
    case PacketType::kPong:
      return OnPong();
    case PacketType::kClose:
      // Node ignores it over WebSocket and lets the ping timeout find out; the client is leaving all the
      // same.
      return Close(CloseReason::kTransportClose);
    case PacketType::kOpen:
    case PacketType::kUpgrade:
    case PacketType::kNoop:
      return NoteActivity();
  }
}

void EngineSession::OnBinaryPacket(std::string_view payload) {
  if (state_ != State::kOpen) return;
  if (version_ == Version::kV3) {
    // v3 has the type as a number in front; only messages are binary.
    if (payload.empty() || payload[0] != 4) return Close(CloseReason::kParseError);
    payload.remove_prefix(1);
  }
  NoteActivity();
  handler_->OnBinaryMessage(payload);
}

void EngineSession::OnTransportDrained() {
  queue_.BatchWritten();
  if (state_ == State::kOpen && queue_.has_pending()) SendBatch();
}

void EngineSession::OnTransportClosed(CloseReason reason) {
  if (state_ == State::kClosed) return;
  transport_ = nullptr;
  Finish(reason);
}

bool EngineSession::Send(const OutgoingPacket& packet, bool is_volatile) {
  if (state_ != State::kOpen) return false;
  if (is_volatile && !writable()) {
    options_.on_volatile_dropped();
    return false;
  }
  if (!queue_.Push(packet)) {
    state_ = State::kOverflown;
    queue_.Clear();
    options_.on_send_queue_overflow();
    scheduler_->ScheduleFlush(this);
    return false;
  }
  // While a batch is on its way, its completion sends the next.
  if (!queue_.in_flight()) scheduler_->ScheduleFlush(this);
  return true;
}

void EngineSession::Close(CloseReason reason) {
  if (state_ == State::kClosed) return;
  if (Transport* const transport = std::exchange(transport_, nullptr)) {
    if (queue_.has_pending()) {
      queue_.TakeBatch(&batch_);
      transport->Send(&batch_);
    }
    transport->Close(reason);
  }
  Finish(reason);
}

void EngineSession::PauseReading() {
  if (transport_ == nullptr) return;
  paused_ = true;
  transport_->PauseReading();
}

void EngineSession::ResumeReading() {
  if (transport_ == nullptr || !std::exchange(paused_, false)) return;
  transport_->ResumeReading();
  // The client's signs of life have been waiting unread.
  RestartSilence();
}

void EngineSession::RestartSilence() {
  last_packet_ = loop_->Now();
  if (awaiting_pong_) StartPingTimeout();
}

void EngineSession::Flush() {
  if (state_ == State::kOverflown) {
    if (Transport* const transport = std::exchange(transport_, nullptr)) transport->Abort();
    return Finish(CloseReason::kTransportError);
  }
  SendQueued();
}

void EngineSession::SendBatch() {
  queue_.TakeBatch(&batch_);
  if (transport_->Send(&batch_)) queue_.BatchWritten();
  if (batch_.capacity() > kKeptBatchCapacity) batch_ = {};
}

void EngineSession::NoteActivity() {
  if (version_ == Version::kV3) {
    last_packet_ = loop_->Now();
  } else if (awaiting_pong_ && !pong_time_extended_) {
    pong_time_extended_ = true;
    StartPingTimeout();
  }
}

void EngineSession::OnPing() {
  if (version_ != Version::kV3) return Close(CloseReason::kTransportError);
  NoteActivity();
  Send(PongPacket());
}

void EngineSession::OnPong() {
  if (version_ != Version::kV4) return Close(CloseReason::kTransportError);
  if (!awaiting_pong_) return;
  awaiting_pong_ = false;
  StartPingInterval();
}

void EngineSession::StartPingInterval() {
  timer_ = loop_->RunAfter(absl::FromChrono(options_.ping_interval), [this] {
    awaiting_pong_ = true;
    pong_time_extended_ = false;
    Send(PingPacket());
    StartPingTimeout();
  });
}

void EngineSession::StartPingTimeout() {
  timer_ = loop_->RunAfter(absl::FromChrono(options_.ping_timeout), [this] { OnSilence(); });
}

// Packets only note the time; the timer looks, when it fires, how long the silence has really been.
void EngineSession::WatchSilence(std::chrono::milliseconds time) {
  timer_ = loop_->RunAfter(absl::FromChrono(time), [this] {
    const auto limit = options_.ping_interval + options_.ping_timeout;
    const auto silence = std::chrono::floor<std::chrono::milliseconds>(loop_->Now() - last_packet_);
    if (silence < limit) return WatchSilence(limit - silence);
    OnSilence();
  });
}

void EngineSession::OnSilence() {
  if (paused_) {
    // It is us who do not listen.
    RestartSilence();
    if (version_ == Version::kV3) WatchSilence(options_.ping_interval + options_.ping_timeout);
    return;
  }
  queue_.Clear();
  Close(CloseReason::kPingTimeout);
}

void EngineSession::Finish(CloseReason reason) {
  state_ = State::kClosed;
  timer_.reset();
  queue_.Clear();
  batch_.clear();
  handler_->OnSessionClosed(reason);
}

}  // namespace sail::gateway::engineio
