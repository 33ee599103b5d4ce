#ifndef SAIL_GATEWAY_HTTP_REQUEST_TARGET_H_
#define SAIL_GATEWAY_HTTP_REQUEST_TARGET_H_

#include <optional>
#include <string>
#include <string_view>

namespace sail::gateway {

// The origin form (RFC 9112 section 3.2) of a request's target: "/path?query" as it is, "http://host/path"
// without scheme and host, "*" for OPTIONS alone. nullopt for anything else, such as CONNECT's "host:port" or
// a fragment.
std::optional<std::string> ToOriginForm(std::string_view method, std::string_view target);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_REQUEST_TARGET_H_
