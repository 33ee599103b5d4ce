// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
#ifndef SAIL_PLATFORM_JSON_UTF8_H_
#define SAIL_PLATFORM_JSON_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sail::platform::json {

// Bytes of the well-formed sequence at the start of text (1 to 4), or 0 if there is none.
size_t Utf8SequenceLength(std::string_view text);

bool IsUtf8(std::string_view text);

// Appends the code point, which must be a Unicode scalar value.
void AppendUtf8(uint32_t code_point, std::string* out);

}  // namespace sail::platform::json

#endif  // SAIL_PLATFORM_JSON_UTF8_H_
