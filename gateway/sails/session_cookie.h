// The session id in the client's cookie: signed, as express-session does it.
#ifndef SAIL_GATEWAY_SAILS_SESSION_COOKIE_H_
#define SAIL_GATEWAY_SAILS_SESSION_COOKIE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/session/cookie.h"
#include "gateway/session/signature.h"

namespace sail::gateway {

struct SessionCookieOptions {
  std::string name = "sails.sid";
  CookieAttributes attributes;        // without Expires
  std::optional<int64_t> max_age_ms;  // unset: until the browser closes
  std::vector<std::string> secrets;   // signs with the first, accepts all
};

// Immutable; any thread.
class SessionCookie {
 public:
  explicit SessionCookie(SessionCookieOptions options);

  // The id in a Cookie header, if its signature is right; else empty.
  std::string Read(std::optional<std::string_view> cookie_header) const;

  // The value of Set-Cookie that gives the id to the client. now_ms: since the epoch.
  std::string Write(const std::string& id, int64_t now_ms) const;

  // The settings that express-session keeps in the session:
  // {"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"}.
  std::string StoredSettings(int64_t now_ms) const;

 private:
  const SessionCookieOptions options_;
  const CookieSigner signer_;
};

// The settings that Sails keeps in a session which was made for a socket.
std::string SocketSessionCookie(int64_t now_ms);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_SAILS_SESSION_COOKIE_H_
