#include "services/pubsub/link_feeds.h"

#include <charconv>
#include <utility>

namespace sail::pubsub {

LinkFeeds::LinkFeeds(History& history, std::string marks, RoomsOf rooms_of, std::function<absl::Time()> clock,
                     platform::metrics::Registry& registry)
    : history_(history),
      marks_(std::move(marks)),
      rooms_of_(std::move(rooms_of)),
      clock_(std::move(clock)),
      healed_(registry.AddCounter("sail_pubsub_healed_total",
                                  "Times that a link got from history what a cut connection had lost.")),
      unhealed_(registry.AddCounter("sail_pubsub_unhealed_total",
                                    "Times that history could not help a link; it got a gap.")) {}

LinkFeeds::~LinkFeeds() { *alive_ = false; }

std::shared_ptr<DeliverySink> LinkFeeds::Attach(LinkId id, std::shared_ptr<DeliverySink> sink,
                                                Position after) {
  Link& link = links_[id];
  link.feed = std::make_shared<LinkFeed>(std::move(sink));
  if (after != 0) {
    link.awaits_interest = true;
    link.held_since = clock_();
    link.feed->Hold(after);
  } else if (!up_) {
    link.held_since = clock_();
    link.feed->Hold(position_);
  }
  return link.feed;
}

void LinkFeeds::Detach(LinkId id) { links_.erase(id); }

void LinkFeeds::OnSubscribed(LinkId id, OnPosition done) {
  const auto found = links_.find(id);
  if (found == links_.end()) return done(absl::CancelledError("the link has ended"));
  if (std::exchange(found->second.awaits_interest, false) && up_) CatchUp(id);
  waiting_.push_back({id, std::move(done)});
  RequestMark();
}

void LinkFeeds::RequestMark() {
  if (mark_pending_ || !up_) return;
  mark_pending_ = true;
  marked_at_ = clock_();
  marking_ = std::exchange(waiting_, {});
  history_.Mark(marks_, ++last_mark_);
}

void LinkFeeds::OnMark(std::string_view payload) {
  uint64_t mark = 0;
  Position position = 0;
  const char* const end = payload.data() + payload.size();
  const auto [space, error] = std::from_chars(payload.data(), end, mark);
  if (error != std::errc() || space == end || std::from_chars(space + 1, end, position).ec != std::errc())
    return;
  NotePosition(position);
  if (mark != last_mark_ || !mark_pending_) return;
  mark_pending_ = false;
  for (Waiter& waiter : std::exchange(marking_, {})) {
    const auto link = links_.find(waiter.link);
    if (link == links_.end()) {
      waiter.done(absl::CancelledError("the link has ended"));
      continue;
    }
    link->second.feed->Then([done = std::move(waiter.done), position] { done(position); });
  }
  if (!waiting_.empty()) RequestMark();
}

void LinkFeeds::OnLost() {
  up_ = false;
  mark_pending_ = false;
  // They wait for the connection that comes.
  waiting_.insert(waiting_.begin(), std::make_move_iterator(marking_.begin()),
                  std::make_move_iterator(marking_.end()));
  marking_.clear();
  for (auto& [id, link] : links_) {
    ++link.attempt;
    link.reading = false;
    if (link.feed->held()) continue;
    link.held_since = clock_();
    link.feed->Hold(position_);
  }
}

void LinkFeeds::OnBack() {
  up_ = true;
  std::vector<LinkId> held;
  for (auto& [id, link] : links_) {
    if (!link.feed->held()) {
      link.feed->Gap();
    } else if (!link.awaits_interest) {
      held.push_back(id);
    }
  }
  for (const LinkId id : held) CatchUp(id);
  if (!waiting_.empty()) RequestMark();
}

void LinkFeeds::CatchUp(LinkId id) {
  Link& link = links_.at(id);
  HistoryRead read;
  read.rooms = rooms_of_(id);
  read.after = link.feed->after();
  read.most_messages = LinkFeed::kMaxHeld;
  read.most_bytes = LinkFeed::kMaxHeldBytes;
  const int attempt = ++link.attempt;
  if (read.after == 0) return OnPage(id, attempt, HistoryPage());
  link.reading = true;
  history_.Read(std::move(read), [this, id, attempt, alive = alive_](absl::StatusOr<HistoryPage> page) {
    if (*alive) OnPage(id, attempt, std::move(page));
  });
}

void LinkFeeds::OnPage(LinkId id, int attempt, absl::StatusOr<HistoryPage> page) {
  const auto found = links_.find(id);
  if (found == links_.end() || found->second.attempt != attempt) return;
  Link& link = found->second;
  link.reading = false;
  if (!page.ok()) {
    // Tick tries again.
    if (clock_() - link.held_since < kPatience) return;
    page = HistoryPage();
  }
  (page->reaches_back && !page->more ? healed_ : unhealed_)->Increment();
  link.feed->Release(*page);
}

void LinkFeeds::Tick() {
  const absl::Time now = clock_();
  if (mark_pending_ && now - marked_at_ >= kMarkTimeout) {
    mark_pending_ = false;
    for (Waiter& waiter : std::exchange(marking_, {})) {
      waiter.done(absl::UnavailableError("Redis: a position did not come back"));
    }
  }
  if (!up_) return;
  if (!waiting_.empty() || now - marked_at_ >= kMarkEvery) {
    RequestMark();
    for (auto& [id, link] : links_) {
      if (position_ != 0) link.feed->ReachPosition(position_);
    }
  }
  std::vector<LinkId> again;
  for (auto& [id, link] : links_) {
    if (link.feed->held() && !link.awaits_interest && !link.reading) again.push_back(id);
  }
  for (const LinkId id : again) CatchUp(id);
}

}  // namespace sail::pubsub
