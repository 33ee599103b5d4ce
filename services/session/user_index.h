// Which sessions a user has.
#ifndef SAIL_SESSION_USER_INDEX_H_
#define SAIL_SESSION_USER_INDEX_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace sail::session {

// Thread-safe. What it has is a hint: a session in it may be gone or another user's by now, so that whoever
// reads it looks at the sessions themselves. Entries leave by themselves when their session's time runs out.
//
// Callbacks, timeouts and errors are as SessionStore has them.
class UserIndex {
 public:
  struct Entry {
    std::string session_id;
    absl::Time since;      // of the first Add
    absl::Time last_seen;  // of the last Add
    absl::Time expires;
  };
  // Sessions that had to leave since the user had too many: those whose time runs out first.
  using AddDone = std::function<void(absl::StatusOr<std::vector<std::string>> surplus)>;
  using ListDone = std::function<void(absl::StatusOr<std::vector<Entry>>)>;
  using WriteDone = std::function<void(absl::Status)>;

  virtual ~UserIndex() = default;

  // Again for a session that is there: only its times change.
  virtual void Add(const std::string& user, const std::string& session_id, absl::Duration ttl,
                   absl::Duration timeout, AddDone done) = 0;
  // Unknown ones are no error.
  virtual void Remove(const std::string& user, const std::vector<std::string>& session_ids,
                      absl::Duration timeout, WriteDone done) = 0;
  // In no order.
  virtual void List(const std::string& user, absl::Duration timeout, ListDone done) = 0;
};

}  // namespace sail::session

#endif  // SAIL_SESSION_USER_INDEX_H_
