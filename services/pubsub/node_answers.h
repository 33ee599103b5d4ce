// What this replica answers to the Socket.IO nodes of the cluster, for all of its gateways.
#ifndef SAIL_PUBSUB_NODE_ANSWERS_H_
#define SAIL_PUBSUB_NODE_ANSWERS_H_

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "services/pubsub/channel_names.h"
#include "services/pubsub/cluster_request.h"
#include "services/pubsub/gateway_query.h"
#include "services/pubsub/query_wire.h"
#include "services/pubsub/server_events.h"

namespace sail::pubsub {

// Whoever asks counts the subscribers of the request channel, us too, and fails if one of them does not
// answer within five seconds. So an answer is always given, from those gateways that have answered by
// kPatience.
//
// Answers go to the asker's own response channel if it has one, else to the common one: there in JSON alone.
//
// Used on one thread alone.
class NodeAnswers {
 public:
  static constexpr absl::Duration kPatience = absl::Seconds(3);
  // In one answer, which has to be one message.
  static constexpr int64_t kMaxSockets = 20000;
  static constexpr int64_t kMaxRooms = 200000;

  NodeAnswers(ChannelNames names, QueryWire& wire, GatewayQueries& gateways, ServerEvents& events)
      : names_(std::move(names)), wire_(wire), gateways_(gateways), events_(events) {}

  // A request without an operation. Those of our own replicas are passed over: they ask us in another way.
  void OnRequest(const std::string& ns, const ClusterRequest& request);

 private:
  void AnswerQuery(const std::string& ns, const ClusterRequest& request);
  void AnswerWithAcks(const std::string& ns, const ClusterRequest& request);

  const ChannelNames names_;
  QueryWire& wire_;
  GatewayQueries& gateways_;
  ServerEvents& events_;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_NODE_ANSWERS_H_
