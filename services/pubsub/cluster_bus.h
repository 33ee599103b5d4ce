// The service's thread on the cluster bus: FanOut on a Redis subscriber.
#ifndef SAIL_PUBSUB_CLUSTER_BUS_H_
#define SAIL_PUBSUB_CLUSTER_BUS_H_

#include <atomic>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "platform/metrics/metrics.h"
#include "platform/redis/client.h"
#include "platform/redis/connection.h"
#include "platform/redis/event_loop.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"
#include "services/pubsub/fan_out.h"

namespace sail::pubsub {

// Thread-safe. Sinks and callbacks are called on the bus's own thread.
class ClusterBus {
 public:
  // client: publishes the answers to other nodes' queries; it and fresh outlive the bus.
  ClusterBus(platform::redis::ConnectionOptions options, ChannelNames names, platform::redis::Client& client,
             FreshRooms& fresh, platform::metrics::Registry& registry);
  // No sink and no callback is called after this; those still open never are.
  ~ClusterBus();

  LinkId Attach(std::shared_ptr<DeliverySink> sink);
  void Detach(LinkId link);
  // Changes of one link are carried out in order. See FanOut.
  void ChangeInterest(LinkId link, v1::InterestChange change, std::function<void(absl::Status)> done);

 private:
  class RedisChannels;
  void ScheduleTick();

  std::atomic<LinkId> last_link_ = 0;
  // These belong to the loop's thread.
  std::unique_ptr<RedisChannels> channels_;
  std::unique_ptr<FanOut> fan_out_;
  std::unique_ptr<platform::redis::Timer> timer_;
  // Last, so that its thread has ended before the others go.
  platform::redis::EventLoop loop_;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_CLUSTER_BUS_H_
