#include "gateway/socketio/socket.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/socketio/client.h"
#include "platform/json/json_text.h"

namespace sail::gateway::socketio {

Socket::Socket(Client* client, std::shared_ptr<Namespace> nsp, std::string id)
    : client_(client), nsp_(std::move(nsp)), id_(std::move(id)) {
  nsp_->rooms.Add(this);
}

bool Socket::Emit(std::string_view payload, std::vector<std::string> attachments, bool is_volatile) {
  if (!connected()) return false;
  EncodedPacket packet = EncodeEvent(nsp(), payload, std::move(attachments));
  if (recovery_ != nullptr) packet.offset = client_->context_.keeper->position();
  return SendEvent(packet, is_volatile);
}

bool Socket::EmitWithAck(std::string_view payload, std::vector<std::string> attachments,
                         std::chrono::milliseconds timeout, AckCallback callback) {
  if (!connected()) return false;
  const uint64_t id = TakeAckId();
  return DeliverWithAck(EncodeEvent(nsp(), payload, std::move(attachments), id), id, timeout,
                        std::move(callback));
}

bool Socket::DeliverWithAck(const EncodedPacket& packet, uint64_t id, std::chrono::milliseconds timeout,
                            AckCallback callback) {
  if (!connected() || pending_acks_.size() >= client_->context_.options.max_pending_acks) return false;
  if (!client_->Send(packet, false)) return false;
  auto timer = client_->context_.loop->RunAfter(absl::FromChrono(timeout), [this, id] {
    const auto node = pending_acks_.extract(id);
    node.mapped().callback(absl::DeadlineExceededError("operation has timed out"));
  });
  pending_acks_.emplace(id, PendingAck{std::move(callback), std::move(timer)});
  return true;
}

void Socket::Deliver(const EncodedPacket& packet, bool is_volatile) {
  if (!connected()) {
    if (recovery_ != nullptr && recovery_->resuming) Hold(packet, is_volatile);
    return;
  }
  if (packet.seq != 0) {
    // It came back from history, too.
    if (packet.seq <= last_seq_) return;
    last_seq_ = packet.seq;
  }
  SendEvent(packet, is_volatile);
}

bool Socket::Join(std::string_view room) { return nsp_->rooms.Join(this, room); }

bool Socket::Leave(std::string_view room) { return nsp_->rooms.Leave(this, room); }

void Socket::LeaveAll() { nsp_->rooms.LeaveAllBut(this, id_); }

std::vector<std::string> Socket::Rooms() const { return nsp_->rooms.RoomsOf(*this); }

void Socket::Disconnect(bool close_connection) {
  if (state_ == State::kClosed) return;
  if (close_connection) return client_->Disconnect();
  client_->Send(EncodePlain(PacketType::kDisconnect, nsp()), false);
  client_->Drop(shared_from_this(), "server namespace disconnect");
}

bool Socket::Accept() {
  if (state_ != State::kConnecting) return false;
  const std::shared_ptr<Socket> self = shared_from_this();
  SessionKeeper* const keeper = client_->context_.keeper;
  if (keeper != nullptr) {
    last_seq_ = keeper->position();
    if (keeper->on() && !client_->speaks_protocol_4()) {
      if (!keeper->reachable()) {
        Cut();
        return false;
      }
      recovery_ = std::make_unique<Recovery>();
      recovery_->pid = client_->context_.sids->Next() + client_->context_.sids->Next();
      recovery_->connected_at = recovery_->offset = last_seq_;
    }
  }
  state_ = State::kConnected;
  client_->connect_timer_.reset();
  nsp_->rooms.Join(this, id_);
  if (recovery_ != nullptr) keeper->OnAccepted(self);
  SendConnectReply();
  DeliverEarlyEvents();
  return true;
}

bool Socket::Refuse(std::string_view message, std::string_view data_json) {
  if (state_ != State::kConnecting) return false;
  if (!client_->speaks_protocol_4()) {
    client_->SendConnectError(nsp(), message, data_json);
  } else {
    const std::string payload =
        data_json.empty() ? platform::json::JsonString(message) : std::string(data_json);
    client_->Send(EncodePlain(PacketType::kConnectError, nsp(), payload), false);
  }
  client_->Drop(shared_from_this(), {});
  return true;
}

bool Socket::SendAck(uint64_t id, std::string_view args, std::vector<std::string> attachments) {
  return connected() && client_->Send(EncodeAck(nsp(), id, args, std::move(attachments)), false);
}

void Socket::OnEventPacket(DecodedPacket decoded) {
  Packet& packet = decoded.packet;
  client_->context_.application->OnEvent(
      shared_from_this(),
      Event{std::move(packet.event), packet.payload, std::move(packet.args), std::move(decoded.attachments)},
      packet.id ? AckResponder(weak_from_this(), *packet.id) : AckResponder());
}

void Socket::OnAckPacket(DecodedPacket decoded) {
  // An answer nobody waits for is late, or made up; Node ignores it, too.
  if (!decoded.packet.id) return;
  const auto node = pending_acks_.extract(*decoded.packet.id);
  if (node.empty()) return;
  node.mapped().timer.reset();
  node.mapped().callback(AckReply{std::move(decoded.packet.args), std::move(decoded.attachments)});
}

bool Socket::KeepEarlyEvent(DecodedPacket decoded) {
  if (early_events_.size() >= client_->context_.options.max_early_events) return false;
  early_events_.push_back(
      {std::string(decoded.packet.payload), decoded.packet.id, std::move(decoded.attachments)});
  return true;
}

void Socket::DeliverEarlyEvents() {
  for (EarlyEvent& early : std::exchange(early_events_, {})) {
    if (!connected()) return;
    const std::string text = EncodePacketHead(PacketType::kEvent, 0, nsp(), early.id) + early.payload;
    if (auto packet = ParsePacket(text); packet.ok())
      OnEventPacket({*std::move(packet), std::move(early.attachments)});
  }
}

void Socket::Close(std::string_view reason) {
  const bool was_connected = std::exchange(state_, State::kClosed) == State::kConnected;
  early_events_.clear();
  Client* const client = client_;
  if (was_connected) client->context_.application->OnDisconnect(shared_from_this(), reason);
  if (was_connected && recovery_ != nullptr) {
    const bool recoverable = !reason.ends_with("namespace disconnect");
    client->context_.keeper->OnClosed(shared_from_this(), recoverable);
  }
  client_ = nullptr;
  nsp_->rooms.Remove(this);
  client->context_.namespaces->Leave(*nsp_);
  for (auto& [id, pending] : std::exchange(pending_acks_, {})) {
    pending.timer.reset();
    pending.callback(absl::CancelledError("socket has been disconnected"));
  }
}

}  // namespace sail::gateway::socketio
