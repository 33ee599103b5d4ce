#include "gateway/sails/socket_events.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "gateway/actions/request_id.h"
#include "gateway/engineio/session.h"
#include "gateway/http/http_message.h"
#include "gateway/http/standard_responses.h"
#include "gateway/routing/query_string.h"
#include "gateway/sails/socket_requester.h"
#include "gateway/socketio/client.h"
#include "gateway/socketio/socket.h"
#include "platform/log/log.h"
#include "platform/text/string_view.h"

namespace sail::gateway {
namespace {

using action::v1::ActionRequest;
using action::v1::ActionResponse;
using action::v1::SocketEvent;
using platform::metrics::Counter;
using socketio::Socket;

constexpr size_t kNoLimit = SIZE_MAX;  // a disconnect is always told

}  // namespace

SocketEventCounters::SocketEventCounters(platform::metrics::Registry& registry) {
  const auto kind = [&registry](const char* name) {
    return registry.AddCounter("sail_gateway_socket_events_total",
                               "What happened to sockets of namespaces with actions.", {{"kind", name}});
  };
  connects = kind("connect");
  refused = kind("refused");
  events = kind("event");
  ignored = kind("ignored");
  disconnects = kind("disconnect");
  failed = registry.AddCounter("sail_gateway_socket_events_failed_total",
                               "Of these, those that no service has answered.");
  not_read_on = registry.AddCounter("sail_gateway_socket_reads_paused_total",
                                    "Times that a client was not read on, as too many of its events wait.");
  overflows = registry.AddCounter("sail_gateway_socket_event_overflows_total",
                                  "Clients disconnected for sending events faster than they are answered.");
}

// One request on its way.
struct SocketEvents::Happening {
  std::shared_ptr<Socket> socket;
  std::shared_ptr<SocketState> state;
  const SocketNamespace* nsp;
  ActionRequest request;
  ActionClient* client;
  uint64_t ticket = 0;
  std::shared_ptr<bool> passed =
      std::make_shared<bool>(false);  // the ticket; in the runner's order, so no lock
  std::string session_id;             // the socket's when the action began
  socketio::AckResponder ack;
  std::optional<socketio::ConnectDecision> decision;  // of a connect

