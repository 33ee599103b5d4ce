#include "services/pubsub/cluster_query.h"

#include <algorithm>
#include <utility>

#include "services/pubsub/node_wire.h"

namespace sail::pubsub {
namespace {

// Of a glob pattern, which only stands for itself.
std::string Literal(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    if (c == '*' || c == '?' || c == '[' || c == ']' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern;
}

bool FromAGatewayThatNeedsNoHandshake(const v1::Query& query) {
  return query.has_describe() && !query.describe().handshake();
}

}  // namespace

struct ClusterQueries::Question {
  Question(v1::Query asked, Options given, Done callback)
      : query(std::move(asked)),
        options(given),
        done(std::move(callback)),
        builder(query.has_describe() || query.has_name_rooms() ? query.limit() : 0) {}

  bool waits_for_acks() const { return query.has_emit_with_ack(); }

  uint64_t id = 0;
  std::string request_id;
  v1::Query query;
  const Options options;
  const Done done;
  absl::Time until;
  ClusterAnswerBuilder builder;
  std::vector<std::string> listens;
  int64_t peers = 0, peers_answered = 0;
  int64_t gateways = 0, gateways_answered = 0;
  int64_t nodes = 0, nodes_answered = 0;
  // Of nodes that are not ours.
  int64_t clients_to_ack = 0, clients_acked = 0;
};

ClusterQueries::ClusterQueries(ChannelNames names, std::string uid, QueryWire& wire, GatewayQueries& gateways,
                               std::function<absl::Time()> clock, platform::metrics::Registry& registry)
    : names_(std::move(names)),
      uid_(std::move(uid)),
      asker_(kAskerPrefix + uid_),
      wire_(wire),
      gateways_(gateways),
      clock_(std::move(clock)),
      asked_(registry.AddCounter("sail_pubsub_cluster_queries_total", "Queries to the whole cluster.")),
      partial_(registry.AddCounter("sail_pubsub_cluster_queries_partial_total",
                                   "Queries that not all nodes answered in time.")) {
  wire_.Subscribe({names_.PeerAnswers(uid_)}, nullptr);
}

void ClusterQueries::Ask(v1::Query query, const Options& options, Done done) {
  if (closed_) return done(absl::UnavailableError("the service is shutting down"));
  if (pending_.size() >= kMaxPending) {
    return done(absl::ResourceExhaustedError("too many queries are under way"));
  }
  asked_->Increment();
  const auto question = std::make_shared<Question>(std::move(query), options, std::move(done));
  question->id = ++last_id_;
  question->request_id = asker_ + "-" + std::to_string(question->id);
  question->until = clock_() + options.patience;
  pending_.emplace(question->id, question);
  const std::string& ns = question->query.namespace_();
  wire_.CountSubscribers(
      {names_.Request(ns), names_.Peers(ns)},
      [this, question](const absl::StatusOr<std::vector<int64_t>>& counts) { OnCounted(question, counts); });
}

void ClusterQueries::OnCounted(const Shared& question, const absl::StatusOr<std::vector<int64_t>>& counts) {
  if (!pending_.contains(question->id)) return;
  if (!counts.ok()) return End(question, counts.status());
  question->peers = (*counts)[1];
  if (!question->options.own_clients_only) {
    question->nodes = std::max<int64_t>(0, (*counts)[0] - (*counts)[1]);
  }
  if (question->nodes == 0) return Publish(question);
  if (!question->waits_for_acks()) return Listen(question);
  if (question->query.emit_with_ack().attachments().empty()) return CheckAdapters(question);
  End(question, absl::FailedPreconditionError(
                    "binary arguments cannot be sent to the cluster's Node processes with acknowledgements"));
}

// A node answers with MessagePack, which ends those who listen and do not expect it: Sails nodes. Only nodes
// that can tell them from others have a response channel of their own, so there must be one for every node.
void ClusterQueries::CheckAdapters(const Shared& question) {
  const std::string common = names_.Response(question->query.namespace_());
  wire_.ListChannels(Literal(common) + "*#", [this, question, common](const auto& channels) {
    if (!pending_.contains(question->id)) return;
    if (!channels.ok()) return End(question, channels.status());
    const auto able = std::count_if(channels->begin(), channels->end(), [&](const std::string& channel) {
      const std::string_view uid = std::string_view(channel).substr(common.size());
      return !uid.starts_with(kAskerPrefix);
    });
    if (able >= question->nodes) return Listen(question);
    End(question, absl::FailedPreconditionError(
                      "the cluster has Sails nodes, or nodes with an old adapter, which acknowledgements of "
                      "Node processes would end"));
  });
}

void ClusterQueries::Listen(const Shared& question) {
  const std::string& ns = question->query.namespace_();
  // Nodes answer on the common channel or on the asker's, as they are configured.
  question->listens = {names_.Response(ns), names_.ResponseTo(ns, asker_)};
  for (const std::string& channel : question->listens) ++listening_[channel];
  wire_.Subscribe(question->listens, [this, question](const absl::Status& status) {
    if (!pending_.contains(question->id)) return;
    if (!status.ok()) return End(question, status);
    Publish(question);
  });
}

void ClusterQueries::Publish(const Shared& question) {
  const std::string& ns = question->query.namespace_();
  if (question->peers > 0) {
    v1::PeerMessage message;
    v1::PeerQuery& ask = *message.mutable_query();
    ask.set_uid(uid_);
    *ask.mutable_query() = question->query;
    ask.mutable_query()->set_id(question->id);
    // They are to have answered, with what they have, before we give up.
    const absl::Duration left = question->until - clock_();
    ask.set_timeout_ms(
        absl::ToInt64Milliseconds(question->waits_for_acks() ? left - kAckGrace / 2 : left * 0.8));
    wire_.Publish(names_.Peers(ns), message.SerializeAsString());
  }
  if (question->nodes > 0) {
    wire_.Publish(names_.Request(ns), NodeQuestion(asker_, question->request_id, question->query));
  }
  EndIfComplete(question);
}

void ClusterQueries::OnPeerQuery(const v1::PeerQuery& question) {
  const auto reply = [this, uid = question.uid(), id = question.query().id()](v1::PeerAnswer answer) {
    answer.set_uid(uid_);
    answer.mutable_answer()->set_id(id);
    if (uid == uid_) return OnPeerAnswer(std::move(answer));
    wire_.Publish(names_.PeerAnswers(uid), answer.SerializeAsString());
  };
  GatewayQueries::Handlers handlers;
  handlers.on_part = [reply](v1::Answer part) {
    v1::PeerAnswer answer;
    *answer.mutable_answer() = std::move(part);
    reply(std::move(answer));
  };
  handlers.on_count = [reply](int64_t count) {
    v1::PeerAnswer answer;
    answer.mutable_answer()->set_count(count);
    reply(std::move(answer));
  };
  handlers.on_end = [reply](int64_t gateways, int64_t answered) {
    v1::PeerAnswer answer;
    answer.mutable_answer()->set_last(true);
    answer.set_gateways(gateways);
    answer.set_gateways_answered(answered);
    reply(std::move(answer));
  };
  gateways_.Ask(question.query(), absl::Milliseconds(question.timeout_ms()), std::move(handlers));
}

bool ClusterQueries::OnMessage(const std::string& channel, const std::string& payload) {
  if (listening_.contains(channel)) {
    OnNodeAnswer(payload);
    return true;
  }
  if (channel != names_.PeerAnswers(uid_)) return false;
  v1::PeerAnswer answer;
  if (answer.ParseFromString(payload)) OnPeerAnswer(std::move(answer));
  return true;
}

void ClusterQueries::OnPeerAnswer(v1::PeerAnswer answer) {
  const auto found = pending_.find(answer.answer().id());
  if (found == pending_.end()) return;
  const Shared question = found->second;
  if (answer.answer().last()) {
    ++question->peers_answered;
    question->gateways += answer.gateways();
    question->gateways_answered += answer.gateways_answered();
  }
  question->builder.Add(std::move(*answer.mutable_answer()));
  EndIfComplete(question);
}

void ClusterQueries::OnNodeAnswer(const std::string& payload) {
  // Most of what is said here is not for us.
  if (payload.find(asker_) == std::string::npos) return;
  absl::StatusOr<NodeAnswer> answer = DecodeNodeAnswer(payload);
  if (!answer.ok()) return;
  const auto found = std::find_if(pending_.begin(), pending_.end(), [&](const auto& entry) {
    return entry.second->request_id == answer->request_id;
  });
  if (found == pending_.end()) return;
  const Shared question = found->second;
  switch (answer->kind) {
    case NodeAnswer::Kind::kAck:
      ++question->clients_acked;
      question->builder.Add(std::move(answer->ack));
      break;
    case NodeAnswer::Kind::kClientCount:
      ++question->nodes_answered;
      question->clients_to_ack += answer->client_count;
      question->builder.answer().count += answer->client_count;
      break;
    default:
      ++question->nodes_answered;
      question->builder.answer().count += static_cast<int64_t>(answer->sockets.size());
      if (!question->query.has_describe()) answer->sockets.clear();
      for (v1::SocketInfo& socket : answer->sockets) {
        if (FromAGatewayThatNeedsNoHandshake(question->query)) socket.clear_handshake();
        if (!question->query.describe().headers() && socket.has_handshake()) {
          socket.mutable_handshake()->clear_headers_json();
        }
        question->builder.Add(std::move(socket));
      }
      for (std::string& room : answer->rooms) {
        if (room.starts_with(question->query.name_rooms().prefix())) question->builder.Add(std::move(room));
      }
      break;
  }
  EndIfComplete(question);
}

void ClusterQueries::EndIfComplete(const Shared& question) {
  if (question->peers_answered < question->peers || question->nodes_answered < question->nodes) return;
  if (question->clients_acked < question->clients_to_ack) return;
  End(question, absl::OkStatus());
}

void ClusterQueries::Tick() {
  const absl::Time now = clock_();
  std::vector<Shared> late;
  for (const auto& [id, question] : pending_) {
    if (question->until <= now) late.push_back(question);
  }
  for (const Shared& question : late) End(question, absl::OkStatus());
}

void ClusterQueries::Close() {
  closed_ = true;
  while (!pending_.empty()) {
    const Shared question = pending_.begin()->second;
    End(question, absl::UnavailableError("the service is shutting down"));
  }
}

void ClusterQueries::End(const Shared& question, absl::Status status) {
  if (pending_.erase(question->id) == 0) return;
  std::vector<std::string> unheard;
  for (const std::string& channel : question->listens) {
    const auto found = listening_.find(channel);
    if (--found->second > 0) continue;
    unheard.push_back(channel);
    listening_.erase(found);
  }
  if (!unheard.empty()) wire_.Unsubscribe(std::move(unheard));
  if (!status.ok()) return question->done(std::move(status));
  ClusterAnswer& answer = question->builder.answer();
  const int64_t silent = std::max<int64_t>(0, question->peers - question->peers_answered);
  answer.coverage.set_nodes(question->gateways + silent + question->nodes);
  answer.coverage.set_answered(question->gateways_answered +
                               std::min(question->nodes, question->nodes_answered));
  if (answer.coverage.answered() < answer.coverage.nodes()) partial_->Increment();
  question->done(std::move(answer));
}

}  // namespace sail::pubsub
