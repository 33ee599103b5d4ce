// One Redis command in the protocol's form.
#ifndef SAIL_PLATFORM_REDIS_COMMAND_H_
#define SAIL_PLATFORM_REDIS_COMMAND_H_

#include <string>
#include <string_view>

#include "absl/types/span.h"

namespace sail::platform::redis {

// Arguments are bytes: zero bytes and line ends are allowed. There must be at least one, the command's name.
std::string FormatCommand(absl::Span<const std::string_view> args);
std::string FormatCommand(absl::Span<const std::string> args);

}  // namespace sail::platform::redis

#endif  // SAIL_PLATFORM_REDIS_COMMAND_H_
