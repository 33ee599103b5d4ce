// Names of sessions.
#ifndef SAIL_SESSION_SESSION_ID_H_
#define SAIL_SESSION_SESSION_ID_H_

#include <functional>
#include <string>
#include <string_view>

namespace sail::session {

// Gives a new id at each call, from any thread.
using SessionIdSource = std::function<std::string()>;

// 24 random bytes (OpenSSL's generator for secrets) in base64url: 32 characters, as express-session's
// uid-safe makes them. Aborts the process when there is no randomness: a guessable id would be worse.
std::string NewSessionId();

// 1 to 256 characters of A-Z a-z 0-9 _ -
bool IsSessionId(std::string_view id);

}  // namespace sail::session

#endif  // SAIL_SESSION_SESSION_ID_H_
