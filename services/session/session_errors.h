// The errors of this service, one constructor each.
#ifndef SAIL_SESSION_SESSION_ERRORS_H_
#define SAIL_SESSION_SESSION_ERRORS_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"

namespace sail::session {

inline absl::Status SessionNotFound() { return absl::NotFoundError("no such session"); }

inline absl::Status InvalidSessionId() {
  return absl::InvalidArgumentError("a session id is 1 to 256 characters of A-Z a-z 0-9 _ -");
}

inline absl::Status InvalidUserId() { return absl::InvalidArgumentError("a user id is 1 to 256 bytes"); }

inline absl::Status InvalidSessionJson(const std::string& what) { return absl::InvalidArgumentError(what); }

inline absl::Status SessionTooLarge(size_t limit) {
  return absl::InvalidArgumentError("the session would be larger than " + std::to_string(limit) + " bytes");
}

// Somebody else wrote what is not a session under our key.
inline absl::Status StoredSessionUnreadable() {
  return absl::DataLossError("the stored session is not a JSON object");
}

inline absl::Status TooManyConflicts() {
  return absl::AbortedError("other writers kept changing the session");
}

inline absl::Status TooManyWaitingUpdates() {
  return absl::ResourceExhaustedError("too many updates of one session wait already");
}

inline absl::Status UpdateTimedOut() {
  return absl::DeadlineExceededError("the update waited for others too long; it was not done");
}

}  // namespace sail::session

#endif  // SAIL_SESSION_SESSION_ERRORS_H_
