#include "gateway/sails/http_handler.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/actions/request_id.h"
#include "gateway/http/ascii.h"
#include "gateway/http/body_parser.h"
#include "gateway/http/favicon.h"
#include "gateway/http/forwarded.h"
#include "gateway/http/response_writer.h"
#include "gateway/http/standard_responses.h"
#include "gateway/routing/query_string.h"
#include "gateway/sails/redirect_answer.h"
#include "gateway/security/cors.h"
#include "gateway/upstream/action_client.h"
#include "platform/log/log.h"
#include "platform/text/string_view.h"

namespace sail::gateway {
namespace {

using action::v1::ActionRequest;
using action::v1::ActionResponse;

ContentKind KindOf(action::v1::BodyType type) {
  switch (type) {
    case action::v1::BODY_TYPE_JSON:
      return ContentKind::kJson;
    case action::v1::BODY_TYPE_TEXT:
      return ContentKind::kText;
    case action::v1::BODY_TYPE_BINARY:
      return ContentKind::kBinary;
    default:
      return ContentKind::kNone;
  }
}

HttpResponse FromAction(ActionResponse&& response, const HttpRequest& request) {
  if (response.status() == 500 && response.body_type() == action::v1::BODY_TYPE_TEXT)
    return ServerError(request);
  HttpResponse out;
  if (const std::optional<std::string> location = TakeRedirect(&response)) {
    out = Redirect(request, *location, response.status());
  } else {
    out.status = response.status() == 0 ? 200 : response.status();
    out.content = KindOf(response.body_type());
    out.body = std::move(*response.mutable_body());
  }
  for (auto& header : *response.mutable_headers()) {
    out.AddHeader(std::move(*header.mutable_name()), std::move(*header.mutable_value()));
  }
  return out;
}

}  // namespace

struct SailsHttpHandler::Exchange {
  std::shared_ptr<const HttpRequest> request;
  std::shared_ptr<Responder> responder;
  std::shared_ptr<const RouteTable> table;  // keeps the route alive
  std::chrono::steady_clock::time_point start;
  std::string request_id;
  ClientOrigin client;
  const CorsSettings* cors = nullptr;
  std::optional<HttpResponse> answer;        // known without an action
  bool complete = false;                     // the answer gets no envelope
  std::shared_ptr<sse::EventStream> events;  // what the answer begins, if all is well
};

SailsHttpHandler::SailsHttpHandler(HttpHandlerOptions options, const SessionCookie& cookie,
                                   const CsrfGuard& csrf, RouteSource& routes, ActionRunner& runner,
                                   platform::metrics::Registry& registry)
    : options_(std::move(options)),
      cookie_(cookie),
      csrf_(csrf),
      routes_(routes),
      runner_(runner),
      duration_(
          registry.AddHistogram("sail_gateway_http_duration_seconds", "From the request to its answer.")) {
  for (int digit = 0; digit < 6; ++digit) {
    responses_[digit] =
        registry.AddCounter("sail_gateway_http_responses_total", "Answers by class of status.",
                            {{"class", absl::StrCat(digit, "xx")}});
  }
}

size_t SailsHttpHandler::MaxBodyBytes(const HttpRequest& head) {
  return options_.is_for_sockets(head) ? options_.sockets->MaxBodyBytes(head) : options_.max_body_bytes;
}

void SailsHttpHandler::Handle(std::shared_ptr<const HttpRequest> request,
                              std::shared_ptr<Responder> responder) {
  if (options_.is_for_sockets(*request)) {
    return options_.sockets->Handle(std::move(request), std::move(responder));
  }
  auto exchange = std::make_shared<Exchange>();
  exchange->request = std::move(request);
  exchange->responder = std::move(responder);
  exchange->start = std::chrono::steady_clock::now();
  const HttpRequest& http = *exchange->request;
  exchange->table = routes_.table();
  const RouteMatch match = exchange->table->Find(http.method, http.path());
  const Route* route = match.outcome == RouteMatch::Outcome::kFound ? match.route : nullptr;
  exchange->client = ResolveClient(http, options_.trusted_hops);
  exchange->cors = FindCors(*exchange, match);
  ActionCall call;
  call.session_enabled =
      !LooksLikeAsset(http.path()) && cookie_.CoversPath(http.path()) && (route == nullptr || route->session);
  if (call.session_enabled) call.session_id = cookie_.Read(http.header("cookie"));

  ParsedBody body = ParseBody(http, options_.max_body_bytes);
  if (body.error_status != 0) {
    exchange->answer = UnreadableBody(body.error_status);
    exchange->complete = true;
  } else {
    exchange->answer = AnswerWithoutAction(*exchange, match);
    call.answer_early =
        csrf_.For({.method = http.method,
                   .route = route,
                   .body_json = body.json,
                   .query = http.query(),
                   .parse_query = [](std::string_view query) { return ParseNestedQuery(query); },
                   .header = [&http](std::string_view name) { return http.header(name); }});
  }
  if (!exchange->answer.has_value() && !CsrfGuard::IsGrant(*route)) {
    call.client = &routes_.ClientFor(*route);
    call.cancellation = std::make_shared<Cancellation>();
    exchange->responder->OnAbort([cancellation = call.cancellation] { cancellation->Cancel(); });
    FillRequest(*exchange, match, std::move(body.json), &call.request);
    if (options_.open_event_stream != nullptr && sse::WantsEvents(http)) {
      exchange->events = options_.open_event_stream(exchange->responder->loop(), call.session_id);
      if (exchange->events == nullptr) {
        return Send(*exchange, FromCallStatus(http, absl::UnavailableError("too many event streams")));
      }
      call.requester = sse::RequesterOf(exchange->events);
      // To the action it is a socket: what it may hear, it may hear here.
      call.request.mutable_socket()->set_id(exchange->events->id());
      call.request.mutable_socket()->set_namespace_("/");
      call.request.mutable_socket()->add_rooms(exchange->events->id());
    }
    exchange->request_id = call.request.request_id();
  }
  runner_.Run(std::move(call),
              [this, exchange](ActionResult result) { Finish(*exchange, std::move(result)); });
}

std::optional<HttpResponse> SailsHttpHandler::AnswerWithoutAction(const Exchange& exchange,
                                                                  const RouteMatch& match) const {
  const HttpRequest& request = *exchange.request;
  if (request.method == "OPTIONS" && match.outcome != RouteMatch::Outcome::kMalformedEscape) {
    return exchange.cors != nullptr ? CorsPreflight(*exchange.cors, request) : AllowedMethods();
  }
  const bool reads = request.method == "GET" || request.method == "HEAD";
  std::string_view path = request.path();
  if (path.ends_with('/')) path.remove_suffix(1);
  if (reads && EqualsIgnoreCase(path, "/__getcookie")) {
    HttpResponse response;
    response.body = "_sailsIoJSConnect();";
    response.content = ContentKind::kText;
    response.AddHeader("Content-Type", "application/javascript");
    return response;
  }
  switch (match.outcome) {
    case RouteMatch::Outcome::kMalformedEscape:
      return HtmlResponse(400, std::string(kMalformedEscapeText));
    case RouteMatch::Outcome::kNotFound: {
      std::optional<HttpResponse> file = options_.find_file(request);
      if (!file.has_value()) file = FaviconAnswer(request);
      return file.has_value() ? std::move(file) : NotFound();
    }
    case RouteMatch::Outcome::kFound:
      break;
  }
  if (!match.route->redirect.empty()) return Redirect(request, match.route->redirect);
  return std::nullopt;
}

const CorsSettings* SailsHttpHandler::FindCors(const Exchange& exchange, const RouteMatch& match) const {
  const HttpRequest& request = *exchange.request;
  if (request.method != "OPTIONS") return CorsFor(options_.security, match);
  return CorsFor(options_.security, exchange.table->Find(RequestedMethod(request), request.path()));
}

void SailsHttpHandler::FillRequest(const Exchange& exchange, const RouteMatch& match, std::string body_json,
                                   ActionRequest* out) const {
  const HttpRequest& request = *exchange.request;
  out->set_action(match.route->action);
  out->set_method(request.method);
  out->set_path(std::string(request.path()));
  out->set_url(request.target);
  for (const auto& [name, value] : match.params) {
    auto* param = out->add_params();
    param->set_name(name);
    param->set_value(value);
  }
  if (!request.query().empty()) out->set_query_json(ParseNestedQuery(request.query()));
  out->set_body_json(std::move(body_json));
  for (const HttpHeader& header : request.headers) {
    auto* copy = out->add_headers();
    copy->set_name(header.name);
    copy->set_value(header.value);
  }
  out->set_request_id(RequestId(request.header("x-request-id")));
  const ClientOrigin& client = exchange.client;
  out->set_remote_address(client.address);
  out->mutable_forwarded_addresses()->Assign(client.addresses.begin(), client.addresses.end());
  out->set_protocol(client.protocol);
  if (!client.host.empty()) out->set_base_url(client.protocol + "://" + client.host);
  out->mutable_options()->insert(match.route->options.begin(), match.route->options.end());
}

void SailsHttpHandler::Finish(Exchange& exchange, ActionResult result) {
  HttpResponse response;
  if (!result.response.ok()) {
    response = FromCallStatus(*exchange.request, result.response.status());
    platform::Log(response.status >= 500 && !exchange.responder->client_gone() ? platform::Severity::kWarning
                                                                               : platform::Severity::kDebug,
                  "request failed",
                  {{"request_id", exchange.request_id},
                   {"method", exchange.request->method},
                   {"status", response.status},
                   {"error", platform::ToStd(result.response.status().message())}});
  } else if (exchange.answer.has_value() && !result.answered_early) {
    response = *std::move(exchange.answer);
  } else {
    response = FromAction(*std::move(result.response), *exchange.request);
  }
  if (auto cookie = cookie_.Due(result.session, exchange.client.protocol); cookie.has_value()) {
    response.AddHeader("Set-Cookie", *std::move(cookie));
  }
  // A preflight's own are there already.
  if (exchange.cors != nullptr && exchange.request->method != "OPTIONS") {
    AddCorsHeaders(*exchange.cors, *exchange.request, &response);
  }
  if (exchange.events != nullptr && result.response.ok() && response.status / 100 == 2) {
    sse::MakeStream(std::move(exchange.events), result.session.session.id, &response);
  } else if (!exchange.complete) {
    ApplyEnvelope(*exchange.request, &response);
  }
  Send(exchange, std::move(response));
}

void SailsHttpHandler::Send(Exchange& exchange, HttpResponse response) {
  responses_[std::min(response.status / 100, 5)]->Increment();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - exchange.start;
  duration_->Observe(seconds.count());
  exchange.responder->Send(std::move(response));
}

}  // namespace sail::gateway
