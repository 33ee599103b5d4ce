// Debian builds Abseil with a string_view of its own, which does not convert to or from std::string_view. Our
// interfaces use std::string_view; where one meets an Abseil function it passes through here.
#ifndef SAIL_PLATFORM_TEXT_STRING_VIEW_H_
#define SAIL_PLATFORM_TEXT_STRING_VIEW_H_

#include <string_view>

#include "absl/strings/string_view.h"

namespace sail::platform {

inline absl::string_view ToAbsl(std::string_view text) { return absl::string_view(text.data(), text.size()); }
inline std::string_view ToStd(absl::string_view text) { return std::string_view(text.data(), text.size()); }

}  // namespace sail::platform

#endif  // SAIL_PLATFORM_TEXT_STRING_VIEW_H_
