// The way back of LoopRecovery: from a CONNECT that names a session to a socket that has it again.
#include <algorithm>
#include <utility>

#include "gateway/realtime/loop_recovery.h"
#include "gateway/socketio/encoded_packet.h"
#include "gateway/socketio/socket.h"

namespace sail::gateway {

using pubsub::v1::AttachEvent;
using pubsub::v1::AttachRequest;
using socketio::Socket;

struct LoopRecovery::Resumption {
  SocketPtr socket;
  pubsub::v1::RecoverySession session;
  std::optional<uint64_t> offset;
  // Everything up to here has been sent to the client.
  uint64_t after = 0;
  std::unique_ptr<Timer> timer;
};

void LoopRecovery::Resume(const SocketPtr& socket, const std::string& pid, std::optional<uint64_t> offset) {
  live_[socket.get()] = socket;
  auto resumption = std::make_shared<Resumption>();
  resumption->socket = socket;
  resumption->offset = offset;
  AttachRequest request;
  request.mutable_resume()->set_pid(pid);
  request.mutable_resume()->set_namespace_(socket->nsp());
  Ask(std::move(request),
      [this, resumption](absl::StatusOr<AttachEvent> event) { OnResumed(resumption, std::move(event)); });
}

void LoopRecovery::OnResumed(std::shared_ptr<Resumption> resumption, absl::StatusOr<AttachEvent> event) {
  const SocketPtr& socket = resumption->socket;
  const auto code =
      event.ok() ? static_cast<absl::StatusCode>(event->resumed().code()) : event.status().code();
  if (code == absl::StatusCode::kNotFound || code == absl::StatusCode::kFailedPrecondition) {
    metrics_.unknown->Increment();
    return BeginAnew(socket);
  }
  if (code != absl::StatusCode::kOk) {
    return GiveUp(socket);
  }
  resumption->session = event->resumed().session();
  const auto& session = resumption->session;
  socketio::Recovery adopted;
  adopted.pid = session.pid();
  adopted.generation = session.generation();
  adopted.connected_at = session.connected_at();
  // An offset from before the session is one of an earlier session that was lost.
  resumption->after = adopted.offset = std::max(resumption->offset.value_or(0), session.connected_at());
  // Who has the last that was sent has all up to where the record says.
  if (adopted.offset >= session.offset()) resumption->after = std::max(adopted.offset, session.position());
  if (!socket->Adopt(session.socket_id(), session.data().empty() ? "{}" : session.data(),
                     std::move(adopted))) {
    live_.erase(socket.get());
    return;
  }
  std::vector<std::string> rooms(session.rooms().begin(), session.rooms().end());
  rooms.push_back(session.socket_id());
  rooms_->Join(socket.get(), socket->nsp(), rooms, [this, resumption](const absl::Status& status) {
    if (status.ok()) return ReadOn(resumption);
    GiveUp(resumption->socket);
  });
}

void LoopRecovery::ReadOn(std::shared_ptr<Resumption> resumption) {
  const SocketPtr& socket = resumption->socket;
  if (socket->client() == nullptr) {
    live_.erase(socket.get());
    return;
  }
  if (socket->queued_bytes() > kQueuedBytes) {
    // The client takes its time; what is held meanwhile is bounded.
    resumption->timer = loop_.RunAfter(absl::Milliseconds(10), [this, resumption, alive = alive_] {
      const std::unique_ptr<Timer> fired = std::move(resumption->timer);
      if (*alive) ReadOn(resumption);
    });
    return;
  }
  AttachRequest request;
  auto& item = *request.mutable_read_history();
  item.set_pid(resumption->session.pid());
  item.set_generation(resumption->session.generation());
  auto& read = *item.mutable_request();
  read.set_namespace_(socket->nsp());
  *read.mutable_rooms() = resumption->session.rooms();
  read.add_rooms(socket->id());
  read.add_rooms("");
  read.set_after(resumption->after);
  read.set_limit(kPage);
  Ask(std::move(request),
      [this, resumption](absl::StatusOr<AttachEvent> event) { OnHistory(resumption, std::move(event)); });
}

void LoopRecovery::OnHistory(std::shared_ptr<Resumption> resumption, absl::StatusOr<AttachEvent> event) {
  const SocketPtr& socket = resumption->socket;
  const auto code =
      event.ok() ? static_cast<absl::StatusCode>(event->history().code()) : event.status().code();
  if (code == absl::StatusCode::kAborted) {
    metrics_.unknown->Increment();
    return BeginAnew(socket);
  }
  if (code != absl::StatusCode::kOk) {
    return GiveUp(socket);
  }
  const pubsub::v1::ReadHistoryResponse& page = event->history().response();
  if (!page.reaches_back()) {
    metrics_.too_old->Increment();
    pubsub::v1::SessionChange change;
    change.mutable_session()->set_pid(resumption->session.pid());
    change.mutable_session()->set_generation(resumption->session.generation());
    change.set_forget(true);
    Send({std::move(change)}, {}, {});
    return BeginAnew(socket);
  }
  const auto& own = resumption->session.rooms();
  const auto is_own = [&](const std::string& room) {
    return room == socket->id() || std::find(own.begin(), own.end(), room) != own.end();
  };
  for (const auto& operation : page.operations()) {
    const auto& broadcast = operation.broadcast();
    if (std::any_of(broadcast.except_rooms().begin(), broadcast.except_rooms().end(), is_own)) continue;
    socketio::EncodedPacket packet =
        socketio::EncodeEvent(socket->nsp(), broadcast.data_json(),
                              {broadcast.attachments().begin(), broadcast.attachments().end()});
    packet.seq = operation.seq();
    socket->SendMissed(std::move(packet));
  }
  resumption->after = page.position();
  if (page.more() || !socket->FinishResume(page.position())) return ReadOn(resumption);
  metrics_.recovered->Increment();
  if (socket->connected()) MarkDirty(socket, true);
}

// The client keeps its session's name and comes again.
void LoopRecovery::GiveUp(const SocketPtr& socket) {
  metrics_.unavailable->Increment();
  live_.erase(socket.get());
  socket->Cut();
}

void LoopRecovery::BeginAnew(const SocketPtr& socket) {
  live_.erase(socket.get());
  socket->ConnectAnew();
}

}  // namespace sail::gateway
