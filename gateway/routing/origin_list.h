#ifndef SAIL_GATEWAY_ROUTING_ORIGIN_LIST_H_
#define SAIL_GATEWAY_ROUTING_ORIGIN_LIST_H_

#include <string>
#include <string_view>
#include <vector>

namespace sail::gateway {

// Whether the text is an entry of onlyAllowOrigins: an origin ("https://example.com",
// "http://localhost:1337"), or one with
// ":*" for its port, which stands for every port of that scheme and host, the default one too.
bool IsOriginPattern(std::string_view text);

// Whether a request's Origin header is in the list, as a whole and exactly: neither "null" nor another suffix
// nor the absence of the header (an empty origin) is ever in it.
bool OriginIsListed(const std::vector<std::string>& patterns, std::string_view origin);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ROUTING_ORIGIN_LIST_H_
