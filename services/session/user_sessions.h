// Whose sessions are whose: kept track of while they are written, listed, revoked.
#ifndef SAIL_SESSION_USER_SESSIONS_H_
#define SAIL_SESSION_USER_SESSIONS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/session/revocation_bus.h"
#include "services/session/session_document.h"
#include "services/session/session_store.h"
#include "services/session/user_index.h"
#include "services/session/user_key.h"

namespace sail::session {

struct UserSession {
  std::string id;
  std::string cookie_json;
  absl::Time since;
  absl::Time last_seen;
  absl::Time expires;
};

struct UserSessionsOptions {
  UserKey key = *UserKey::Parse("userId");
  std::function<absl::Time()> clock = absl::Now;
  // Told how many sessions were revoked, and how many of these since their user had too many. Thread-safe.
  std::function<void(size_t)> on_revoked = [](size_t) {};
  std::function<void(size_t)> on_surplus = [](size_t) {};
};

// The index never lacks a session that somebody can know and that is a user's: a new one is entered before
// its id is given out, an old one before it is written. (What another program has written is entered when it
// is used here.) So the index has too much rather than too little, and each session in it is looked at before
// anything is said or done about it.
//
// Thread-safe. Callbacks run once, on a thread of the store's or before the call returns. Timeouts cover the
// whole call. Errors: INVALID_ARGUMENT for a bad id; those of the store, the index and the bus, after which a
// revocation may be half done: repeating it does the rest, and announces again what was done before.
class UserSessions {
 public:
  using Done = std::function<void(absl::Status)>;
  using ListDone = std::function<void(absl::StatusOr<std::vector<UserSession>>)>;
  using CountDone = std::function<void(absl::StatusOr<size_t>)>;

  // All outlive the open calls.
  UserSessions(SessionStore& store, UserIndex& index, RevocationBus& bus, UserSessionsOptions options = {});

  // Empty: nobody's.
  std::string UserOf(const SessionDocument& document) const { return options_.key.UserOf(document); }

  // The session is the user's and lives this long from now on. At once, without a call, if it is nobody's.
  // Ends other sessions of a user who has too many.
  void Keep(const std::string& user, const std::string& id, absl::Duration ttl, absl::Duration timeout,
            Done done);
  // The session with this stored text has been removed. Nobody waits for it.
  void ForgetRemoved(const std::string& id, const std::string& text);

  // Those used last come first.
  void List(const std::string& user, absl::Duration timeout, ListDone done);
  // An unknown id is no error, and announced.
  void Revoke(const std::string& id, absl::Duration timeout, Done done);
  // except_id may be empty. Gives how many there were.
  void RevokeAll(const std::string& user, const std::string& except_id, absl::Duration timeout,
                 CountDone done);

 private:
  struct Revocation;
  using Texts = std::vector<absl::StatusOr<std::string>>;
  using TextsDone = std::function<void(Texts)>;

  void ReadAll(const std::vector<std::string>& ids, absl::Time deadline, TextsDone done);
  bool IsOf(const std::string& user, const std::string& text) const;
  // Removes and announces. Gives how many there were.
  void End(std::vector<std::string> ids, absl::Time deadline, CountDone done);
  void RevokeNext(std::shared_ptr<Revocation> revocation);
  absl::Time Now() const { return options_.clock(); }

  SessionStore& store_;
  UserIndex& index_;
  RevocationBus& bus_;
  const UserSessionsOptions options_;
};

}  // namespace sail::session

#endif  // SAIL_SESSION_USER_SESSIONS_H_
