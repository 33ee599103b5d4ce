// Where in a session it says whose it is.
#ifndef SAIL_SESSION_USER_KEY_H_
#define SAIL_SESSION_USER_KEY_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/session/session_document.h"

namespace sail::session {

inline constexpr size_t kMaxUserIdBytes = 256;

// An immutable value.
class UserKey {
 public:
  // path: a key, or keys of nested objects with dots between, "passport.user". INVALID_ARGUMENT for an empty
  // key, and for more than eight.
  static absl::StatusOr<UserKey> Parse(std::string_view path);

  // The user's id: a string as it is, a number as it is written. Empty if the session is nobody's: no such
  // key, another type, a string that is empty or longer than kMaxUserIdBytes.
  std::string UserOf(const SessionDocument& document) const;

 private:
  std::vector<std::string> keys_;
};

}  // namespace sail::session

#endif  // SAIL_SESSION_USER_KEY_H_
