#include "platform/redis/reply.h"

namespace sail::platform::redis {

absl::Status StatusFromErrorText(std::string_view text) {
  const std::string_view word = text.substr(0, text.find(' '));
  const std::string message = "Redis: " + std::string(text);
  for (std::string_view busy : {"LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "BUSY"}) {
    if (word == busy) return absl::UnavailableError(message);
  }
  if (word == "OOM") return absl::ResourceExhaustedError(message);
  for (std::string_view denied : {"NOAUTH", "WRONGPASS", "NOPERM"}) {
    if (word == denied) return absl::PermissionDeniedError(message);
  }
  for (std::string_view state : {"NOSCRIPT", "WRONGTYPE", "EXECABORT"}) {
    if (word == state) return absl::FailedPreconditionError(message);
  }
  return absl::InternalError(message);
}

}  // namespace sail::platform::redis
