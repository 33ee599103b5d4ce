#include "services/pubsub/cluster_calls.h"

#include <algorithm>
#include <utility>

#include "services/pubsub/cluster_broadcast.h"
#include "services/pubsub/json_members.h"
#include "services/pubsub/operation_check.h"

namespace sail::pubsub {
namespace {

constexpr int64_t kDefaultSockets = 1'000;
constexpr int64_t kMaxSockets = 10'000;
constexpr int64_t kDefaultRooms = 10'000;
constexpr int64_t kMaxRooms = 100'000;
constexpr int64_t kMaxSelectionRooms = 1'000;

absl::Status Invalid(const char* what) { return absl::InvalidArgumentError(what); }

absl::Status CheckLimit(int64_t limit, int64_t most) {
  return limit < 0 || limit > most ? Invalid("the limit is negative or too high") : absl::OkStatus();
}

absl::Status CheckRooms(const std::string& ns, const Strings& rooms) {
  if (rooms.size() > kMaxSelectionRooms) return Invalid("more than 1000 rooms");
  for (const std::string& room : rooms) {
    if (room.empty()) return Invalid("a room's name is empty");
    if (absl::Status status = CheckRoom(ns, room); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Query> Select(const std::string& given_ns, const Strings& rooms, const Strings& except) {
  const std::string ns = NamespaceOf(given_ns);
  if (absl::Status status = CheckRoom(ns, ""); !status.ok()) return status;
  if (absl::Status status = CheckRooms(ns, rooms); !status.ok()) return status;
  if (absl::Status status = CheckRooms(ns, except); !status.ok()) return status;
  v1::Query query;
  query.set_namespace_(ns);
  *query.mutable_rooms() = rooms;
  *query.mutable_except_rooms() = except;
  return query;
}

absl::StatusOr<v1::Query> Select(const v1::Selection& selection) {
  return Select(selection.namespace_(), selection.rooms(), selection.except_rooms());
}

// Some of the caller's time is kept for the way back: a partial answer is better than none.
absl::Duration Patience(int64_t timeout_ms, absl::Duration left) {
  if (timeout_ms <= 0) timeout_ms = ClusterCalls::kDefaultTimeoutMs;
  return std::min(absl::Milliseconds(std::min(timeout_ms, ClusterCalls::kMaxTimeoutMs)), left * 0.9);
}

}  // namespace

void ClusterCalls::FetchSockets(const v1::FetchSocketsRequest& request, absl::Duration left,
                                v1::FetchSocketsResponse* response, Done done) const {
  absl::StatusOr<v1::Query> query = Select(request.selection());
  if (!query.ok()) return done(query.status());
  if (absl::Status status = CheckLimit(request.limit(), kMaxSockets); !status.ok()) return done(status);
  query->set_limit(request.limit() == 0 ? kDefaultSockets : request.limit());
  query->mutable_describe()->set_data(true);
  query->mutable_describe()->set_rooms(true);
  query->mutable_describe()->set_handshake(true);
  query->mutable_describe()->set_headers(request.with_headers());
  ask_(*std::move(query), {Patience(request.timeout_ms(), left)},
       [response, done = std::move(done)](absl::StatusOr<ClusterAnswer> answer) {
         if (!answer.ok()) return done(answer.status());
         for (v1::SocketInfo& socket : answer->sockets) *response->add_sockets() = std::move(socket);
         response->set_truncated(answer->truncated);
         *response->mutable_coverage() = answer->coverage;
         done(absl::OkStatus());
       });
}

void ClusterCalls::CountSockets(const v1::CountSocketsRequest& request, absl::Duration left,
                                v1::CountSocketsResponse* response, Done done) const {
  absl::StatusOr<v1::Query> query = Select(request.selection());
  if (!query.ok()) return done(query.status());
  query->mutable_count();
  ask_(*std::move(query), {Patience(request.timeout_ms(), left)},
       [response, done = std::move(done)](const absl::StatusOr<ClusterAnswer>& answer) {
         if (!answer.ok()) return done(answer.status());
         response->set_count(answer->count);
         *response->mutable_coverage() = answer->coverage;
         done(absl::OkStatus());
       });
}

void ClusterCalls::ListRooms(const v1::ListRoomsRequest& request, absl::Duration left,
                             v1::ListRoomsResponse* response, Done done) const {
  absl::StatusOr<v1::Query> query = Select(request.namespace_(), {}, {});
  if (!query.ok()) return done(query.status());
  if (absl::Status status = CheckLimit(request.limit(), kMaxRooms); !status.ok()) return done(status);
  query->set_limit(request.limit() == 0 ? kDefaultRooms : request.limit());
  query->mutable_name_rooms()->set_prefix(request.prefix());
  ask_(*std::move(query), {Patience(request.timeout_ms(), left)},
       [response, done = std::move(done)](absl::StatusOr<ClusterAnswer> answer) {
         if (!answer.ok()) return done(answer.status());
         std::sort(answer->rooms.begin(), answer->rooms.end());
         for (std::string& room : answer->rooms) response->add_rooms(std::move(room));
         response->set_truncated(answer->truncated);
         *response->mutable_coverage() = answer->coverage;
         done(absl::OkStatus());
       });
}

void ClusterCalls::Presence(const v1::PresenceRequest& request, absl::Duration left,
                            v1::PresenceResponse* response, Done done) const {
  Strings rooms;
  rooms.Add(std::string(request.room()));
  absl::StatusOr<v1::Query> query = Select(request.namespace_(), rooms, {});
  if (!query.ok()) return done(query.status());
  if (absl::Status status = CheckLimit(request.limit(), kMaxSockets); !status.ok()) return done(status);
  query->set_limit(request.limit() == 0 ? kDefaultSockets : request.limit());
  query->mutable_describe()->set_data(true);
  ask_(*std::move(query), {Patience(request.timeout_ms(), left)},
       [response, done = std::move(done)](absl::StatusOr<ClusterAnswer> answer) {
         if (!answer.ok()) return done(answer.status());
         std::sort(answer->sockets.begin(), answer->sockets.end(),
                   [](const auto& a, const auto& b) { return a.id() < b.id(); });
         for (v1::SocketInfo& socket : answer->sockets) {
           auto* member = response->add_members();
           member->set_id(socket.id());
           member->set_data_json(socket.data_json());
         }
         response->set_truncated(answer->truncated);
         *response->mutable_coverage() = answer->coverage;
         done(absl::OkStatus());
       });
}

void ClusterCalls::BroadcastWithAck(const v1::BroadcastWithAckRequest& request, absl::Duration left,
                                    v1::BroadcastWithAckResponse* response, Done done) const {
  const v1::Broadcast& broadcast = request.broadcast();
  absl::StatusOr<v1::Query> query = Select(request.namespace_(), broadcast.rooms(), broadcast.except_rooms());
  if (!query.ok()) return done(query.status());
  if (broadcast.volatile_()) return done(Invalid("a volatile event cannot be acknowledged"));
  v1::Operation operation;
  *operation.mutable_broadcast() = broadcast;
  if (absl::Status status = CheckOperation(operation); !status.ok()) return done(status);
  // It knows what an event's data has to be.
  if (const auto encoded = EncodeBroadcast("", query->namespace_(), broadcast); !encoded.ok()) {
    return done(encoded.status());
  }
  const absl::Duration timeout =
      std::max(absl::Milliseconds(1),
               std::min(Patience(request.timeout_ms(), left), left * 0.95 - ClusterQueries::kAckGrace));
  v1::EmitWithAck& emit = *query->mutable_emit_with_ack();
  emit.set_data_json(broadcast.data_json());
  *emit.mutable_attachments() = broadcast.attachments();
  emit.set_timeout_ms(absl::ToInt64Milliseconds(timeout));
  ask_(*std::move(query), {timeout + ClusterQueries::kAckGrace, request.own_clients_only()},
       [response, done = std::move(done)](absl::StatusOr<ClusterAnswer> answer) {
         if (!answer.ok()) return done(answer.status());
         for (v1::Acknowledgement& ack : answer->acks) *response->add_acks() = std::move(ack);
         response->set_clients(answer->count);
         response->set_truncated(answer->truncated);
         *response->mutable_coverage() = answer->coverage;
         done(absl::OkStatus());
       });
}

}  // namespace sail::pubsub
