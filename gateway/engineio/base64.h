// Standard base64 (RFC 4648 §4), in which binary packets travel over text transports.
#ifndef SAIL_GATEWAY_ENGINEIO_BASE64_H_
#define SAIL_GATEWAY_ENGINEIO_BASE64_H_

#include <optional>
#include <string>
#include <string_view>

namespace sail::gateway::engineio {

void AppendBase64(std::string_view bytes, std::string* out);

// Padding may be missing, as Node takes it; any other character outside of the alphabet is refused.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_BASE64_H_
