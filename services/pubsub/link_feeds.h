// The feeds of all links, and the bus's position that they share.
#ifndef SAIL_PUBSUB_LINK_FEEDS_H_
#define SAIL_PUBSUB_LINK_FEEDS_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "platform/metrics/metrics.h"
#include "services/pubsub/history.h"
#include "services/pubsub/interest.h"
#include "services/pubsub/link_feed.h"

namespace sail::pubsub {

// Messages reach the bus in the order of their positions, so the last one says how far it has come. Marks say
// it when there are no messages: they are published in Redis, and come back through the bus.
//
// While the bus is cut the feeds are held; when it is back each reads what it missed. A link that continues
// another one is held from its begin until its rooms are subscribed and read. What cannot be read within
// kPatience, or not any more, becomes a gap.
//
// Used on the bus's thread alone, where the history must answer.
class LinkFeeds {
 public:
  static constexpr absl::Duration kPatience = absl::Seconds(30);
  static constexpr absl::Duration kMarkEvery = absl::Seconds(1);
  // A mark that does not come back within it is lost.
  static constexpr absl::Duration kMarkTimeout = absl::Seconds(2);

  using RoomsOf = std::function<std::vector<HistoryRoom>(LinkId)>;
  using OnPosition = std::function<void(absl::StatusOr<Position>)>;

  // marks: a channel that the bus is subscribed to, whose messages come to OnMark.
  LinkFeeds(History& history, std::string marks, RoomsOf rooms_of, std::function<absl::Time()> clock,
            platform::metrics::Registry& registry);
  ~LinkFeeds();

  // after: where another link broke off that this one continues; 0 for none.
  std::shared_ptr<DeliverySink> Attach(LinkId link, std::shared_ptr<DeliverySink> sink, Position after);
  void Detach(LinkId link);

  // The bus has subscribed to what the link wants. done: the position from which on the link misses nothing,
  // once what came before has been passed on; UNAVAILABLE if that cannot be known.
  void OnSubscribed(LinkId link, OnPosition done);

  void OnMark(std::string_view payload);
  // A message with that position has come.
  void NotePosition(Position position) { position_ = std::max(position_, position); }

  void OnLost();
  // Everything is subscribed again.
  void OnBack();
  // About ten times a second.
  void Tick();

 private:
  struct Link {
    std::shared_ptr<LinkFeed> feed;
    bool awaits_interest = false;  // continues another link, and has not said what it wants
    absl::Time held_since;
    int attempt = 0;  // at reading, to know answers to earlier ones
    bool reading = false;
  };
  struct Waiter {
    LinkId link;
    OnPosition done;
  };

  void RequestMark();
  void CatchUp(LinkId id);
  void OnPage(LinkId id, int attempt, absl::StatusOr<HistoryPage> page);

  History& history_;
  const std::string marks_;
  const RoomsOf rooms_of_;
  const std::function<absl::Time()> clock_;
  platform::metrics::Counter* const healed_;
  platform::metrics::Counter* const unhealed_;
  absl::flat_hash_map<LinkId, Link> links_;
  Position position_ = 0;
  bool up_ = true;
  // One mark is under way at a time; those who come meanwhile share the next.
  uint64_t last_mark_ = 0;
  bool mark_pending_ = false;
  absl::Time marked_at_ = absl::InfinitePast();
  std::vector<Waiter> marking_;
  std::vector<Waiter> waiting_;
  // Readings under way may end after this.
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_LINK_FEEDS_H_
