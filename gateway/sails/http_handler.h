// HTTP requests as Sails answers them: cookie and session, body, route, action or static file, envelope.
#ifndef SAIL_GATEWAY_SAILS_HTTP_HANDLER_H_
#define SAIL_GATEWAY_SAILS_HTTP_HANDLER_H_

#include <atomic>
#include <memory>
#include <string>

#include "gateway/actions/action_runner.h"
#include "gateway/actions/route_source.h"
#include "gateway/http/http_handler.h"
#include "gateway/routing/app_config.h"
#include "gateway/sails/session_cookie.h"
#include "platform/metrics/metrics.h"

namespace sail::gateway {

class StaticFiles;

// Everything here is thread-safe: requests of all loops pass through one object. What it is given must outlive it.
class SailsHttpHandler final : public RequestHandler {
 public:
  SailsHttpHandler(const AppConfig& config, const SessionCookie& cookie, RouteSource& routes, ActionRunner& runner,
                   StaticFiles& files, platform::metrics::Registry& registry);

  void Handle(std::shared_ptr<const HttpRequest> request, std::shared_ptr<Responder> responder) override;
  size_t MaxBodyBytes(const HttpRequest& head) override;

 private:
  struct Exchange;

  // What answers the request without an action, if anything does; the session is made and committed all the same.
  bool AnswerBuiltIn(Exchange& exchange);
  bool PrepareAction(Exchange& exchange, const RouteMatch& match);
  void Run(std::shared_ptr<Exchange> exchange);
  void Finish(Exchange& exchange, ActionResult result);

  const AppConfig& config_;
  const SessionCookie& cookie_;
  RouteSource& routes_;
  ActionRunner& runner_;
  StaticFiles& files_;
  platform::metrics::Histogram* const duration_;
  platform::metrics::Counter* responses_[6];  // by the status's first digit
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_SAILS_HTTP_HANDLER_H_
