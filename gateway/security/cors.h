#ifndef SAIL_GATEWAY_SECURITY_CORS_H_
#define SAIL_GATEWAY_SECURITY_CORS_H_

#include "gateway/http/http_message.h"
#include "gateway/routing/app_config.h"
#include "gateway/routing/route_table.h"

namespace sail::gateway {

// The settings that hold for a request whose path and method led to `match`: the route's own, else those for
// all routes. Null: none. For a preflight `match` is that of the method which it asks for
// (RequestedMethod).
const CorsSettings* CorsFor(const SecurityConfig& security, const RouteMatch& match);

// The method that an OPTIONS request announces (Access-Control-Request-Method); empty if it is no preflight.
std::string_view RequestedMethod(const HttpRequest& request);

// Lets the page of the request's origin read the answer, if the settings say so; an origin that is not
// listed, "null" among them, gets no header at all.
void AddCorsHeaders(const CorsSettings& cors, const HttpRequest& request, HttpResponse* response);

// The answer to a preflight: 200 without a body, for an unlisted origin too.
HttpResponse CorsPreflight(const CorsSettings& cors, const HttpRequest& request);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_SECURITY_CORS_H_
