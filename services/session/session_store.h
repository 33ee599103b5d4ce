// Where sessions are kept: texts under ids, each with a time to live.
#ifndef SAIL_SESSION_SESSION_STORE_H_
#define SAIL_SESSION_SESSION_STORE_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace sail::session {

// Thread-safe. The store knows nothing of what a text means. Each operation is atomic, and none but Insert
// makes a session: what was removed, or has expired, stays away whatever late writers do.
//
// Callbacks run once, maybe before the call returns, maybe on a thread of the store's; they must not block.
// Besides the errors named, every operation may give UNAVAILABLE, DEADLINE_EXCEEDED or RESOURCE_EXHAUSTED:
// then a write may have been done or not. The timeout is that of the one operation. Times to live are whole
// seconds, at least one.
class SessionStore {
 public:
  using ReadDone = std::function<void(absl::StatusOr<std::string> text)>;
  using WriteDone = std::function<void(absl::Status)>;
  struct SwapResult {
    bool swapped = false;
    // When not swapped: the text that is there instead of the expected one.
    std::string current;
  };
  using SwapDone = std::function<void(absl::StatusOr<SwapResult>)>;

  virtual ~SessionStore() = default;

  // NOT_FOUND.
  virtual void Read(const std::string& id, absl::Duration timeout, ReadDone done) = 0;
  // ALREADY_EXISTS: the id is taken; nothing was changed.
  virtual void Insert(const std::string& id, std::string text, absl::Duration ttl, absl::Duration timeout,
                      WriteDone done) = 0;
  // Puts desired in the place of expected and restarts the time to live; does nothing if another text is
  // there. NOT_FOUND.
  virtual void Swap(const std::string& id, std::string expected, std::string desired, absl::Duration ttl,
                    absl::Duration timeout, SwapDone done) = 0;
  // Restarts the time to live. NOT_FOUND.
  virtual void Touch(const std::string& id, absl::Duration ttl, absl::Duration timeout, WriteDone done) = 0;
  // Gives the text that was there; empty for an unknown id.
  virtual void Remove(const std::string& id, absl::Duration timeout, ReadDone done) = 0;
};

}  // namespace sail::session

#endif  // SAIL_SESSION_SESSION_STORE_H_
