// Questions to the gateways that are attached to this replica.
#ifndef SAIL_PUBSUB_GATEWAY_QUERY_H_
#define SAIL_PUBSUB_GATEWAY_QUERY_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "platform/metrics/metrics.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"
#include "services/pubsub/interest.h"

namespace sail::pubsub {

// A link that can be asked. Must not block.
class QuerySink {
 public:
  virtual ~QuerySink() = default;
  virtual void Ask(const std::shared_ptr<const v1::Query>& query) = 0;
};

// Only gateways with interest in one of the query's rooms are asked: the others have no such sockets.
//
// Used on one thread alone.
class GatewayQueries {
 public:
  // Questions under way; further ones end at once, with no gateway's answer.
  static constexpr size_t kMaxPending = 1024;

  struct Handlers {
    // What gateways say, as it comes: without id, last and count.
    std::function<void(v1::Answer part)> on_part;
    // Once, before the end: the sockets selected, of all gateways, or of those that have answered by the end.
    std::function<void(int64_t count)> on_count;
    // Once: of so many gateways so many have answered in full.
    std::function<void(int64_t gateways, int64_t answered)> on_end;
  };
  // The links to ask for a namespace and rooms.
  using Find = std::function<std::vector<std::pair<LinkId, std::shared_ptr<QuerySink>>>(
      const std::string& ns, const google::protobuf::RepeatedPtrField<std::string>& rooms)>;

  GatewayQueries(Find find, std::function<absl::Time()> clock, platform::metrics::Registry& registry);

  // Handlers may be called before this returns (there is no such gateway).
  void Ask(v1::Query query, absl::Duration patience, Handlers handlers);
  void OnAnswer(LinkId link, v1::Answer answer);
  void OnDetach(LinkId link);
  // Ends what has waited long enough.
  void Tick();

  bool idle() const { return pending_.empty(); }

 private:
  struct Pending {
    Handlers handlers;
    absl::Time until;
    absl::flat_hash_set<LinkId> open;
    absl::flat_hash_set<LinkId> uncounted;
    int64_t count = 0;
    int64_t asked = 0;
    int64_t answered = 0;
    bool count_said = false;
  };

  static void SayCount(Pending& pending);
  void Leave(uint64_t id, LinkId link, bool answered);
  void End(uint64_t id);

  const Find find_;
  const std::function<absl::Time()> clock_;
  platform::metrics::Counter* const asked_;
  platform::metrics::Counter* const unanswered_;
  uint64_t last_id_;
  absl::flat_hash_map<uint64_t, std::shared_ptr<Pending>> pending_;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_GATEWAY_QUERY_H_
