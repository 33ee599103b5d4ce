#include "services/pubsub/link_feed.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace sail::pubsub {

void LinkFeed::Deliver(const std::shared_ptr<const v1::Operation>& operation) {
  if (!held_) return sink_->Deliver(operation);
  if (overflown_) return;
  const size_t bytes = operation->ByteSizeLong();
  if (operations_ < kMaxHeld && bytes_ + bytes <= kMaxHeldBytes) {
    entries_.push_back({operation, nullptr});
    ++operations_;
    bytes_ += bytes;
    return;
  }
  overflown_ = true;
  std::erase_if(entries_, [](const Entry& entry) { return entry.operation != nullptr; });
}

void LinkFeed::Gap() {
  Then([sink = sink_] { sink->Gap(); });
}

void LinkFeed::ReachPosition(Position position) {
  Then([sink = sink_, position] { sink->ReachPosition(position); });
}

void LinkFeed::Then(std::function<void()> function) {
  if (!held_) return function();
  entries_.push_back({nullptr, std::move(function)});
}

void LinkFeed::Hold(Position after) {
  if (std::exchange(held_, true)) return;
  after_ = after;
}

void LinkFeed::Release(const HistoryPage& page) {
  held_ = false;
  std::deque<Entry> entries = std::exchange(entries_, {});
  operations_ = bytes_ = 0;
  if (std::exchange(overflown_, false) || !page.reaches_back || page.more) {
    sink_->Gap();
  } else {
    // A room that was added while the history was being read is not in the page, its messages are here.
    const auto by_seq = [](const auto& a, const auto& b) { return a->seq() < b->seq(); };
    std::vector<std::shared_ptr<const v1::Operation>> before;
    const auto belongs_before = [&](const Entry& entry) {
      return entry.operation != nullptr && entry.operation->seq() != 0 &&
             entry.operation->seq() <= page.position;
    };
    for (const Entry& entry : entries) {
      if (!belongs_before(entry) || entry.operation->seq() <= after_) continue;
      if (std::binary_search(page.operations.begin(), page.operations.end(), entry.operation, by_seq))
        continue;
      before.push_back(entry.operation);
    }
    std::erase_if(entries, belongs_before);
    std::vector<std::shared_ptr<const v1::Operation>> all;
    std::merge(page.operations.begin(), page.operations.end(), before.begin(), before.end(),
               std::back_inserter(all), by_seq);
    for (const auto& operation : all) sink_->Deliver(operation);
  }
  for (Entry& entry : entries) PassOn(entry);
}

void LinkFeed::PassOn(Entry& entry) {
  if (entry.operation != nullptr) {
    Deliver(entry.operation);
  } else {
    Then(std::move(entry.function));
  }
}

}  // namespace sail::pubsub
