// sail.pubsub.v1.PubSubService over gRPC.
#ifndef SAIL_PUBSUB_PUBSUB_SERVICE_H_
#define SAIL_PUBSUB_PUBSUB_SERVICE_H_

#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "platform/metrics/metrics.h"
#include "services/pubsub/cluster_bus.h"
#include "services/pubsub/publisher.h"
#include "services/pubsub/recovery_sessions.h"
#include "services/pubsub/server_emitter.h"

namespace grpc {
class Service;
}

namespace sail::pubsub {

// What a service of ours is made of; all of it outlives the calls. history and sessions are null where there
// is none.
struct PubSubParts {
  ClusterBus& bus;
  Publisher& publisher;
  ServerEmitter& emitter;
  History* history;
  RecoverySessions* sessions;
  ChannelNames names;
};

// For the Redis client that the parts use.
std::vector<const platform::redis::Script*> PubSubScripts();

// Nothing blocks. No publish takes longer than max_timeout.
class PubSubService {
 public:
  PubSubService(PubSubParts parts, absl::Duration max_timeout, platform::metrics::Registry& registry);
  ~PubSubService();

  grpc::Service* service() const;

  // Ends every link, watcher and query with UNAVAILABLE, so that the gateways attach to another replica;
  // later ones at once.
  void CloseLinks();

 private:
  class Calls;
  const std::unique_ptr<Calls> calls_;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_PUBSUB_SERVICE_H_
