#ifndef SAIL_GATEWAY_HTTP_FAVICON_H_
#define SAIL_GATEWAY_HTTP_FAVICON_H_

#include <optional>

#include "gateway/http/http_message.h"

namespace sail::gateway {

// The answer to requests for /favicon.ico that no route and no file of the application answers: a built-in
// icon, to be kept for a year; 405 for methods other than GET and HEAD. As in Sails the path's case counts.
// Nothing for every other path. The envelope (response_writer.h) completes it.
std::optional<HttpResponse> FaviconAnswer(const HttpRequest& request);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_FAVICON_H_
