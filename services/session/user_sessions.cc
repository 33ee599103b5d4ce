#include "services/session/user_sessions.h"

#include <algorithm>
#include <mutex>
#include <tuple>
#include <utility>

#include "services/session/session_errors.h"
#include "services/session/session_id.h"

namespace sail::session {
namespace {

// Sessions looked at or ended at one time.
constexpr size_t kBatch = 128;
// For what nobody waits for.
constexpr absl::Duration kBackgroundTimeout = absl::Seconds(5);

absl::Status CheckUser(const std::string& user) {
  return user.empty() || user.size() > kMaxUserIdBytes ? InvalidUserId() : absl::OkStatus();
}

// Makes a call for each id, all at the same time, and gives the answers in the ids' order.
template <typename Call>
void CallAll(const std::vector<std::string>& ids, Call call,
             std::function<void(std::vector<absl::StatusOr<std::string>>)> done) {
  struct Gathered {
    std::mutex mutex;
    size_t open;
    std::vector<absl::StatusOr<std::string>> answers;
  };
  if (ids.empty()) return done({});
  auto gathered = std::make_shared<Gathered>();
  gathered->open = ids.size();
  gathered->answers.resize(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    call(ids[i], [gathered, i, done](absl::StatusOr<std::string> answer) {
      {
        std::lock_guard lock(gathered->mutex);
        gathered->answers[i] = std::move(answer);
        if (--gathered->open > 0) return;
      }
      done(std::move(gathered->answers));
    });
  }
}

}  // namespace

struct UserSessions::Revocation {
  std::string user;
  std::vector<std::string> ids;  // still to do
  absl::Time deadline;
  size_t revoked = 0;
  CountDone done;
};

UserSessions::UserSessions(SessionStore& store, UserIndex& index, RevocationBus& bus,
                           UserSessionsOptions options)
    : store_(store), index_(index), bus_(bus), options_(std::move(options)) {}

void UserSessions::Keep(const std::string& user, const std::string& id, absl::Duration ttl,
                        absl::Duration timeout, Done done) {
  if (user.empty()) return done(absl::OkStatus());
  index_.Add(user, id, ttl, timeout,
             [this, user, done = std::move(done)](absl::StatusOr<std::vector<std::string>> surplus) {
               if (surplus.ok() && !surplus->empty()) {
                 auto revocation = std::make_shared<Revocation>();
                 *revocation = {user, *std::move(surplus), Now() + kBackgroundTimeout, 0,
                                [this](absl::StatusOr<size_t> count) {
                                  if (count.ok()) options_.on_surplus(*count);
                                }};
                 RevokeNext(std::move(revocation));
               }
               done(surplus.status());
             });
}

void UserSessions::ForgetRemoved(const std::string& id, const std::string& text) {
  if (text.empty()) return;
  const auto document = SessionDocument::FromStored(text);
  const std::string user = document.ok() ? UserOf(*document) : "";
  // Should this fail: an entry too many does no harm.
  if (!user.empty()) index_.Remove(user, {id}, kBackgroundTimeout, [](absl::Status) {});
}

bool UserSessions::IsOf(const std::string& user, const std::string& text) const {
  const auto document = SessionDocument::FromStored(text);
  return document.ok() && UserOf(*document) == user;
}

void UserSessions::ReadAll(const std::vector<std::string>& ids, absl::Time deadline, TextsDone done) {
  CallAll(
      ids,
      [this, deadline](const std::string& id, SessionStore::ReadDone read) {
        store_.Read(id, deadline - Now(), std::move(read));
      },
      std::move(done));
}

void UserSessions::List(const std::string& user, absl::Duration timeout, ListDone done) {
  if (absl::Status status = CheckUser(user); !status.ok()) return done(std::move(status));
  const absl::Time deadline = Now() + timeout;
  index_.List(
      user, timeout,
      [this, user, deadline, done = std::move(done)](absl::StatusOr<std::vector<UserIndex::Entry>> entries) {
        if (!entries.ok()) return done(entries.status());
        std::vector<std::string> ids;
        for (const UserIndex::Entry& entry : *entries) ids.push_back(entry.session_id);
        ReadAll(ids, deadline, [this, user, entries = *std::move(entries), done](Texts texts) {
          std::vector<UserSession> sessions;
          for (size_t i = 0; i < texts.size(); ++i) {
            if (absl::IsNotFound(texts[i].status())) continue;
            if (!texts[i].ok()) return done(texts[i].status());
            const auto document = SessionDocument::FromStored(*texts[i]);
            if (!document.ok() || UserOf(*document) != user) continue;
            const UserIndex::Entry& entry = entries[i];
            sessions.push_back({entry.session_id, std::string(document->cookie_json()), entry.since,
                                entry.last_seen, entry.expires});
          }
          std::sort(sessions.begin(), sessions.end(), [](const auto& a, const auto& b) {
            return std::tie(b.last_seen, a.id) < std::tie(a.last_seen, b.id);
          });
          done(std::move(sessions));
        });
      });
}

void UserSessions::Revoke(const std::string& id, absl::Duration timeout, Done done) {
  if (!IsSessionId(id)) return done(InvalidSessionId());
  End({id}, Now() + timeout,
      [done = std::move(done)](absl::StatusOr<size_t> count) { done(count.status()); });
}

void UserSessions::RevokeAll(const std::string& user, const std::string& except_id, absl::Duration timeout,
                             CountDone done) {
  if (absl::Status status = CheckUser(user); !status.ok()) return done(std::move(status));
  if (!except_id.empty() && !IsSessionId(except_id)) return done(InvalidSessionId());
  auto revocation = std::make_shared<Revocation>();
  *revocation = {user, {}, Now() + timeout, 0, std::move(done)};
  index_.List(user, timeout,
              [this, revocation, except_id](absl::StatusOr<std::vector<UserIndex::Entry>> entries) {
                if (!entries.ok()) return revocation->done(entries.status());
                for (UserIndex::Entry& entry : *entries) {
                  if (entry.session_id != except_id) revocation->ids.push_back(std::move(entry.session_id));
                }
                RevokeNext(revocation);
              });
}

void UserSessions::RevokeNext(std::shared_ptr<Revocation> revocation) {
  std::vector<std::string>& rest = revocation->ids;
  if (rest.empty()) return revocation->done(revocation->revoked);
  const size_t count = std::min(kBatch, rest.size());
  std::vector<std::string> ids(std::make_move_iterator(rest.end() - count),
                               std::make_move_iterator(rest.end()));
  rest.erase(rest.end() - count, rest.end());
  ReadAll(ids, revocation->deadline, [this, revocation, ids](Texts texts) {
    std::vector<std::string> due;
    for (size_t i = 0; i < texts.size(); ++i) {
      // One that is gone may be left from a revocation that was not announced.
      if (absl::IsNotFound(texts[i].status()) || (texts[i].ok() && IsOf(revocation->user, *texts[i]))) {
        due.push_back(ids[i]);
      } else if (!texts[i].ok()) {
        return revocation->done(texts[i].status());
      }
    }
    End(due, revocation->deadline, [this, revocation, due](absl::StatusOr<size_t> count) {
      if (!count.ok()) return revocation->done(count.status());
      revocation->revoked += *count;
      index_.Remove(revocation->user, due, kBackgroundTimeout, [](absl::Status) {});
      RevokeNext(revocation);
    });
  });
}

void UserSessions::End(std::vector<std::string> ids, absl::Time deadline, CountDone done) {
  if (ids.empty()) return done(size_t{0});
  const auto remove = [this, deadline](const std::string& id, SessionStore::ReadDone removed) {
    store_.Remove(id, deadline - Now(), std::move(removed));
  };
  CallAll(ids, remove, [this, ids, deadline, done = std::move(done)](Texts texts) {
    absl::Status error;
    size_t count = 0;
    for (const auto& text : texts) {
      error.Update(text.status());
      if (text.ok() && !text->empty()) ++count;
    }
    options_.on_revoked(count);
    // Only now, so that who hears of it finds the session gone. Also of those that may still be there: their
    // end was asked for.
    bus_.Announce(ids, deadline - Now(), [this, ids, texts, error, count, done](absl::Status announced) {
      absl::Status status = error;
      status.Update(announced);
      if (!status.ok()) return done(std::move(status));
      for (size_t i = 0; i < ids.size(); ++i) ForgetRemoved(ids[i], *texts[i]);
      done(count);
    });
  });
}

}  // namespace sail::session
