// The session service's settings.
#ifndef SAIL_SESSION_SESSION_CONFIG_H_
#define SAIL_SESSION_SESSION_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "platform/config/config_reader.h"
#include "platform/redis/client.h"
#include "services/session/session_manager.h"
#include "services/session/user_sessions.h"

namespace sail::session {

struct SessionConfig {
  platform::redis::ClientOptions redis;
  std::string key_prefix;
  SessionManagerOptions manager;
  UserSessionsOptions users;
  int64_t max_sessions_per_user = 0;
  // No call takes longer.
  absl::Duration max_timeout;
};

// SAIL_REDIS_URL (required), SAIL_REDIS_CA_FILE, SAIL_SESSION_KEY_PREFIX (sess:), SAIL_SESSION_TTL_SECONDS
// (86400), SAIL_SESSION_MAX_BYTES (1048576), SAIL_SESSION_TIMEOUT_MS (2000), SAIL_SESSION_USER_KEY (userId),
// SAIL_SESSION_MAX_PER_USER (10000). INVALID_ARGUMENT names every
// mistake, also those that the reader found before.
absl::StatusOr<SessionConfig> ReadSessionConfig(platform::ConfigReader& reader);

}  // namespace sail::session

#endif  // SAIL_SESSION_SESSION_CONFIG_H_
