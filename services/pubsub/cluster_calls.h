// The calls of sail.pubsub.v1 that ask the whole cluster, from request to response. No gRPC here.
#ifndef SAIL_PUBSUB_CLUSTER_CALLS_H_
#define SAIL_PUBSUB_CLUSTER_CALLS_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"
#include "services/pubsub/cluster_query.h"

namespace sail::pubsub {

// Thread-safe. Checks the request, asks, and fills the response, which lives until done is called: once,
// maybe before the call returns. left: the time until the call's deadline; an answer comes before it.
class ClusterCalls {
 public:
  using Ask = std::function<void(v1::Query, const ClusterQueries::Options&, ClusterQueries::Done)>;
  using Done = std::function<void(absl::Status)>;

  static constexpr int64_t kDefaultTimeoutMs = 5'000;
  static constexpr int64_t kMaxTimeoutMs = 60'000;

  explicit ClusterCalls(Ask ask) : ask_(std::move(ask)) {}

  void FetchSockets(const v1::FetchSocketsRequest& request, absl::Duration left,
                    v1::FetchSocketsResponse* response, Done done) const;
  void CountSockets(const v1::CountSocketsRequest& request, absl::Duration left,
                    v1::CountSocketsResponse* response, Done done) const;
  void ListRooms(const v1::ListRoomsRequest& request, absl::Duration left, v1::ListRoomsResponse* response,
                 Done done) const;
  void Presence(const v1::PresenceRequest& request, absl::Duration left, v1::PresenceResponse* response,
                Done done) const;
  void BroadcastWithAck(const v1::BroadcastWithAckRequest& request, absl::Duration left,
                        v1::BroadcastWithAckResponse* response, Done done) const;

 private:
  const Ask ask_;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_CLUSTER_CALLS_H_
