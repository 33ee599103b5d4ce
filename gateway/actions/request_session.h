// The session of one request: loaded before the action runs, committed after it.
#ifndef SAIL_GATEWAY_ACTIONS_REQUEST_SESSION_H_
#define SAIL_GATEWAY_ACTIONS_REQUEST_SESSION_H_

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gateway/actions/recent_use.h"
#include "protos/sail/action/v1/action.pb.h"

namespace sail::gateway {

class SessionClient;

// Where requests meet that came without a session and may make one, so that together they make one: a socket
// has one slot for as long as it has no session. Thread-safe.
class SessionSlot {
 public:
  using Turn = std::function<void(const std::string& id)>;

  // turn gets the id of the session that was made here; or, when nobody is making one, an empty id: its owner
  // then makes one and calls Done. At once, or from within somebody's Done.
  void Enter(Turn turn);
  // id: of the session that was made; empty: it was not.
  void Done(const std::string& id);

 private:
  std::mutex mutex_;
  bool making_ = false;
  std::string id_;
  std::deque<Turn> waiting_;
};

struct RequestSession {
  bool enabled = true;
  std::string id;                     // empty: not stored
  std::string data_json;              // the application's own keys; empty: none
  std::string cookie_json;            // cookie settings as stored, or as they will be
  std::shared_ptr<SessionSlot> slot;  // null: a session made by this request is its own
};

struct CommittedSession {
  RequestSession session;
  bool id_changed = false;    // the client must be told (Set-Cookie)
  bool data_changed = false;  // the client is told of the new expiry, if there is one
};

struct RequestSessionsOptions {
  // The cookie settings of a session made now, a JSON object.
  std::function<std::string(absl::Time now)> new_cookie_json;
  // The keys that a session has from its start, a JSON object. Null: none.
  std::function<std::string()> new_data_json;
  // Whether a session is stored though nobody has put anything into it (express-session's saveUninitialized).
  bool save_uninitialized = true;
  // A session that is only read has its time to live begun anew at most this often.
  absl::Duration touch_interval = absl::Seconds(5);
  std::function<absl::Time()> clock = absl::Now;
};

// Loads and commits sessions with express-session's semantics (saveUninitialized), but by key and without
// needless writes: a session that no action changed is not written, its life begins anew (now and then, see
// touch_interval). Thread-safe; callbacks run on a gRPC thread or on the caller's.
class RequestSessions {
 public:
  using LoadCallback = std::function<void(absl::StatusOr<RequestSession>)>;
  using CommitCallback = std::function<void(absl::StatusOr<CommittedSession>)>;

  // client must outlive this.
  RequestSessions(SessionClient& client, RequestSessionsOptions options)
      : client_(client), options_(std::move(options)), uses_(options_.touch_interval) {}

  // id: from a cookie whose signature is right, or empty. An id that is unknown gives a session without one:
  // ids are never adopted. Errors: UNAVAILABLE, also where the store did not answer in time.
  void Load(const std::string& id, LoadCallback callback);

  // Makes, changes, regenerates or deletes the stored session as the action asked. A session that vanished
  // meanwhile (a logout) stays away. Errors: as Load; INTERNAL for changes that cannot be stored (too large).
  void Commit(RequestSession session, const action::v1::SessionChanges& changes, CommitCallback callback);

 private:
  void CreateOnce(RequestSession session, const action::v1::SessionChanges& changes, CommitCallback callback);
  void Create(const RequestSession& session, const action::v1::SessionChanges& changes,
              CommitCallback callback);
  void Destroy(const RequestSession& session, CommitCallback callback);
  void Regenerate(const RequestSession& session, const action::v1::SessionChanges& changes,
                  CommitCallback callback);
  void Update(RequestSession session, const action::v1::SessionChanges& changes, CommitCallback callback);
  // The session with its life begun anew, in the store without anybody waiting for it.
  RequestSession Use(RequestSession session);
  // One that is not stored.
  RequestSession Fresh() const;

  SessionClient& client_;
  const RequestSessionsOptions options_;
  RecentUse uses_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ACTIONS_REQUEST_SESSION_H_
