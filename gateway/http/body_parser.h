#ifndef SAIL_GATEWAY_HTTP_BODY_PARSER_H_
#define SAIL_GATEWAY_HTTP_BODY_PARSER_H_

#include <cstddef>
#include <string>

#include "gateway/http/http_message.h"

namespace sail::gateway {

struct ParsedBody {
  // 0, or the status to refuse the request with (UnreadableBody in standard_responses.h): 400 malformed, 413
  // too large when unpacked, 415 unknown content coding or charset.
  int error_status = 0;
  // A JSON object or array; empty where the request has no body by nature (GET, HEAD, OPTIONS).
  std::string json;
};

// A request's body the way Sails' body parser (skipper) gives it to an action. JSON has to be an object or
// array and travels on byte for byte; urlencoded bodies are read as nested queries (qs); of multipart bodies
// the text fields count, files are left out; any other type is tried as JSON and else is {}. Bodies may be
// packed by gzip or deflate. `max_bytes` bounds the unpacked body. JSON deeper than 64 is refused.
ParsedBody ParseBody(const HttpRequest& request, size_t max_bytes);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_BODY_PARSER_H_
