#ifndef SAIL_GATEWAY_HTTP_ENTITY_TAG_H_
#define SAIL_GATEWAY_HTTP_ENTITY_TAG_H_

#include <string>
#include <string_view>

#include "gateway/http/http_message.h"

namespace sail::gateway {

// Express's weak entity tag: W/"<length in hex>-<first 27 characters of base64(SHA-1)>".
std::string WeakEntityTag(std::string_view body);

// Whether the client's copy is current, so that a GET or HEAD may be answered 304: by If-None-Match, else by
// If-Modified-Since, unless Cache-Control says no-cache (npm fresh). Empty tag or date: the response has
// none.
bool IsFresh(const HttpRequest& request, std::string_view entity_tag, std::string_view last_modified);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_ENTITY_TAG_H_
