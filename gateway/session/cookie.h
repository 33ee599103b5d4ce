#ifndef SAIL_GATEWAY_SESSION_COOKIE_H_
#define SAIL_GATEWAY_SESSION_COOKIE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sail::gateway {

// The cookies of a Cookie header as npm cookie 0.7 reads them: values unquoted and percent-decoded (left
// alone where they do not decode), of a repeated name the first.
std::vector<std::pair<std::string, std::string>> ParseCookies(std::string_view header);

// The value of one cookie of the header, by the same rules.
std::optional<std::string> FindCookie(std::string_view header, std::string_view name);

struct CookieAttributes {
  std::string domain;
  std::string path = "/";
  std::optional<int64_t> expires_unix_seconds;
  bool http_only = true;
  bool secure = false;
  std::string same_site;  // "Lax", "Strict", "None"; empty leaves it out
};

// A Set-Cookie header's value, attributes in express-session's order: Domain, Path, Expires, HttpOnly,
// Secure, SameSite. The value is percent-encoded as by encodeURIComponent.
std::string FormatSetCookie(std::string_view name, std::string_view value,
                            const CookieAttributes& attributes);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_SESSION_COOKIE_H_
