// The service's thread on the cluster bus: FanOut on a Redis subscriber.
#ifndef SAIL_PUBSUB_CLUSTER_BUS_H_
#define SAIL_PUBSUB_CLUSTER_BUS_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "platform/metrics/metrics.h"
#include "platform/redis/client.h"
#include "platform/redis/connection.h"
#include "platform/redis/event_loop.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"
#include "services/pubsub/cluster_query.h"
#include "services/pubsub/fan_out.h"
#include "services/pubsub/gateway_query.h"
#include "services/pubsub/history.h"
#include "services/pubsub/server_events.h"

namespace sail::pubsub {

class RedisChannels;

// A program that watches server events: Gap means that it may have missed one.
class WatchSink : public DeliverySink, public ServerEventSink {
 public:
  void Deliver(const std::shared_ptr<const v1::Operation>&) override {}
};

// Thread-safe. Sinks and callbacks are called on the bus's own thread.
class ClusterBus {
 public:
  // uid: this process's name on the bus. client: publishes questions, and answers to other nodes'; it, fresh
  // and history, which is null where there is none, outlive the bus.
  ClusterBus(platform::redis::ConnectionOptions options, ChannelNames names, const std::string& uid,
             platform::redis::Client& client, FreshRooms& fresh, History* history,
             platform::metrics::Registry& registry);
  // No sink and no callback is called after this; those still open never are, but for Ask's.
  ~ClusterBus();

  // A gateway's link: what is delivered to it, and what it is asked. after: see LinkFeeds.
  LinkId Attach(std::shared_ptr<DeliverySink> sink, std::shared_ptr<QuerySink> queries, Position after);
  // Also of a watcher.
  void Detach(LinkId link);
  // A gateway's answer to a query.
  void OnAnswer(LinkId link, v1::Answer answer);

  // See ClusterQueries::Ask.
  void Ask(v1::Query query, const ClusterQueries::Options& options, ClusterQueries::Done done);
  // Ends all questions of this replica, also later ones, with UNAVAILABLE.
  void CloseQueries();

  // done: as in ChangeInterest; the namespace must be valid.
  LinkId Watch(const std::string& ns, std::shared_ptr<WatchSink> sink,
               std::function<void(absl::Status)> done);

  // Changes of one link are carried out in order. See FanOut.
  void ChangeInterest(LinkId link, v1::InterestChange change, FanOut::OnChanged done);

 private:
  struct Questions;
  class LoopHistory;
  void ScheduleTick();
  // Sees to it that questions that nobody answers come to their end.
  void ScheduleQuestionTick();

  std::atomic<LinkId> last_link_ = 0;
  // These belong to the loop's thread.
  std::unique_ptr<RedisChannels> channels_;
  std::unique_ptr<LoopHistory> history_;
  std::unique_ptr<FanOut> fan_out_;
  std::unique_ptr<Questions> questions_;
  std::unique_ptr<platform::redis::Timer> timer_;
  std::unique_ptr<platform::redis::Timer> question_timer_;
  bool question_tick_due_ = false;
  // Last, so that its thread has ended before the others go.
  platform::redis::EventLoop loop_;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_CLUSTER_BUS_H_
