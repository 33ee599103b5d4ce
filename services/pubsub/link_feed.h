// A link's deliveries where there is history: what a broken connection has swallowed comes back ahead of what
// is new.
#ifndef SAIL_PUBSUB_LINK_FEED_H_
#define SAIL_PUBSUB_LINK_FEED_H_

#include <deque>
#include <functional>
#include <memory>

#include "services/pubsub/delivery_sink.h"
#include "services/pubsub/history.h"

namespace sail::pubsub {

// Passes everything on, or holds it: from Hold to Release, which puts the history in front and drops what
// came both ways. Operations with a position leave in the order of positions, each once; the others between
// their neighbours.
//
// Bounded: when too much is held, all of it is dropped, and a gap follows. Not thread-safe.
class LinkFeed final : public DeliverySink {
 public:
  static constexpr size_t kMaxHeld = 65536;
  static constexpr size_t kMaxHeldBytes = size_t{8} << 20;

  explicit LinkFeed(std::shared_ptr<DeliverySink> sink) : sink_(std::move(sink)) {}

  void Deliver(const std::shared_ptr<const v1::Operation>& operation) override;
  void Gap() override;
  void ReachPosition(Position position) override;

  // Runs the function when everything before has been passed on: at once unless held.
  void Then(std::function<void()> function);

  // after: everything up to there has been passed on. Held already: the first one counts.
  void Hold(Position after);
  bool held() const { return held_; }
  Position after() const { return after_; }

  // What there is behind after() up to the page's position; without reaches_back, or if too much was held, a
  // gap.
  void Release(const HistoryPage& page);

 private:
  struct Entry {
    // Exactly one of the two.
    std::shared_ptr<const v1::Operation> operation;
    std::function<void()> function;
  };

  void PassOn(Entry& entry);

  const std::shared_ptr<DeliverySink> sink_;
  bool held_ = false;
  bool overflown_ = false;
  Position after_ = 0;
  std::deque<Entry> entries_;
  size_t operations_ = 0;
  size_t bytes_ = 0;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_LINK_FEED_H_
