// Questions to the whole cluster: every replica of this service for its gateways, and the Node processes that
// share the Redis.
#ifndef SAIL_PUBSUB_CLUSTER_QUERY_H_
#define SAIL_PUBSUB_CLUSTER_QUERY_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "platform/metrics/metrics.h"
#include "protos/sail/pubsub/v1/peer.pb.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"
#include "services/pubsub/channel_names.h"
#include "services/pubsub/cluster_answer.h"
#include "services/pubsub/gateway_query.h"
#include "services/pubsub/query_wire.h"

namespace sail::pubsub {

// Whose answers are waited for is counted by the subscribers of channels, as Socket.IO nodes do it: those of
// the request channel are all nodes; those of the peers' channel, which is subscribed along with it, are
// ours. Our own get a compact question on the latter, ourselves included; the others, if there are any, the
// one of the Redis adapter. What nobody answers in time is missing from the answer, and its coverage says so.
//
// Used on one thread alone.
class ClusterQueries {
 public:
  // Questions under way; further ones are refused with RESOURCE_EXHAUSTED.
  static constexpr size_t kMaxPending = 256;
  // Begins the name under which we ask nodes that are not ours. Our replicas ignore such requests.
  static constexpr char kAskerPrefix[] = "sail-";
  // How much longer than its clients' timeout an acknowledged event is waited for: the answers' way.
  static constexpr absl::Duration kAckGrace = absl::Milliseconds(600);

  struct Options {
    absl::Duration patience;
    bool own_clients_only = false;
  };
  using Done = std::function<void(absl::StatusOr<ClusterAnswer>)>;

  // uid: this process's name on the bus.
  ClusterQueries(ChannelNames names, std::string uid, QueryWire& wire, GatewayQueries& gateways,
                 std::function<absl::Time()> clock, platform::metrics::Registry& registry);

  // query: its namespace is set, and it is valid. Errors: FAILED_PRECONDITION (an EmitWithAck that not all
  // nodes can take part in, see PubSubService.BroadcastWithAck), RESOURCE_EXHAUSTED, the Redis client's.
  void Ask(v1::Query query, const Options& options, Done done);

  // A question of a replica, maybe of this one.
  void OnPeerQuery(const v1::PeerQuery& question);
  // False: the channel is not one of answers.
  bool OnMessage(const std::string& channel, const std::string& payload);
  // Ends what has waited long enough.
  void Tick();
  // Ends everything with UNAVAILABLE, also what is asked from now on.
  void Close();

  bool idle() const { return pending_.empty(); }

 private:
  struct Question;
  using Shared = std::shared_ptr<Question>;

  // The steps of a question, in order.
  void OnCounted(const Shared& question, const absl::StatusOr<std::vector<int64_t>>& counts);
  void CheckAdapters(const Shared& question);
  void Listen(const Shared& question);
  void Publish(const Shared& question);
  void OnPeerAnswer(v1::PeerAnswer answer);
  void OnNodeAnswer(const std::string& payload);
  void EndIfComplete(const Shared& question);
  void End(const Shared& question, absl::Status status);

  const ChannelNames names_;
  const std::string uid_;
  const std::string asker_;
  QueryWire& wire_;
  GatewayQueries& gateways_;
  const std::function<absl::Time()> clock_;
  platform::metrics::Counter* const asked_;
  platform::metrics::Counter* const partial_;
  bool closed_ = false;
  uint64_t last_id_ = 0;
  absl::flat_hash_map<uint64_t, Shared> pending_;
  // Response channels of Node's wire, with how many questions listen.
  absl::flat_hash_map<std::string, int> listening_;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_CLUSTER_QUERY_H_
