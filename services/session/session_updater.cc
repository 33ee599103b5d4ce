#include "services/session/session_updater.h"

#include <algorithm>
#include <utility>

#include "services/session/session_errors.h"
#include "services/session/session_lifetime.h"

namespace sail::session {

struct SessionUpdater::Round {
  std::string id;
  std::vector<Pending> batch;
  int attempts = 0;
};

SessionUpdater::SessionUpdater(SessionStore& store, UserSessions& users, SessionUpdaterOptions options)
    : store_(store), users_(users), options_(std::move(options)) {}

SessionUpdater::~SessionUpdater() {
  std::unique_lock lock(mutex_);
  all_ended_.wait(lock, [this] { return waiting_.empty(); });
}

void SessionUpdater::Update(const std::string& id, SessionChanges changes, absl::Duration timeout,
                            Done done) {
  Pending pending{std::move(changes), options_.clock() + timeout, std::move(done)};
  auto round = std::make_shared<Round>();
  round->id = id;
  {
    std::lock_guard lock(mutex_);
    const auto [under_way, is_first] = waiting_.try_emplace(id);
    if (is_first) {
      round->batch.push_back(std::move(pending));
    } else if (under_way->second.size() < options_.max_waiting) {
      under_way->second.push_back(std::move(pending));
      return;
    }
  }
  if (round->batch.empty()) {
    pending.done(TooManyWaitingUpdates());
    return;
  }
  Read(std::move(round));
}

bool SessionUpdater::TakeWaiting(Round& round) {
  std::vector<Pending> arrived;
  {
    std::lock_guard lock(mutex_);
    const auto found = waiting_.find(round.id);
    arrived.swap(found->second);
    if (arrived.empty() && round.batch.empty()) {
      waiting_.erase(found);
      // With the lock held: once it is free this object may be gone.
      if (waiting_.empty()) all_ended_.notify_all();
      return false;
    }
  }
  const absl::Time now = options_.clock();
  for (Pending& pending : arrived) {
    if (pending.deadline > now) {
      if (!round.batch.empty()) options_.on_coalesced();
      round.batch.push_back(std::move(pending));
    } else {
      pending.done(UpdateTimedOut());
    }
  }
  // All of them too late: look again, more may have come meanwhile.
  return !round.batch.empty() || TakeWaiting(round);
}

absl::Duration SessionUpdater::TimeLeft(const Round& round) const {
  absl::Time latest = absl::InfinitePast();
  for (const Pending& pending : round.batch) latest = std::max(latest, pending.deadline);
  return latest - options_.clock();
}

void SessionUpdater::Read(std::shared_ptr<Round> round) {
  const absl::Duration timeout = TimeLeft(*round);
  const std::string id = round->id;
  store_.Read(id, timeout, [this, round = std::move(round)](absl::StatusOr<std::string> text) {
    if (!text.ok()) {
      Finish(round, text.status(), "");
    } else {
      Merge(round, *std::move(text));
    }
  });
}

void SessionUpdater::Merge(std::shared_ptr<Round> round, std::string current) {
  // Who came while this round was away is merged here, too.
  if (!TakeWaiting(*round)) return;
  absl::StatusOr<SessionDocument> document = SessionDocument::FromStored(current);
  if (!document.ok()) {
    Finish(round, document.status(), "");
    return;
  }
  std::vector<Pending> refused;
  std::vector<absl::Status> reasons;
  std::erase_if(round->batch, [&](Pending& pending) {
    absl::Status status = document->Apply(pending.changes, options_.max_bytes);
    if (status.ok()) return false;
    reasons.push_back(std::move(status));
    refused.push_back(std::move(pending));
    return true;
  });
  for (size_t i = 0; i < refused.size(); ++i) refused[i].done(reasons[i]);
  if (round->batch.empty()) {
    Finish(round, document->ToSession(round->id), std::move(current));
    return;
  }
  Keep(std::move(round), std::move(current), *std::move(document));
}

void SessionUpdater::Keep(std::shared_ptr<Round> round, std::string current, SessionDocument document) {
  const bool new_cookie = std::any_of(round->batch.begin(), round->batch.end(), [](const Pending& pending) {
    return pending.changes.set.contains("cookie");
  });
  const absl::Time now = options_.clock();
  const absl::Duration ttl = new_cookie
                                 ? LifetimeOfNewCookie(document.cookie_json(), now, options_.default_ttl)
                                 : LifetimeOnUse(document.cookie_json(), now, options_.default_ttl);
  const absl::Duration timeout = TimeLeft(*round);
  const std::string id = round->id;
  const std::string user = users_.UserOf(document);
  users_.Keep(user, id, ttl, timeout,
              [this, round = std::move(round), current = std::move(current), document = std::move(document),
               ttl](absl::Status status) mutable {
                if (status.ok()) {
                  Swap(std::move(round), std::move(current), std::move(document), ttl);
                } else {
                  Finish(round, status, "");
                }
              });
}

void SessionUpdater::Swap(std::shared_ptr<Round> round, std::string current, SessionDocument document,
                          absl::Duration ttl) {
  std::string desired = document.Text();
  ++round->attempts;
  const absl::Duration timeout = TimeLeft(*round);
  const std::string id = round->id;
  store_.Swap(id, std::move(current), desired, ttl, timeout,
              [this, round = std::move(round), desired,
               document = std::move(document)](absl::StatusOr<SessionStore::SwapResult> result) {
                if (!result.ok()) {
                  Finish(round, result.status(), "");
                } else if (result->swapped) {
                  Finish(round, document.ToSession(round->id), desired);
                } else if (round->attempts >= options_.max_attempts) {
                  options_.on_conflict();
                  Finish(round, TooManyConflicts(), "");
                } else {
                  options_.on_conflict();
                  Merge(round, std::move(result->current));
                }
              });
}

void SessionUpdater::Finish(std::shared_ptr<Round> round, const absl::StatusOr<Session>& result,
                            std::string stored) {
  for (Pending& pending : std::exchange(round->batch, {})) pending.done(result);
  round->attempts = 0;
  if (!TakeWaiting(*round)) return;
  // What was stored a moment ago is most likely still there: no need to read it again.
  if (stored.empty()) {
    Read(std::move(round));
  } else {
    Merge(std::move(round), std::move(stored));
  }
}

}  // namespace sail::session
