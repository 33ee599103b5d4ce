#ifndef SAIL_GATEWAY_HTTP_ACCEPT_H_
#define SAIL_GATEWAY_HTTP_ACCEPT_H_

#include <string_view>
#include <vector>

#include "gateway/http/content_coding.h"
#include "gateway/http/http_message.h"

namespace sail::gateway {

// The coding to answer with, by Accept-Encoding: the preferred one of gzip and deflate, gzip if both are
// equal. Identity without the header.
ContentCoding NegotiateCoding(const HttpRequest& request);

// Index of the offered media type ("text/html") that Accept prefers; the first one if there is no header, -1
// if none is acceptable. On equal quality the more specific range, then the header's order decides (npm
// negotiator).
int NegotiateMediaType(const HttpRequest& request, const std::vector<std::string_view>& offered);

// Sails' test for browsers (the opposite of its wantsJSON): the Accept header has "html" in it, and neither
// is the request one of XMLHttpRequest nor its body JSON.
bool WantsHtml(const HttpRequest& request);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_ACCEPT_H_
