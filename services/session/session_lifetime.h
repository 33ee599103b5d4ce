// How long a session lives in the store.
#ifndef SAIL_SESSION_SESSION_LIFETIME_H_
#define SAIL_SESSION_SESSION_LIFETIME_H_

#include <string_view>

#include "absl/time/time.h"

namespace sail::session {

// Whole seconds, at least one.
//
// The cookie was written just now (a new session, or an update that sets "cookie"): the time until its
// "expires", rounded up, as connect-redis has it; default_ttl if "expires" is null or not a date. A date that
// has passed gives one second.
absl::Duration LifetimeOfNewCookie(std::string_view cookie_json, absl::Time now, absl::Duration default_ttl);

// The session was used, its stored cookie is as old as before: "originalMaxAge" (milliseconds) begins anew;
// without it as above.
absl::Duration LifetimeOnUse(std::string_view cookie_json, absl::Time now, absl::Duration default_ttl);

}  // namespace sail::session

#endif  // SAIL_SESSION_SESSION_LIFETIME_H_
