#ifndef SAIL_GATEWAY_SESSION_STORED_COOKIE_H_
#define SAIL_GATEWAY_SESSION_STORED_COOKIE_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace sail::gateway {

// The cookie settings that express-session keeps in a session, a JSON object:
// {"originalMaxAge":60000,"expires":"2026-01-02T03:04:05.678Z","httpOnly":true,"path":"/"}. What is not
// understood counts as missing.

// When the cookie ends; nullopt for one that lasts until the browser closes.
std::optional<absl::Time> StoredExpiry(std::string_view cookie_json);

// The settings with "expires" begun anew at `now`, as each use of a session does it; nullopt for a session
// without "originalMaxAge", whose cookie has nothing to slide.
std::optional<std::string> SlideExpiry(std::string_view cookie_json, absl::Time now);

// A time as JavaScript's toISOString writes it.
std::string IsoTime(absl::Time time);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_SESSION_STORED_COOKIE_H_
