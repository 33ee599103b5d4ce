// Reading JSON text without building a tree: checks it, and takes apart its outermost object or array, so
// that the values inside travel on byte for byte.
//
// All functions are linear in the text, bounded in depth, and never read past its end. Errors are
// INVALID_ARGUMENT with the offset of the offending byte.
#ifndef SAIL_PLATFORM_JSON_JSON_SCAN_H_
#define SAIL_PLATFORM_JSON_JSON_SCAN_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sail::platform::json {

inline constexpr int kMaxJsonDepth = 64;

// Whether the text is one JSON value (RFC 8259), with nothing but white space around it.
absl::Status ValidateJson(std::string_view text, int max_depth = kMaxJsonDepth);

struct JsonMember {
  std::string key;       // unescaped; a lone surrogate becomes U+FFFD
  std::string_view raw;  // the value's text, without white space around it; points into the scanned text
};

// The members of the one object that text is. Of a key that is there twice the last value counts, in the
// first one's place, as JSON.parse has it.
absl::StatusOr<std::vector<JsonMember>> SplitJsonObject(std::string_view text, int max_depth = kMaxJsonDepth);

// The elements of the one array that text is, without white space around them.
absl::StatusOr<std::vector<std::string_view>> SplitJsonArray(std::string_view text,
                                                             int max_depth = kMaxJsonDepth);

// The string that a raw JSON string (with its quotes) stands for.
absl::StatusOr<std::string> UnescapeJsonString(std::string_view raw);

// The first character that is not JSON white space; '\0' when there is none.
char FirstJsonCharacter(std::string_view text);

}  // namespace sail::platform::json

#endif  // SAIL_PLATFORM_JSON_JSON_SCAN_H_
