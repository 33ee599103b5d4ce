#ifndef SAIL_GATEWAY_HTTP_RESPONSE_WRITER_H_
#define SAIL_GATEWAY_HTTP_RESPONSE_WRITER_H_

#include <string>
#include <string_view>

#include "gateway/http/http_message.h"

namespace sail::gateway {

// Makes an action's answer what a Sails application sends in production: X-Powered-By, Content-Type by the
// kind of body (or the action's own, with a charset for text), a weak ETag, 304 for a copy that is still
// current, Vary and compression for compressible bodies of at least 1024 bytes. To be called last, after
// cookies and CORS headers have been added. The connection adds Content-Length, Date and Connection.
void ApplyEnvelope(const HttpRequest& request, HttpResponse* response);

// Adds a field to Vary unless it is there.
void AddVary(std::string_view field, HttpResponse* response);

// Sets the header, replacing all others of that name.
void SetHeader(std::string_view name, std::string value, HttpResponse* response);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_RESPONSE_WRITER_H_
