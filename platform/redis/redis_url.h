// Where a Redis server is, and how to log in to it, from one URL.
#ifndef SAIL_PLATFORM_REDIS_REDIS_URL_H_
#define SAIL_PLATFORM_REDIS_REDIS_URL_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace sail::platform::redis {

enum class Transport { kTcp, kTls, kUnix };

struct RedisUrl {
  Transport transport = Transport::kTcp;
  // TCP and TLS. An IPv6 address is here without its brackets.
  std::string host;
  int port = 6379;
  // Unix socket.
  std::string path;
  // Empty: Redis's default user. Percent-decoded, like the password.
  std::string user;
  // Empty: no AUTH is sent.
  std::string password;
  int database = 0;

  // For logs: the URL without user and password.
  std::string Redacted() const;
};

// Reads redis://[user[:password]@]host[:port][/db], rediss://… (TLS) and unix:///path[?db=N]. In
// redis://secret@host the part before @ is the user, as the URL standard has it; a password alone is written
// redis://:secret@host. INVALID_ARGUMENT says what is wrong without repeating the password.
absl::StatusOr<RedisUrl> ParseRedisUrl(std::string_view url);

}  // namespace sail::platform::redis

#endif  // SAIL_PLATFORM_REDIS_REDIS_URL_H_
