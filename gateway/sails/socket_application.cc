#include "gateway/sails/socket_application.h"

#include <optional>
#include <utility>
#include <vector>

#include "gateway/actions/request_id.h"
#include "gateway/engineio/session.h"
#include "gateway/http/ascii.h"
#include "gateway/http/forwarded.h"
#include "gateway/http/http_message.h"
#include "gateway/http/standard_responses.h"
#include "gateway/routing/query_string.h"
#include "gateway/sails/redirect_answer.h"
#include "gateway/sails/socket_requester.h"
#include "gateway/sails/socket_state.h"
#include "gateway/socketio/client.h"
#include "gateway/socketio/socket.h"
#include "platform/cancellation/cancellation.h"
#include "platform/log/log.h"
#include "platform/text/string_view.h"

namespace sail::gateway {
namespace {

using action::v1::ActionRequest;
using action::v1::ActionResponse;
using platform::Cancellation;
using socketio::Socket;

ActionResponse TextAnswer(int status, std::string_view text) {
  ActionResponse response;
  response.set_status(status);
  response.set_body_type(action::v1::BODY_TYPE_TEXT);
  response.set_body(std::string(text));
  return response;
}

// What Sails says to a virtual OPTIONS request, which is not what it says over HTTP.
constexpr std::string_view kAllowed = "DELETE, GET, HEAD, PATCH, POST, PUT";

void AddHeader(ActionResponse* response, const std::string& name, const std::string& value) {
  auto* header = response->add_headers();
  header->set_name(name);
  header->set_value(value);
}

ActionResponse RedirectAnswer(const std::string& location) {
  ActionResponse response;
  MakeVirtualRedirect(location, 302, &response);
  return response;
}

ActionResponse OptionsAnswer() {
  ActionResponse response;
  AddHeader(&response, "allow", std::string(kAllowed));
  AddHeader(&response, "content-length", std::to_string(kAllowed.size()));
  AddHeader(&response, "content-type", "text/plain");
  AddHeader(&response, "x-content-type-options", "nosniff");
  return response;
}

ActionResponse GetCookieAnswer() {
  ActionResponse response = TextAnswer(200, "_sailsIoJSConnect();");
  AddHeader(&response, "Content-Type", "application/javascript");
  return response;
}

ActionResponse FailureAnswer(const absl::Status& status) {
  const int http = HttpStatusOf(status.code());
  return TextAnswer(http, http == 500 ? "Internal Server Error" : ReasonPhrase(http));
}

void EndWithSession(Socket& socket, SessionConnections::Reason reason) {
  // Without a client where the connection has ended, maybe with another of its namespaces.
  if (socket.client() == nullptr) return;
  if (reason == SessionConnections::Reason::kRevoked) {
    socket.Disconnect(true);
  } else {
    socket.client()->session().Close(engineio::CloseReason::kForcedServerClose);
  }
}

std::optional<std::string_view> FindHeader(const VirtualRequest& request, std::string_view name) {
  for (const auto& [header, value] : request.headers) {
    if (EqualsIgnoreCase(header, name)) return value;
  }
  return std::nullopt;
}

std::optional<ActionResponse> AnswerWithoutAction(const VirtualRequest& request, const RouteMatch& match) {
  if (match.outcome == RouteMatch::Outcome::kMalformedEscape) return TextAnswer(400, kMalformedEscapeText);
  if (request.method == "OPTIONS") return OptionsAnswer();
  if (request.method == "GET" && request.path == "/__getcookie") return GetCookieAnswer();
  if (match.outcome == RouteMatch::Outcome::kNotFound) return TextAnswer(404, "Not Found");
  if (!match.route->redirect.empty()) return RedirectAnswer(match.route->redirect);
  if (CsrfGuard::IsGrant(*match.route)) return TextAnswer(404, "Not Found");  // tokens are fetched over HTTP
  return std::nullopt;
}

}  // namespace

struct SocketApplication::Request {
  std::shared_ptr<Socket> socket;
  std::shared_ptr<SocketState> state;
  std::shared_ptr<const HttpRequest> handshake;
  VirtualRequest virtual_request;
  std::string id;
  std::shared_ptr<Cancellation> cancellation;  // null: goes on without the socket
  std::shared_ptr<const RouteTable> table;     // keeps the route alive
  RouteMatch match;
  socketio::AckResponder ack;
  bool session_enabled = true;
  std::string session_id;  // the socket's when the action began

