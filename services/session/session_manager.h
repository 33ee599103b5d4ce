// The rules of sessions: what is a session, how long it lives, who wins.
#ifndef SAIL_SESSION_SESSION_MANAGER_H_
#define SAIL_SESSION_SESSION_MANAGER_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/session/session.h"
#include "services/session/session_id.h"
#include "services/session/session_store.h"
#include "services/session/session_updater.h"
#include "services/session/user_sessions.h"

namespace sail::session {

struct SessionManagerOptions {
  // Also holds the time to live, the size limit and the clock.
  SessionUpdaterOptions updater;
  SessionIdSource new_id = NewSessionId;
};

// Thread-safe. Callbacks run once, on the store's thread or before the call returns, and must not block.
// Timeouts cover the whole call. Errors: INVALID_ARGUMENT for a bad id, bad JSON, a session over the size
// limit; NOT_FOUND where said; those of the store (UNAVAILABLE, DEADLINE_EXCEEDED: the outcome of a write is
// unknown).
class SessionManager {
 public:
  using SessionDone = std::function<void(absl::StatusOr<Session>)>;
  using Done = std::function<void(absl::Status)>;

  // The store and users outlive every open call.
  SessionManager(SessionStore& store, UserSessions& users, SessionManagerOptions options);

  // Makes a session under a new id.
  void Create(const SessionContent& content, absl::Duration timeout, SessionDone done);
  // NOT_FOUND.
  void Get(const std::string& id, absl::Duration timeout, SessionDone done);
  // See SessionUpdater. Restarts the time to live.
  void Update(const std::string& id, SessionChanges changes, absl::Duration timeout, SessionDone done);
  // Restarts the time to live, and nothing else: a session that is destroyed meanwhile stays so. NOT_FOUND.
  void Touch(const std::string& id, absl::Duration timeout, Done done);
  // An unknown id is no error.
  void Destroy(const std::string& id, absl::Duration timeout, Done done);
  // The old session is gone before the new one exists; it may be unknown.
  void Regenerate(const std::string& old_id, const SessionContent& content, absl::Duration timeout,
                  SessionDone done);

 private:
  // Gives the new session once its user has it, too.
  void Enter(const SessionDocument& document, const std::string& id, absl::Duration ttl, absl::Time deadline,
             SessionDone done);
  void Insert(SessionDocument document, int attempts_left, absl::Time deadline, SessionDone done);
  // FromContent and the size limit.
  absl::StatusOr<SessionDocument> NewDocument(const SessionContent& content) const;
  absl::Time Now() const { return options_.updater.clock(); }

  SessionStore& store_;
  UserSessions& users_;
  const SessionManagerOptions options_;
  SessionUpdater updater_;
};

}  // namespace sail::session

#endif  // SAIL_SESSION_SESSION_MANAGER_H_