  SocketEvent::Kind kind = SocketEvent::KIND_UNSPECIFIED;
};

std::shared_ptr<SocketEvents::Happening> SocketEvents::Make(const std::shared_ptr<Socket>& socket,
                                                            std::shared_ptr<SocketState> state,
                                                            const SocketAction& action) {
  auto happening = std::make_shared<Happening>();
  happening->socket = socket;
  happening->state = std::move(state);
  happening->nsp = routes_.Find(socket->nsp());
  happening->client = source_.ClientOf(action.service);
  ActionRequest& out = happening->request;
  out.set_action(action.action);
  out.set_protocol("ws");
  out.set_request_id(RequestId(std::nullopt));
  const ClientOrigin& client = happening->state->client;
  out.set_remote_address(client.address);
  out.mutable_forwarded_addresses()->Assign(client.addresses.begin(), client.addresses.end());
  if (!client.host.empty()) out.set_base_url(client.protocol + "://" + client.host);
  out.mutable_socket()->set_id(socket->id());
  out.mutable_socket()->set_namespace_(socket->nsp());
  return happening;
}

void SocketEvents::AddHandshake(const Happening& happening, ActionRequest* out) const {
  const HttpRequest& handshake = *happening.socket->client()->request();
  out->set_path(std::string(handshake.path()));
  out->set_url(handshake.target);
  if (!handshake.query().empty()) out->set_query_json(ParseFlatQuery(handshake.query()));
  for (const HttpHeader& header : handshake.headers) {
    auto* copy = out->add_headers();
    copy->set_name(header.name);
    copy->set_value(header.value);
  }
}

void SocketEvents::AddSocket(const Happening& happening, ActionRequest* out) const {
  for (std::string& room : rooms_->RoomsOf(*happening.socket, happening.socket->nsp())) {
    out->mutable_socket()->add_rooms(std::move(room));
  }
  if (happening.socket->data_json() != "{}")
    out->mutable_socket()->set_data_json(happening.socket->data_json());
}

void SocketEvents::OnConnect(const std::shared_ptr<Socket>& socket, std::shared_ptr<SocketState> state,
                             std::string_view auth_json, socketio::ConnectDecision decision) {
  const SocketNamespace* const nsp = Find(socket->nsp());
  if (!nsp->connect) {
    state->in = true;
    // What is sent to the socket's id from the moment on that the client knows it must arrive.
    rooms_->Join(socket.get(), socket->nsp(), {socket->id()},
                 [decision](absl::Status) { decision.Accept(); });
    return;
  }
  counters_.connects->Increment();
  auto happening = Make(socket, std::move(state), nsp->connect);
  happening->decision = decision;
  happening->kind = SocketEvent::KIND_CONNECT;
  happening->request.mutable_socket_event()->set_kind(SocketEvent::KIND_CONNECT);
  happening->request.mutable_socket_event()->set_auth_json(std::string(auth_json));
  AddHandshake(*happening, &happening->request);
  AddSocket(*happening, &happening->request);
  happening->state->events_in_flight = 1;
  Run(std::move(happening));
}

void SocketEvents::OnEvent(const std::shared_ptr<Socket>& socket, std::shared_ptr<SocketState> state,
                           socketio::Event event, socketio::AckResponder ack) {
  const SocketNamespace* const nsp = Find(socket->nsp());
  const SocketAction& action = nsp->EventAction(event.name);
  if (!action) return counters_.ignored->Increment();
  counters_.events->Increment();
  auto happening = Make(socket, std::move(state), action);
  happening->kind = SocketEvent::KIND_EVENT;
  SocketEvent& out = *happening->request.mutable_socket_event();
  out.set_kind(SocketEvent::KIND_EVENT);
  out.set_args_json(event.ArgsJson());
  out.set_name(std::move(event.name));
  for (std::string& bytes : event.attachments) out.add_attachments(std::move(bytes));
  out.set_wants_ack(static_cast<bool>(ack));
  happening->ack = std::move(ack);
  if (nsp->handshake_with_events) AddHandshake(*happening, &happening->request);
  Enqueue(std::move(happening));
}

void SocketEvents::OnDisconnect(const std::shared_ptr<Socket>& socket, std::shared_ptr<SocketState> state,
                                std::string_view reason) {
  const SocketNamespace* const nsp = Find(socket->nsp());
  // What waits is this socket's; the connection may have other namespaces.
  if (!state->queued_events.empty() && socket->client() != nullptr)
    socket->client()->session().ResumeReading();
  if (!std::exchange(state->in, false) || !nsp->disconnect) return;
  counters_.disconnects->Increment();
  auto happening = Make(socket, std::move(state), nsp->disconnect);
  happening->kind = SocketEvent::KIND_DISCONNECT;
  happening->request.mutable_socket_event()->set_kind(SocketEvent::KIND_DISCONNECT);
  happening->request.mutable_socket_event()->set_reason(std::string(reason));
  if (nsp->handshake_with_events && socket->client() != nullptr)
    AddHandshake(*happening, &happening->request);
  AddSocket(*happening, &happening->request);  // soon it is in no room any more
  Enqueue(std::move(happening));
}

void SocketEvents::Enqueue(std::shared_ptr<Happening> happening) {
  SocketState& state = *happening->state;
  if (state.events_in_flight < happening->nsp->max_in_flight && state.queued_events.empty()) {
    ++state.events_in_flight;
    return Run(std::move(happening));
  }
  const bool last = happening->kind == SocketEvent::KIND_DISCONNECT;
  const size_t limit = last ? kNoLimit : options_.max_queued;
  socketio::Client* const client = happening->socket->client();
  if (state.queued_events.size() >= limit) {
    counters_.overflows->Increment();
    if (client != nullptr) client->Disconnect();
    return;
  }
  if (state.queued_events.empty() && !last) {
    counters_.not_read_on->Increment();
    client->session().PauseReading();
  }
  state.queued_events.push_back(
      [this, happening = std::move(happening)]() mutable { Run(std::move(happening)); });
}

void SocketEvents::Run(std::shared_ptr<Happening> happening) {
  SocketState& state = *happening->state;
  if (happening->kind == SocketEvent::KIND_EVENT && happening->socket->connected())
    AddSocket(*happening, &happening->request);
  ActionCall call;
  call.session_enabled = happening->nsp->session && !state.session_disabled;
  call.session_id = happening->session_id = state.session_id;
  call.session_slot = state.session_slot;
  call.client = happening->client;
  call.affinity = std::hash<std::string>()(happening->socket->id()) | 1;
  call.keep_emits = options_.keep_emits;
  call.request = std::move(happening->request);
  happening->ticket = state.turns.Take();
  call.in_turn = [happening](std::function<void()> go) {
    *happening->passed = true;
    happening->state->turns.Pass(happening->ticket, std::move(go));
  };
  std::function<void()> accept;
  if (happening->decision) {
    accept = [this, happening] {
      happening->state->in = true;
      if (happening->decision->Accept()) return;
      // The client has left meanwhile; whoever let it in is told.
      OnDisconnect(happening->socket, happening->state, "transport close");
    };
  }
  call.requester = std::make_shared<SocketRequester>(loop_, rooms_, happening->socket, std::move(accept));
  runner_.Run(std::move(call), [this, happening](ActionResult result) {
    if (!*happening->passed) happening->state->turns.Pass(happening->ticket, nullptr);
    loop_.Post(
        [this, happening, result = std::move(result)]() mutable { Finish(*happening, std::move(result)); });
  });
}

void SocketEvents::Finish(Happening& happening, ActionResult result) {
  SocketState& state = *happening.state;
  if (!result.response.ok()) {
    counters_.failed->Increment();
    platform::Log(platform::Severity::kWarning, "an event of a socket failed",
                  {{"socket", happening.socket->id()},
                   {"namespace", happening.socket->nsp()},
                   {"error", platform::ToStd(result.response.status().message())}});
  } else {
    state.TakeSession(happening.session_id, result.session);
    if (happening.ack && result.response->has_ack()) {
      const auto& ack = result.response->ack();
      happening.ack.Send(ack.args_json().empty() ? "[]" : ack.args_json(),
                         {ack.attachments().begin(), ack.attachments().end()});
    }
  }
  if (happening.decision) AnswerConnect(happening, result);
  --state.events_in_flight;
  while (!state.queued_events.empty() && state.events_in_flight < happening.nsp->max_in_flight) {
    ++state.events_in_flight;
    const std::function<void()> run = std::move(state.queued_events.front());
    state.queued_events.pop_front();
    run();
    if (state.queued_events.empty() && happening.socket->connected())
      happening.socket->client()->session().ResumeReading();
  }
}

// One that was accepted has been let in before: then this changes nothing.
void SocketEvents::AnswerConnect(Happening& happening, const ActionResult& result) {
  std::string message;
  std::string data;
  if (!result.response.ok()) {
    message = ReasonPhrase(HttpStatusOf(result.response.status().code()));
  } else if (result.response->has_connect_refusal()) {
    message = result.response->connect_refusal().message();
    data = result.response->connect_refusal().data_json();
  } else if (const int status = result.response->status(); status >= 400) {
    const bool text = result.response->body_type() == action::v1::BODY_TYPE_TEXT && status < 500;
    message = text ? result.response->body() : std::string(ReasonPhrase(status));
    if (result.response->body_type() == action::v1::BODY_TYPE_JSON) data = result.response->body();
  } else {
    return;
  }
  if (happening.decision->Refuse(message, data)) counters_.refused->Increment();
}

}  // namespace sail::gateway
