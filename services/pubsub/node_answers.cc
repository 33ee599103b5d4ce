#include "services/pubsub/node_answers.h"

#include <algorithm>
#include <utility>

#include "services/pubsub/cluster_answer.h"
#include "services/pubsub/cluster_query.h"
#include "services/pubsub/node_wire.h"

namespace sail::pubsub {
namespace {

using Type = ClusterRequest::Type;

constexpr int64_t kDefaultAckTimeoutMs = 5'000;
constexpr int64_t kMaxAckTimeoutMs = 60'000;

v1::Query QueryOf(const std::string& ns, const ClusterRequest& request) {
  v1::Query query;
  query.set_namespace_(ns);
  *query.mutable_rooms() = request.rooms;
  *query.mutable_except_rooms() = request.except;
  return query;
}

}  // namespace

void NodeAnswers::OnRequest(const std::string& ns, const ClusterRequest& request) {
  if (request.type == Type::kServerSideEmit) {
    // Without anybody who would answer, the asker should not wait.
    if (!events_.Emit(ns, request.data_json, request.request_id) && !request.request_id.empty()) {
      wire_.Publish(names_.Response(ns), ServerEventAnswer(request.request_id, "null"));
    }
    return;
  }
  if (request.request_id.empty() || request.uid.starts_with(ClusterQueries::kAskerPrefix)) return;
  switch (request.type) {
    case Type::kSockets:
    case Type::kAllRooms:
    case Type::kFetch:
      return AnswerQuery(ns, request);
    case Type::kBroadcastWithAck:
      return AnswerWithAcks(ns, request);
    default:
      return;
  }
}

void NodeAnswers::AnswerQuery(const std::string& ns, const ClusterRequest& request) {
  v1::Query query = QueryOf(ns, request);
  query.set_limit(request.type == Type::kAllRooms ? kMaxRooms : kMaxSockets);
  if (request.type == Type::kAllRooms) {
    query.mutable_name_rooms();
  } else {
    v1::DescribeSockets& wanted = *query.mutable_describe();
    const bool all = request.type == Type::kFetch;
    wanted.set_data(all);
    wanted.set_rooms(all);
    wanted.set_handshake(all);
    wanted.set_headers(all);
  }
  const std::string channel = request.uid.empty() ? names_.Response(ns) : names_.ResponseTo(ns, request.uid);
  auto builder = std::make_shared<ClusterAnswerBuilder>(query.limit());
  GatewayQueries::Handlers handlers;
  handlers.on_part = [builder](v1::Answer part) { builder->Add(std::move(part)); };
  handlers.on_count = [](int64_t) {};
  handlers.on_end = [this, builder, channel, type = request.type, id = request.request_id](int64_t, int64_t) {
    const ClusterAnswer& answer = builder->answer();
    wire_.Publish(channel, type == Type::kAllRooms  ? RoomsAnswer(id, answer.rooms)
                           : type == Type::kSockets ? SocketIdsAnswer(id, answer.sockets)
                                                    : SocketsAnswer(id, answer.sockets));
  };
  gateways_.Ask(std::move(query), kPatience, std::move(handlers));
}

void NodeAnswers::AnswerWithAcks(const std::string& ns, const ClusterRequest& request) {
  v1::Query query = QueryOf(ns, request);
  v1::EmitWithAck& emit = *query.mutable_emit_with_ack();
  emit.set_data_json(request.data_json);
  for (const std::string& bytes : request.attachments) emit.add_attachments(bytes);
  emit.set_timeout_ms(request.timeout_ms <= 0 ? kDefaultAckTimeoutMs
                                              : std::min(request.timeout_ms, kMaxAckTimeoutMs));
  const bool common = request.uid.empty();
  const std::string channel = common ? names_.Response(ns) : names_.ResponseTo(ns, request.uid);
  GatewayQueries::Handlers handlers;
  handlers.on_count = [this, channel, id = request.request_id](int64_t count) {
    wire_.Publish(channel, ClientCountAnswer(id, count));
  };
  handlers.on_part = [this, channel, common, id = request.request_id](const v1::Answer& part) {
    for (const v1::Acknowledgement& ack : part.acks()) {
      wire_.Publish(channel, AckAnswer(id, ack, common));
    }
  };
  handlers.on_end = [](int64_t, int64_t) {};
  const absl::Duration patience = absl::Milliseconds(emit.timeout_ms()) + absl::Seconds(1);
  gateways_.Ask(std::move(query), patience, std::move(handlers));
}

}  // namespace sail::pubsub
