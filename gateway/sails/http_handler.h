// HTTP requests as Sails answers them: cookie and session, body, route, action or static file, envelope.
#ifndef SAIL_GATEWAY_SAILS_HTTP_HANDLER_H_
#define SAIL_GATEWAY_SAILS_HTTP_HANDLER_H_

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "gateway/actions/action_runner.h"
#include "gateway/actions/route_source.h"
#include "gateway/http/http_handler.h"
#include "gateway/routing/app_config.h"
#include "gateway/sails/session_cookie.h"
#include "gateway/security/csrf_guard.h"
#include "gateway/sse/event_door.h"
#include "platform/metrics/metrics.h"

namespace sail::gateway {

struct HttpHandlerOptions {
  size_t max_body_bytes = 1 << 20;
  int64_t trusted_hops = 0;  // see ResolveClient
  SecurityConfig security;   // for its CORS settings
  // Requests for the socket server (Engine.IO over HTTP) and who answers them; they have no session.
  std::function<bool(const HttpRequest&)> is_for_sockets;
  RequestHandler* sockets = nullptr;
  // Gives a static file's answer, if there is one for the request.
  std::function<std::optional<HttpResponse>(const HttpRequest&)> find_file;
  // Opens a stream of server-sent events on a request's loop, for the client with this session (or none);
  // gives null if there are too many. Not set: none are offered.
  std::function<std::shared_ptr<sse::EventStream>(EventLoop&, const std::string& session_id)>
      open_event_stream;
};

// Requests of all loops pass through one object; what it is given must outlive it.
class SailsHttpHandler final : public RequestHandler {
 public:
  SailsHttpHandler(HttpHandlerOptions options, const SessionCookie& cookie, const CsrfGuard& csrf,
                   RouteSource& routes, ActionRunner& runner, platform::metrics::Registry& registry);

  void Handle(std::shared_ptr<const HttpRequest> request, std::shared_ptr<Responder> responder) override;
  size_t MaxBodyBytes(const HttpRequest& head) override;

 private:
  struct Exchange;

  // An answer that needs no action. The session is made and committed all the same.
  std::optional<HttpResponse> AnswerWithoutAction(const Exchange& exchange, const RouteMatch& match) const;
  // The CORS settings that hold for the request; null: none.
  const CorsSettings* FindCors(const Exchange& exchange, const RouteMatch& match) const;
  void FillRequest(const Exchange& exchange, const RouteMatch& match, std::string body_json,
                   action::v1::ActionRequest* out) const;
  void Finish(Exchange& exchange, ActionResult result);
  void Send(Exchange& exchange, HttpResponse response);

  const HttpHandlerOptions options_;
  const SessionCookie& cookie_;
  const CsrfGuard& csrf_;
  RouteSource& routes_;
  ActionRunner& runner_;
  platform::metrics::Histogram* const duration_;
  platform::metrics::Counter* responses_[6];  // by the status's first digit
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_SAILS_HTTP_HANDLER_H_
