// The session of one request: loaded before the action runs, committed after it.
#ifndef SAIL_GATEWAY_ACTIONS_REQUEST_SESSION_H_
#define SAIL_GATEWAY_ACTIONS_REQUEST_SESSION_H_

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "protos/sail/action/v1/action.pb.h"

namespace sail::gateway {

class SessionClient;

struct RequestSession {
  bool enabled = true;
  std::string id;           // empty: not stored
  std::string data_json;    // the application's own keys; empty: none
  std::string cookie_json;  // cookie settings as stored, or as they will be
};

struct CommittedSession {
  RequestSession session;
  bool id_changed = false;  // the client must be told (Set-Cookie)
};

// Loads and commits sessions with express-session's semantics (saveUninitialized), but by key and without
// needless writes: a session that no action changed is not written. Thread-safe; callbacks run on a gRPC
// thread or on the caller's.
class RequestSessions {
 public:
  static constexpr absl::Duration kTouchInterval = absl::Minutes(1);

  using LoadCallback = std::function<void(absl::StatusOr<RequestSession>)>;
  using CommitCallback = std::function<void(absl::StatusOr<CommittedSession>)>;

  // new_cookie_json gives the cookie settings of a session made now (milliseconds since the epoch). client
  // must outlive this.
  RequestSessions(SessionClient& client, std::function<std::string(int64_t now_ms)> new_cookie_json)
      : client_(client), new_cookie_json_(std::move(new_cookie_json)) {}

  // id: from a cookie whose signature is right, or empty. An id that is unknown gives a session without one:
  // ids are never adopted. Errors: UNAVAILABLE, DEADLINE_EXCEEDED.
  void Load(const std::string& id, LoadCallback callback);

  // Makes, changes, regenerates or deletes the stored session as the action asked. A session that vanished
  // meanwhile (a logout) stays away. Errors as Load.
  void Commit(RequestSession session, const action::v1::SessionChanges& changes, CommitCallback callback);

 private:
  // One that is not stored.
  RequestSession Fresh() const;
  void Create(const action::v1::SessionChanges& changes, CommitCallback callback);
  void TouchNowAndThen(const std::string& id);

  SessionClient& client_;
  const std::function<std::string(int64_t)> new_cookie_json_;

  std::mutex mutex_;
  absl::Time interval_start_ = absl::InfinitePast();
  absl::flat_hash_set<size_t> touched_;  // hashes of the ids touched in this interval
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ACTIONS_REQUEST_SESSION_H_
