#ifndef SAIL_GATEWAY_HTTP_STANDARD_RESPONSES_H_
#define SAIL_GATEWAY_HTTP_STANDARD_RESPONSES_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "gateway/http/http_message.h"

namespace sail::gateway {

// Sails' answers in production, before the envelope (response_writer.h).

HttpResponse TextResponse(int status, std::string text);
HttpResponse HtmlResponse(int status, std::string html);
HttpResponse JsonResponse(int status, std::string json);

// 404 "Not Found", 403 "Forbidden".
HttpResponse NotFound();
HttpResponse Forbidden();

// 500 "Internal Server Error"; for a client whose Accept mentions html an empty body with a JSON content
// type, as Sails answers without a view to render.
HttpResponse ServerError(const HttpRequest& request);

// As res.redirect writes it: Location, and a body in the form that Accept prefers. Without an ETag.
HttpResponse Redirect(const HttpRequest& request, std::string_view location, int status = 302);

// OPTIONS on any path: 200 and the allowed methods, as header and as text/html.
HttpResponse AllowedMethods();

// The answer to a body that could not be parsed, complete: it has no X-Powered-By, so it does not get the
// envelope.
HttpResponse UnreadableBody(int status);

// The status of a call as an answer; the one place where gRPC's codes become HTTP's. UNAVAILABLE and
// RESOURCE_EXHAUSTED are 503 with Retry-After: 1, DEADLINE_EXCEEDED 504, DATA_LOSS (an answer that cannot be
// used) 502, UNIMPLEMENTED 404, INVALID_ARGUMENT 400, everything else 500. The status's message stays inside.
HttpResponse FromCallStatus(const HttpRequest& request, const absl::Status& status);

// The HTTP status alone, for virtual requests.
int HttpStatusOf(absl::StatusCode code);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_STANDARD_RESPONSES_H_