  const Route* route() const { return match.outcome == RouteMatch::Outcome::kFound ? match.route : nullptr; }
};

std::shared_ptr<SocketState> SocketApplication::GiveState(const std::shared_ptr<Socket>& socket) {
  auto state = std::make_shared<SocketState>();
  const HttpRequest& handshake = *socket->client()->request();
  state->client = ResolveClient(handshake, trusted_hops_);
  state->session_disabled = handshake.header("nosession").has_value();
  if (!state->session_disabled) state->session_id = cookie_.Read(handshake.header("cookie"));
  state->session_entry = connections_->Add(
      state->session_id, [weak = std::weak_ptr<Socket>(socket)](SessionConnections::Reason reason) {
        if (const std::shared_ptr<Socket> socket = weak.lock()) EndWithSession(*socket, reason);
      });
  socket->set_data(state);
  return state;
}

void SocketApplication::OnRecovered(const std::shared_ptr<Socket>& socket) {
  GiveState(socket)->in = events_ != nullptr;
}

void SocketApplication::OnConnect(const std::shared_ptr<Socket>& socket, std::string_view auth_json,
                                  socketio::ConnectDecision decision) {
  std::shared_ptr<SocketState> state = GiveState(socket);
  if (events_ != nullptr) {
    events_->OnConnect(socket, std::move(state), auth_json, std::move(decision));
    return;
  }
  // What is sent to the socket's id from the moment on that the client knows it must arrive.
  rooms_->Join(socket.get(), socket->nsp(), {socket->id()}, [decision](absl::Status) { decision.Accept(); });
}

void SocketApplication::OnDisconnect(const std::shared_ptr<Socket>& socket, std::string_view reason) {
  std::shared_ptr<SocketState> state = socket->data_as<SocketState>();
  if (state == nullptr) return;
  for (const auto& cancellation : std::exchange(state->under_way, {})) cancellation->Cancel();
  if (events_ != nullptr) events_->OnDisconnect(socket, std::move(state), reason);
}

void SocketApplication::OnEvent(const std::shared_ptr<Socket>& socket, socketio::Event event,
                                socketio::AckResponder ack) {
  const bool is_verb = IsVirtualRequestEvent(event.name);
  if (is_verb && (events_ == nullptr || events_->Find(socket->nsp())->virtual_requests)) {
    OnVirtualRequest(socket, event, std::move(ack));
  } else if (events_ != nullptr) {
    events_->OnEvent(socket, socket->data_as<SocketState>(), std::move(event), std::move(ack));
  }
}

void SocketApplication::OnVirtualRequest(const std::shared_ptr<Socket>& socket, const socketio::Event& event,
                                         socketio::AckResponder ack) {
  absl::StatusOr<VirtualRequest> parsed = ParseVirtualRequest(event.name, event.args);
  if (!parsed.ok()) {
    const std::string error = FormatParseError(platform::ToStd(parsed.status().message()));
    if (ack) {
      ack.Send(error);
    } else {
      socket->Emit("[\"sails:parseError\"," + error.substr(1));
    }
    return;
  }
  auto request = std::make_shared<Request>();
  request->socket = socket;
  request->state = socket->data_as<SocketState>();
  request->handshake = socket->client()->request();
  request->virtual_request = *std::move(parsed);
  request->ack = std::move(ack);
  request->id = RequestId(std::nullopt);
  request->table = routes_.table();
  request->match = request->table->Find(request->virtual_request.method, request->virtual_request.path);
  request->session_enabled = !request->state->session_disabled &&
                             !FindHeader(request->virtual_request, "nosession").has_value() &&
                             (request->route() == nullptr || request->route()->session);
  if (++request->state->requests_in_flight == kMaxInFlight) socket->client()->session().PauseReading();
  Run(std::move(request));
}

void SocketApplication::Run(std::shared_ptr<Request> request) {
  const VirtualRequest& in = request->virtual_request;
  request->session_id = request->state->session_id;
  std::optional<ActionResponse> answer = AnswerWithoutAction(in, request->match);
  CsrfGuard::EarlyAnswer early =
      csrf_.For({.method = in.method,
                 .route = request->route(),
                 .body_json = in.body_json,
                 .query = in.query,
                 .parse_query = [](std::string_view query) { return ParseFlatQuery(query); },
                 .header = [&in](std::string_view name) { return FindHeader(in, name); },
                 .over_socket = true});
  if (answer.has_value() && !early) {
    ActionResult result;
    result.response = *std::move(answer);
    result.session.session.id = request->session_id;  // as it was
    return Answer(std::move(request), std::move(result));
  }
  ActionCall call;
  call.session_enabled = request->session_enabled;
  call.session_id = request->session_id;
  call.session_slot = request->state->session_slot;
  if (answer.has_value()) {
    call.answer_early = [early = std::move(early),
                         answer = *std::move(answer)](const RequestSession& session) {
      std::optional<ActionResponse> refusal = early(session);
      return refusal.has_value() ? std::move(refusal) : answer;
    };
  } else {
    call.answer_early = std::move(early);
    call.client = &routes_.ClientFor(*request->match.route);
    call.requester = std::make_shared<SocketRequester>(loop_, rooms_, request->socket);
    // The logic service lets the last word of a client that leaves pass; a service of the application's own
    // would be cut off in the middle of it.
    if (request->match.route->service.empty()) {
      call.cancellation = request->cancellation = std::make_shared<Cancellation>();
      request->state->under_way.insert(request->cancellation);
    }
    FillRequest(*request, &call.request);
  }
  runner_.Run(std::move(call), [this, request](ActionResult result) {
    loop_.Post([this, request, result = std::move(result)]() mutable { Answer(request, std::move(result)); });
  });
}

void SocketApplication::FillRequest(const Request& request, ActionRequest* out) const {
  const VirtualRequest& in = request.virtual_request;
  out->set_action(request.match.route->action);
  out->set_method(in.method);
  out->set_path(in.path);
  out->set_url(in.url);
  for (const auto& [name, value] : request.match.params) {
    auto* param = out->add_params();
    param->set_name(name);
    param->set_value(value);
  }
  if (!in.query.empty()) out->set_query_json(ParseFlatQuery(in.query));
  out->set_body_json(in.body_json);
  const auto add_header = [out](std::string_view name, std::string_view value) {
    auto* header = out->add_headers();
    header->set_name(std::string(name));
    header->set_value(std::string(value));
  };
  for (const auto& [name, value] : in.headers) {
    if (!EqualsIgnoreCase(name, "cookie") && !EqualsIgnoreCase(name, "origin")) add_header(name, value);
  }
  for (const char* name : {"cookie", "origin"}) {
    if (const auto value = request.handshake->header(name); value.has_value()) add_header(name, *value);
  }
  out->mutable_socket()->set_id(request.socket->id());
  out->mutable_socket()->set_namespace_(request.socket->nsp());
  // The logic service has no use for them; there may be thousands.
  if (!request.match.route->service.empty()) {
    for (std::string& room : rooms_->RoomsOf(*request.socket, request.socket->nsp())) {
      out->mutable_socket()->add_rooms(std::move(room));
    }
  }
  out->set_request_id(request.id);
  const ClientOrigin& client = request.state->client;
  out->set_remote_address(client.address);
  out->mutable_forwarded_addresses()->Assign(client.addresses.begin(), client.addresses.end());
  out->set_protocol("ws");
  if (!client.host.empty()) out->set_base_url(client.protocol + "://" + client.host);
  out->mutable_options()->insert(request.match.route->options.begin(), request.match.route->options.end());
}

void SocketApplication::Answer(std::shared_ptr<Request> request, ActionResult result) {
  if (!result.response.ok()) {
    const bool cancelled = absl::IsCancelled(result.response.status());
    platform::Log(cancelled ? platform::Severity::kDebug : platform::Severity::kWarning,
                  "virtual request failed",
                  {{"request_id", request->id},
                   {"method", request->virtual_request.method},
                   {"error", platform::ToStd(result.response.status().message())}});
    result.response = FailureAnswer(result.response.status());
  } else if (request->session_enabled) {
    request->state->TakeSession(request->session_id, result.session);
  }
  if (const std::optional<std::string> location = TakeRedirect(&*result.response)) {
    MakeVirtualRedirect(*location, result.response->status(), &*result.response);
  } else if (result.response->status() == 500 && result.response->body_type() == action::v1::BODY_TYPE_TEXT) {
    result.response->set_body("Internal Server Error");  // the text may tell of the inside
  }
  if (request->ack) request->ack.Send(FormatVirtualResponse(*result.response));
  End(*request);
}

void SocketApplication::End(const Request& request) {
  request.state->under_way.erase(request.cancellation);
  if (--request.state->requests_in_flight != kMaxInFlight - 1) return;
  if (request.socket->connected()) request.socket->client()->session().ResumeReading();
}

}  // namespace sail::gateway
