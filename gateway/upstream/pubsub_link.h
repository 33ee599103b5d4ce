// The gateway's link to the pubsub service: the rooms its sockets are in go up, what happens in them comes
// down.
#ifndef SAIL_GATEWAY_UPSTREAM_PUBSUB_LINK_H_
#define SAIL_GATEWAY_UPSTREAM_PUBSUB_LINK_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"

namespace sail::gateway {

struct RoomKey {
  std::string nsp;   // "/" or "/name"
  std::string room;  // empty: messages to the whole namespace
  bool operator==(const RoomKey&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const RoomKey& key) {
    return H::combine(std::move(h), key.nsp, key.room);
  }
};

// One stream to one replica. When it breaks, the link attaches to the next replica and states its whole
// interest again; what was published in between comes ahead of what is new where the service keeps history
// that reaches back, else it is lost (on_gap says so).
//
// Thread-safe. Interest is counted: a room is wanted until it was removed as often as it was added.
class PubSubLink {
 public:
  struct Handlers {
    // In the order of publication, one call at a time, on a gRPC thread.
    std::function<void(std::shared_ptr<const pubsub::v1::Deliveries>)> on_deliveries;
    // Messages may have been missed since the last delivery.
    std::function<void()> on_gap;
    // Where there is history: everything up to this position that the link wants has been delivered. In order
    // with the deliveries. Unset: nobody cares.
    std::function<void(uint64_t)> on_position;
    // To be answered with Answer, under the query's id. On a gRPC thread, in order with the deliveries.
    // Unset: nobody answers.
    std::function<void(pubsub::v1::Query)> on_query;
  };
  using Done = std::function<void(absl::Status)>;
  using OnAnswer = std::function<void(absl::StatusOr<pubsub::v1::AttachEvent>)>;

  virtual ~PubSubLink() = default;

  // done comes once everything published in the rooms from now on will be delivered: at once for rooms that
  // are wanted already. While no replica is attached it waits for one, at most a second (then UNAVAILABLE;
  // the interest stays).
  virtual void AddInterest(std::vector<RoomKey> rooms, Done done) = 0;
  virtual void RemoveInterest(std::vector<RoomKey> rooms) = 0;

  // Errors: those of PubSubService.Publish; RESOURCE_EXHAUSTED when too many wait.
  virtual void Publish(std::vector<pubsub::v1::Operation> operations, Done done) = 0;

  // Sends a request of recovery or of history (which gets its id here), in order with the publications. done
  // gets the event that answers it, whose code need not be OK; UNAVAILABLE: no answer within kAskTimeout, the
  // outcome is unknown; RESOURCE_EXHAUSTED when too many wait.
  virtual void Ask(pubsub::v1::AttachRequest request, OnAnswer done) = 0;

  // A part of an answer to a query. Best effort: for nobody if the link has broken since. Nobody answers more
  // than kMaxAnswers parts that wait to be sent.
  virtual void Answer(pubsub::v1::Answer answer) = 0;
  static constexpr size_t kMaxAnswers = 4096;

  virtual bool attached() = 0;
};

// target: see platform/rpc/resolver.h.
std::unique_ptr<PubSubLink> MakePubSubLink(const std::string& target, const std::string& gateway_id,
                                           PubSubLink::Handlers handlers);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_UPSTREAM_PUBSUB_LINK_H_
