// What happens in the cluster's rooms, to the links that care.
#ifndef SAIL_PUBSUB_FAN_OUT_H_
#define SAIL_PUBSUB_FAN_OUT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "platform/metrics/metrics.h"
#include "protos/sail/pubsub/v1/peer.pb.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"
#include "services/pubsub/cluster_request.h"
#include "services/pubsub/delivery_sink.h"
#include "services/pubsub/fresh_rooms.h"
#include "services/pubsub/interest.h"
#include "services/pubsub/link_feeds.h"

namespace sail::pubsub {

// What is not for rooms. Called on the bus's thread.
class QuestionHandler {
 public:
  virtual ~QuestionHandler() = default;
  // A request of a node that is no operation.
  virtual void OnRequest(const std::string& ns, const ClusterRequest& request) = 0;
  virtual void OnPeerQuery(const v1::PeerQuery& query) = 0;
};

// The bus below: see platform::redis::Subscriber, and PUBLISH.
class Channels {
 public:
  virtual ~Channels() = default;
  virtual void Subscribe(std::vector<std::string> channels, std::function<void(absl::Status)> done) = 0;
  virtual void Unsubscribe(std::vector<std::string> channels) = 0;
  virtual bool connected() const = 0;
  // Best effort, in order.
  virtual void Publish(std::string channel, std::string payload) = 0;
};

// Order: operations reach every link in the order in which Redis took them, broadcasts and changes of
// membership alike, also those that we published ourselves: they come back to us like everybody else's.
//
// add_members gives the links that it concerns interest in the target rooms at once, before they have learned
// of it and stated their own; it ends after kProvisional if they do not.
//
// Where there is history, links get back what a cut of the bus has swallowed (see LinkFeeds).
//
// Used on one thread alone.
class FanOut {
 public:
  static constexpr absl::Duration kProvisional = absl::Seconds(5);

  FanOut(ChannelNames names, Channels& channels, FreshRooms& fresh, std::function<absl::Time()> clock,
         platform::metrics::Registry& registry);

  // Before the first message; outlives this. Without one, questions are dropped.
  void set_question_handler(QuestionHandler* handler) { questions_ = handler; }

  // Before anything else, if there is history. marks: see LinkFeeds.
  void UseHistory(History& history, const std::string& marks, platform::metrics::Registry& registry);

  // after: see LinkFeeds.
  void Attach(LinkId link, std::shared_ptr<DeliverySink> sink, Position after = 0);
  void Detach(LinkId link);
  // done: OK once every added room is subscribed. UNAVAILABLE: Redis is down; the interest holds all the
  // same, and a gap is reported once it is in force. INVALID_ARGUMENT: a bad room, nothing was changed. With
  // history: the position from which on nothing is missed; else 0.
  using OnChanged = std::function<void(absl::StatusOr<Position>)>;
  void ChangeInterest(LinkId link, const v1::InterestChange& change, OnChanged done);

  // The links with interest in one of the rooms; without rooms in the whole namespace.
  std::vector<LinkId> LinksOf(const std::string& ns,
                              const google::protobuf::RepeatedPtrField<std::string>& rooms) const {
    return interest_.Links(ns, rooms);
  }

  void OnMessage(const std::string& channel, const std::string& payload);
  // The connection to the bus broke; OnGap follows when it is back.
  void OnLost();
  void OnGap();
  // To be called about ten times a second.
  void Tick();

 private:
  void OnRequest(const std::string& ns, const std::string& payload);
  void OnPeerMessage(const std::string& payload);
  void OnOperation(absl::StatusOr<v1::Operation> operation);
  void Deliver(v1::Operation operation, const std::vector<LinkId>& links);
  std::vector<LinkId> LinksFor(const v1::Operation& operation) const;
  void FollowMembers(const v1::Operation& operation, const std::vector<LinkId>& links);
  void Subscribe(std::vector<WantedChannel> wanted, std::function<void(absl::Status)> done);
  void Unsubscribe(std::vector<std::string> channels);
  void Drop(const absl::Status& why);

  const ChannelNames names_;
  Channels& channels_;
  FreshRooms& fresh_;
  QuestionHandler* questions_ = nullptr;
  const std::function<absl::Time()> clock_;
  platform::metrics::Counter* const received_;
  platform::metrics::Counter* const undecodable_;
  platform::metrics::Counter* const deliveries_;
  platform::metrics::Counter* const gaps_;
  platform::metrics::Gauge* const rooms_;
  platform::metrics::Gauge* const links_;
  Interest interest_;
  absl::flat_hash_map<LinkId, std::shared_ptr<DeliverySink>> sinks_;
  // Null without history.
  std::unique_ptr<LinkFeeds> feeds_;
  std::string marks_;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_FAN_OUT_H_
