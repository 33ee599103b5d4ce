#ifndef SAIL_GATEWAY_HTTP_RESPONSE_FORMAT_H_
#define SAIL_GATEWAY_HTTP_RESPONSE_FORMAT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/http/http_message.h"

namespace sail::gateway {

struct ResponseFraming {
  bool keep_alive = false;  // else "Connection: close"
  // Of the Keep-Alive header; 0 leaves it out.
  int keep_alive_timeout_seconds = 0;
  // IMF-fixdate for the Date header; empty leaves it out. See HttpDate.
  std::string_view date;
  // The body goes on until the connection is closed: no Content-Length.
  bool until_close = false;
};

// Whether a response of this status has a body at all (not 1xx, 204, 304).
bool StatusHasBody(int status);

// The head of the response as it goes over the wire, blank line included. Content-Length, Date, Connection
// and Keep-Alive are the framing's: the response's own are dropped, as are headers that would break the head
// (CR, LF, NUL). The exception is 101, which gets its own headers and nothing else.
std::string FormatResponseHead(const HttpResponse& response, const ResponseFraming& framing);

// Head and body of a response after which the connection is closed: for UpgradeHandlers that refuse.
std::string FormatResponse(const HttpResponse& response);

// "Sun, 06 Nov 1994 08:49:37 GMT" for seconds since the epoch.
std::string HttpDate(int64_t unix_seconds);

// The present time in that form, formatted once a second and thread. The view is valid until the next call.
std::string_view CurrentHttpDate();

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_RESPONSE_FORMAT_H_
