#include "services/session/session_config.h"

#include <utility>

#include "platform/redis/redis_url.h"

namespace sail::session {

absl::StatusOr<SessionConfig> ReadSessionConfig(platform::ConfigReader& reader) {
  SessionConfig config;
  const std::string url = reader.Url("SAIL_REDIS_URL", "");
  config.redis.connection.ca_file = reader.String("SAIL_REDIS_CA_FILE", "");
  config.redis.connection.client_name = "sail-session";
  config.key_prefix = reader.String("SAIL_SESSION_KEY_PREFIX", "sess:");
  config.manager.updater.default_ttl =
      absl::Seconds(reader.Integer("SAIL_SESSION_TTL_SECONDS", 86400, 1, int64_t{10} * 366 * 86400));
  config.manager.updater.max_bytes =
      static_cast<size_t>(reader.Integer("SAIL_SESSION_MAX_BYTES", 1 << 20, 256, 64 << 20));
  config.max_timeout = reader.Milliseconds("SAIL_SESSION_TIMEOUT_MS", absl::Seconds(2),
                                           absl::Milliseconds(10), absl::Minutes(1));
  const std::string user_key = reader.String("SAIL_SESSION_USER_KEY", "userId");
  config.max_sessions_per_user = reader.Integer("SAIL_SESSION_MAX_PER_USER", 10'000, 1, 1'000'000);
  if (absl::Status status = reader.status(); !status.ok()) return status;
  absl::StatusOr<platform::redis::RedisUrl> parsed = platform::redis::ParseRedisUrl(url);
  if (!parsed.ok())
    return absl::InvalidArgumentError("SAIL_REDIS_URL: " + std::string(parsed.status().message()));
  config.redis.connection.url = *std::move(parsed);
  absl::StatusOr<UserKey> key = UserKey::Parse(user_key);
  if (!key.ok())
    return absl::InvalidArgumentError("SAIL_SESSION_USER_KEY: " + std::string(key.status().message()));
  config.users.key = *std::move(key);
  return config;
}

}  // namespace sail::session
