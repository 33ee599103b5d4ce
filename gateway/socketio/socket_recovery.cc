// The part of a socket that lets its session survive its connection.
#include <algorithm>
#include <utility>

#include "gateway/socketio/client.h"
#include "gateway/socketio/offset.h"
#include "gateway/socketio/socket.h"
#include "platform/json/json_text.h"

namespace sail::gateway::socketio {

bool Socket::SendEvent(const EncodedPacket& packet, bool is_volatile) {
  if (recovery_ == nullptr) return client_->Send(packet, is_volatile);
  // Right after a recovery the socket may be ahead of what the loop has seen: its offsets must not go back.
  const bool ahead = packet.offset < last_seq_;
  const bool sent = client_->Send(ahead ? AppendOffset(packet.text, last_seq_) : packet.TextWithOffset(),
                                  packet.attachments, is_volatile);
  // What should have been sent counts, too: the client must not pass for one that has it.
  if (sent || !is_volatile) recovery_->offset = ahead ? last_seq_ : packet.offset;
  return sent;
}

void Socket::SendConnectReply() {
  std::string payload;
  if (!client_->speaks_protocol_4()) {
    payload = R"({"sid":)";
    platform::json::AppendJsonString(id_, &payload);
    if (recovery_ != nullptr) {
      payload += R"(,"pid":)";
      platform::json::AppendJsonString(recovery_->pid, &payload);
    }
    payload += '}';
  }
  client_->Send(EncodePlain(PacketType::kConnect, nsp(), payload), false);
}

void Socket::Cut() {
  if (state_ != State::kClosed) client_->session().Close(engineio::CloseReason::kTransportClose);
}

size_t Socket::queued_bytes() const { return client_ == nullptr ? 0 : client_->session().queued_bytes(); }

void Socket::set_data_json(std::string json) {
  data_json_ = std::move(json);
  if (recovery_ != nullptr && connected()) client_->context_.keeper->OnDataChanged(shared_from_this());
}

void Socket::BeginResume(std::string_view auth_json) {
  recovery_ = std::make_unique<Recovery>();
  recovery_->resuming = true;
  recovery_->auth_json = auth_json;
}

bool Socket::Adopt(const std::string& id, std::string data_json, Recovery session) {
  if (state_ != State::kConnecting) return false;
  id_ = id;
  data_json_ = std::move(data_json);
  recovery_->pid = std::move(session.pid);
  recovery_->generation = session.generation;
  recovery_->connected_at = session.connected_at;
  recovery_->offset = session.offset;
  return true;
}

void Socket::Hold(const EncodedPacket& packet, bool is_volatile) {
  if (is_volatile) return;
  Recovery& recovery = *recovery_;
  recovery.held_bytes += packet.text.size();
  recovery.held.push_back({packet, is_volatile});
  while (recovery.held.size() > Recovery::kMaxHeld || recovery.held_bytes > Recovery::kMaxHeldBytes) {
    const EncodedPacket& oldest = recovery.held.front().packet;
    recovery.dropped = std::max(recovery.dropped, oldest.seq);
    recovery.held_bytes -= oldest.text.size();
    recovery.held.pop_front();
  }
}

void Socket::SendMissed(EncodedPacket packet) {
  if (state_ != State::kConnecting) return;
  packet.offset = last_seq_ = packet.seq;
  SendEvent(packet, false);
}

bool Socket::FinishResume(uint64_t position) {
  if (state_ != State::kConnecting || recovery_->dropped > position) return false;
  const std::shared_ptr<Socket> self = shared_from_this();
  state_ = State::kConnected;
  client_->connect_timer_.reset();
  last_seq_ = position;
  recovery_->resuming = false;
  recovery_->auth_json.clear();
  SendConnectReply();
  client_->context_.application->OnRecovered(self);
  for (const Recovery::Held& held : std::exchange(recovery_->held, {}))
    Deliver(held.packet, held.is_volatile);
  DeliverEarlyEvents();
  return true;
}

void Socket::ConnectAnew() {
  if (state_ != State::kConnecting) return;
  const std::unique_ptr<Recovery> given_up = std::move(recovery_);
  nsp_->rooms.LeaveAllBut(this, {});
  id_ = client_->context_.sids->Next();
  data_json_ = "{}";
  client_->context_.application->OnConnect(shared_from_this(), given_up->auth_json,
                                           ConnectDecision(shared_from_this()));
}

}  // namespace sail::gateway::socketio
