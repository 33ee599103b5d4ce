// JSON text as JavaScript's JSON.stringify writes it.
#ifndef SAIL_PLATFORM_JSON_JSON_TEXT_H_
#define SAIL_PLATFORM_JSON_JSON_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace sail::platform::json {

// Appends the string in quotes. Escapes what JSON.stringify escapes and nothing else: quote, backslash and
// control characters; "/" and non-ASCII stay as they are. The text must be UTF-8; bytes that are not become
// U+FFFD.
void AppendJsonString(std::string_view utf8, std::string* out);

// Appends the shortest form that reads back as the same double, in JavaScript's notation: 1, -0.5, 1e+21,
// 1e-7. NaN and the infinities become null, -0 becomes 0.
void AppendJsonNumber(double value, std::string* out);

void AppendJsonInteger(int64_t value, std::string* out);

// The quoted string alone.
std::string JsonString(std::string_view utf8);

}  // namespace sail::platform::json

#endif  // SAIL_PLATFORM_JSON_JSON_TEXT_H_
