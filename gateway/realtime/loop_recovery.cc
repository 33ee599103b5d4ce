#include "gateway/realtime/loop_recovery.h"

#include <algorithm>
#include <utility>

#include "gateway/socketio/socket.h"

namespace sail::gateway {
namespace {

using pubsub::v1::AttachEvent;
using pubsub::v1::AttachRequest;
using pubsub::v1::SessionChange;
using socketio::RoomMember;
using socketio::Socket;

constexpr absl::Duration kRefreshTick = absl::Milliseconds(500);

}  // namespace

RecoveryMetrics::RecoveryMetrics(platform::metrics::Registry& registry) {
  const auto add = [&registry](const char* outcome) {
    return registry.AddCounter("sail_gateway_recoveries_total",
                               "Clients that came back to a session, by outcome.", {{"outcome", outcome}});
  };
  recovered = add("recovered");
  unknown = add("unknown");
  too_old = add("too_old");
  unavailable = add("unavailable");
  evicted = registry.AddCounter("sail_gateway_ghosts_total",
                                "Sockets cut since their clients came back elsewhere.");
  cut_at_gap = registry.AddCounter("sail_gateway_gap_cuts_total",
                                   "Sockets cut since messages for them are missing for good.");
}

LoopRecovery::LoopRecovery(EventLoop& loop, std::shared_ptr<LoopRooms> rooms, PubSubLink& link,
                           RecoveryOptions options, const RecoveryMetrics& metrics)
    : loop_(loop), rooms_(std::move(rooms)), link_(link), options_(options), metrics_(metrics) {
  refresh_timer_ = loop_.RunAfter(kRefreshTick, [this] { Refresh(); });
}

LoopRecovery::~LoopRecovery() { *alive_ = false; }

void LoopRecovery::OnAccepted(const SocketPtr& socket) {
  live_[socket.get()] = socket;
  MarkDirty(socket, true);
}

void LoopRecovery::OnClosed(const SocketPtr& socket, bool recoverable) {
  live_.erase(socket.get());
  SessionChange change;
  if (recoverable) {
    change = Record(*socket, options_.max_disconnection);
  } else {
    change.mutable_session()->set_pid(socket->recovery()->pid);
    change.mutable_session()->set_generation(socket->recovery()->generation);
    change.set_forget(true);
  }
  // What waits for the next flush is older.
  socket->mutable_recovery()->dirty = false;
  Send({std::move(change)}, {socket}, {});
}

void LoopRecovery::OnMembershipChanged(RoomMember* member, Done done) {
  const auto found = live_.find(member);
  const SocketPtr socket = found == live_.end() ? nullptr : found->second.lock();
  if (socket == nullptr || socket->recovery() == nullptr || socket->recovery()->resuming) {
    if (done) done(absl::OkStatus());
    return;
  }
  MarkDirty(socket, done != nullptr);
  if (done) waiting_.push_back(std::move(done));
}

void LoopRecovery::OnDataChanged(const SocketPtr& socket) {
  if (!socket->recovery()->resuming) MarkDirty(socket, false);
}

void LoopRecovery::Evict(RoomMember* member, uint64_t generation) {
  const auto found = live_.find(member);
  const SocketPtr socket = found == live_.end() ? nullptr : found->second.lock();
  if (socket == nullptr || !socket->connected() || socket->recovery()->generation >= generation) return;
  metrics_.evicted->Increment();
  socket->Cut();
}

void LoopRecovery::OnGap() {
  std::vector<SocketPtr> sockets;
  for (const auto& [member, weak] : live_) {
    if (SocketPtr socket = weak.lock()) sockets.push_back(std::move(socket));
  }
  for (const SocketPtr& socket : sockets) {
    metrics_.cut_at_gap->Increment();
    socket->Cut();
  }
}

void LoopRecovery::MarkDirty(const SocketPtr& socket, bool soon) {
  socketio::Recovery& recovery = *socket->mutable_recovery();
  if (!std::exchange(recovery.dirty, true)) dirty_.push_back(socket);
  if (soon) {
    FlushSoon();
  } else if (flush_timer_ == nullptr) {
    flush_timer_ = loop_.RunAfter(kCoalesce, [this] { Flush(); });
  }
}

void LoopRecovery::FlushSoon() {
  if (std::exchange(flush_posted_, true)) return;
  loop_.Post([this, alive = alive_] {
    if (*alive) Flush();
  });
}

void LoopRecovery::Flush() {
  flush_posted_ = false;
  flush_timer_.reset();
  const auto due = loop_.Now() + absl::ToChronoNanoseconds(options_.refresh());
  const absl::Duration ttl = options_.max_disconnection + options_.heartbeat + 2 * options_.refresh();
  std::vector<SessionChange> changes;
  std::vector<std::weak_ptr<Socket>> sockets;
  for (const auto& weak : std::exchange(dirty_, {})) {
    const SocketPtr socket = weak.lock();
    if (socket == nullptr || socket->recovery() == nullptr || !socket->recovery()->dirty) continue;
    socket->mutable_recovery()->dirty = false;
    changes.push_back(Record(*socket, ttl));
    sockets.push_back(socket);
    due_.push_back({due, socket});
    if (changes.size() == kBatch) Send(std::exchange(changes, {}), std::exchange(sockets, {}), {});
  }
  std::vector<Done> waiting = std::exchange(waiting_, {});
  if (changes.empty() && waiting.empty()) return;
  // In order, so the last answer is for all of them.
  Send(std::move(changes), std::move(sockets), std::move(waiting));
}

SessionChange LoopRecovery::Record(const Socket& socket, absl::Duration ttl) const {
  SessionChange change;
  change.set_ttl_ms(absl::ToInt64Milliseconds(ttl));
  auto& session = *change.mutable_session();
  const socketio::Recovery& recovery = *socket.recovery();
  session.set_pid(recovery.pid);
  session.set_generation(recovery.generation);
  session.set_socket_id(socket.id());
  session.set_namespace_(socket.nsp());
  for (std::string& room : socket.Rooms()) {
    if (room != socket.id()) session.add_rooms(std::move(room));
  }
  session.set_data(socket.data_json());
  session.set_connected_at(recovery.connected_at);
  session.set_offset(recovery.offset);
  session.set_position(std::max(position(), socket.seen()));
  return change;
}

void LoopRecovery::Send(std::vector<SessionChange> changes, std::vector<std::weak_ptr<Socket>> sockets,
                        std::vector<Done> done) {
  AttachRequest request;
  for (SessionChange& change : changes) *request.mutable_save_sessions()->add_changes() = std::move(change);
  request.mutable_save_sessions();
  Ask(std::move(request),
      [this, sockets = std::move(sockets), done = std::move(done)](absl::StatusOr<AttachEvent> event) {
        absl::Status status = event.status();
        if (event.ok()) {
          const auto& saved = event->sessions_saved();
          if (saved.code() != 0)
            status = absl::Status(static_cast<absl::StatusCode>(saved.code()), saved.message());
          for (const uint32_t index : saved.lost()) {
            const SocketPtr socket = index < sockets.size() ? sockets[index].lock() : nullptr;
            if (socket == nullptr) continue;
            metrics_.evicted->Increment();
            socket->Cut();
          }
        }
        for (const Done& each : done) each(status);
      });
}

void LoopRecovery::Refresh() {
  refresh_timer_ = loop_.RunAfter(kRefreshTick, [this] { Refresh(); });
  const auto now = loop_.Now();
  while (!due_.empty() && due_.front().at <= now) {
    const SocketPtr socket = due_.front().socket.lock();
    due_.pop_front();
    if (socket != nullptr && socket->connected()) MarkDirty(socket, false);
  }
}

void LoopRecovery::Ask(AttachRequest request, std::function<void(absl::StatusOr<AttachEvent>)> done) {
  link_.Ask(std::move(request),
            [&loop = loop_, alive = alive_, done = std::move(done)](absl::StatusOr<AttachEvent> event) {
              loop.Post([alive, done, event = std::move(event)] {
                if (*alive) done(event);
              });
            });
}

}  // namespace sail::gateway
