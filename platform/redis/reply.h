// What Redis answered to one command. A plain value; no type of the protocol library shows here.
#ifndef SAIL_PLATFORM_REDIS_REPLY_H_
#define SAIL_PLATFORM_REDIS_REPLY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace sail::platform::redis {

struct Reply {
  enum class Type { kNil, kInteger, kString, kStatus, kError, kArray };

  Type type = Type::kNil;
  // kInteger.
  int64_t integer = 0;
  // kString (bytes as stored), kStatus ("OK"), kError ("WRONGTYPE Operation …").
  std::string text;
  // kArray. An element may be of any type, kError included.
  std::vector<Reply> elements;

  bool is_nil() const { return type == Type::kNil; }
  bool is_integer() const { return type == Type::kInteger; }
  bool is_string() const { return type == Type::kString; }
  bool is_error() const { return type == Type::kError; }
  bool is_array() const { return type == Type::kArray; }
};

// The status for an error reply, by its first word:
//   LOADING, READONLY, MASTERDOWN, CLUSTERDOWN, TRYAGAIN, BUSY  UNAVAILABLE (Redis did nothing; later it may)
//   OOM                                                         RESOURCE_EXHAUSTED
//   NOAUTH, WRONGPASS, NOPERM                                   PERMISSION_DENIED
//   NOSCRIPT, WRONGTYPE, EXECABORT                              FAILED_PRECONDITION
//   anything else                                               INTERNAL
// The message is Redis's own text.
absl::Status StatusFromErrorText(std::string_view text);

}  // namespace sail::platform::redis

#endif  // SAIL_PLATFORM_REDIS_REPLY_H_
