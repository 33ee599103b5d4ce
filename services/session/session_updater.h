// Applies changes to stored sessions so that parallel writers lose nothing.
#ifndef SAIL_SESSION_SESSION_UPDATER_H_
#define SAIL_SESSION_SESSION_UPDATER_H_

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/session/session.h"
#include "services/session/session_document.h"
#include "services/session/session_store.h"
#include "services/session/user_sessions.h"

namespace sail::session {

struct SessionUpdaterOptions {
  absl::Duration default_ttl = absl::Hours(24);
  size_t max_bytes = size_t{1} << 20;
  // Swaps tried in one round before its updates are given up.
  int max_attempts = 64;
  // Updates of one session that may wait.
  size_t max_waiting = 1024;
  std::function<absl::Time()> clock = absl::Now;
  // Told of each swap that another process's write made void, and of each update that shared another one's
  // swap. Thread-safe.
  std::function<void()> on_conflict = [] {};
  std::function<void()> on_coalesced = [] {};
};

// Read, merge the top-level keys, swap if nobody wrote in between, else merge again with what is there now.
// One session has at most one such round under way in this process: the updates that arrive meanwhile wait
// and become one merge, so that a hundred writers of one session cost a few swaps, not a hundred races.
//
// Thread-safe. Callbacks run on the store's thread. The destructor waits for the rounds under way (the
// store's timeouts bound that): a round has work left after its last callback.
class SessionUpdater {
 public:
  using Done = std::function<void(absl::StatusOr<Session>)>;

  SessionUpdater(SessionStore& store, UserSessions& users, SessionUpdaterOptions options);
  ~SessionUpdater();
  SessionUpdater(const SessionUpdater&) = delete;
  SessionUpdater& operator=(const SessionUpdater&) = delete;

  // The changes must have passed SessionDocument::Check. Gives the session as stored, or NOT_FOUND (it is
  // never made anew), ABORTED (others kept winning), INVALID_ARGUMENT (too large), RESOURCE_EXHAUSTED,
  // DATA_LOSS, the store's errors.
  void Update(const std::string& id, SessionChanges changes, absl::Duration timeout, Done done);

 private:
  struct Pending {
    SessionChanges changes;
    absl::Time deadline;
    Done done;
  };
  struct Round;

  // The round's next batch of waiting updates; false when there are none, then the round has ended.
  bool TakeWaiting(Round& round);
  void Read(std::shared_ptr<Round> round);
  void Merge(std::shared_ptr<Round> round, std::string current);
  // Tells whose the session will be, then swaps. Whose it was is not told: somebody else may make it that
  // user's again at this moment, and an entry too many does no harm.
  void Keep(std::shared_ptr<Round> round, std::string current, SessionDocument document);
  void Swap(std::shared_ptr<Round> round, std::string current, SessionDocument document, absl::Duration ttl);
  void Finish(std::shared_ptr<Round> round, const absl::StatusOr<Session>& result, std::string stored);
  absl::Duration TimeLeft(const Round& round) const;

  SessionStore& store_;
  UserSessions& users_;
  const SessionUpdaterOptions options_;
  std::mutex mutex_;
  std::condition_variable all_ended_;
  // A key for each session with a round under way; the updates that wait for the next. Guarded by the mutex.
  absl::flat_hash_map<std::string, std::vector<Pending>> waiting_;
};

}  // namespace sail::session

#endif  // SAIL_SESSION_SESSION_UPDATER_H_
