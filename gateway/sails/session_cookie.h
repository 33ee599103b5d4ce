// The session id in the client's cookie: signed, as express-session does it.
#ifndef SAIL_GATEWAY_SAILS_SESSION_COOKIE_H_
#define SAIL_GATEWAY_SAILS_SESSION_COOKIE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "gateway/actions/request_session.h"
#include "gateway/session/cookie.h"
#include "gateway/session/signature.h"

namespace sail::gateway {

struct SessionCookieOptions {
  std::string name = "sails.sid";
  CookieAttributes attributes;        // without Expires
  std::optional<int64_t> max_age_ms;  // unset: until the browser closes
  bool rolling = false;               // gives the cookie again with every answer
  std::vector<std::string> secrets;   // signs with the first, accepts all
};

// Immutable; any thread.
class SessionCookie {
 public:
  explicit SessionCookie(SessionCookieOptions options);

  // The id in a Cookie header, if its signature is right; else empty.
  std::string Read(std::optional<std::string_view> cookie_header) const;

  // Whether a request of that path (without the query) has a session at all: those outside the cookie's path
  // do not.
  bool CoversPath(std::string_view path) const;

  // The value of Set-Cookie that the answer to a request has to give, if there is one: for a new id, and
  // where the cookie ends at a time, for changed data, since that time has moved on; with `rolling` always.
  // protocol: "http" or "https", what the client speaks; a secure cookie is never given over plain http.
  std::optional<std::string> Due(const CommittedSession& committed, std::string_view protocol) const;

  // The settings that express-session keeps in a session that is made now:
  // {"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"}.
  std::string StoredSettings(absl::Time now) const;

 private:
  const SessionCookieOptions options_;
  const CookieSigner signer_;
};

// The settings that Sails keeps in a session which was made for a socket.
std::string SocketSessionCookie(absl::Time now);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_SAILS_SESSION_COOKIE_H_
