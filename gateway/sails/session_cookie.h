// The session id in the client's cookie: signed, as express-session does it.
#ifndef SAIL_GATEWAY_SAILS_SESSION_COOKIE_H_
#define SAIL_GATEWAY_SAILS_SESSION_COOKIE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/routing/app_config.h"
#include "gateway/session/signature.h"

namespace sail::gateway {

// Immutable; any thread.
class SessionCookie {
 public:
  // config must outlive this.
  SessionCookie(const SessionCookieSettings& settings, std::vector<std::string> secrets)
      : settings_(settings), signer_(std::move(secrets)) {}

  // The id in a Cookie header whose signature is right; empty if there is none.
  std::string Read(std::optional<std::string_view> cookie_header) const;

  // The value of Set-Cookie that gives the id to the client.
  std::string Write(const std::string& id) const;

  // The cookie settings that are stored in the session, as express-session writes them.
  std::string StoredSettings() const;

 private:
  const SessionCookieSettings& settings_;
  const CookieSigner signer_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_SAILS_SESSION_COOKIE_H_
