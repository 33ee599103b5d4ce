#include "gateway/engineio/endpoint.h"

#include <cstdlib>
#include <optional>
#include <utility>

#include "gateway/engineio/polling_answers.h"
#include "gateway/http/exchange.h"
#include "gateway/http/response_format.h"
#include "gateway/http/standard_responses.h"
#include "gateway/websocket/handshake.h"
#include "gateway/websocket/message_deflate.h"

namespace sail::gateway::engineio {
namespace {

// scheme://host[:port] of a URL; empty if it is none.
std::string_view OriginOfUrl(std::string_view url) {
  const size_t host = url.find("://");
  if (host == std::string_view::npos) return {};
  return url.substr(0, url.find('/', host + 3));
}

// A responder on another loop than the connection's. Any thread may drop it.
std::shared_ptr<Responder> ResponderFor(EventLoop& loop, const std::shared_ptr<Responder>& responder) {
  auto exchange = std::make_shared<Exchange>(
      loop, [responder](HttpResponse response) { responder->Send(std::move(response)); });
  responder->OnAbort([weak = std::weak_ptr<Exchange>(exchange), &loop] {
    loop.Post([weak] {
      if (const auto exchange = weak.lock()) exchange->Abort();
    });
  });
  return exchange;
}

void AnswerAndClose(const std::shared_ptr<ByteStream>& stream, const HttpResponse& response) {
  stream->Start({.on_bytes = [](std::string_view) {}, .on_close = [stream](absl::Status) {}});
  stream->Write(MakeSharedBytes(FormatResponse(response)));
  stream->Close();
}

}  // namespace

void RefuseUpgrade(const EngineError& error, const std::shared_ptr<ByteStream>& stream) {
  HttpResponse refusal = HtmlResponse(400, std::string(error.message));
  refusal.AddHeader("Content-Type", "text/html");
  AnswerAndClose(stream, refusal);
}

Endpoint::Endpoint(EndpointOptions options, std::vector<LoopSessions*> sessions, const OwnedSids& sids,
                   Peers* peers, platform::metrics::Registry& registry)
    : options_(std::move(options)),
      sessions_(std::move(sessions)),
      sids_(sids),
      peers_(peers),
      accepted_(registry.AddCounter("sail_gateway_socket_connections_total", "WebSockets accepted.")),
      accepted_polling_(registry.AddCounter("sail_gateway_polling_sessions_total",
                                            "Sessions that began with HTTP long-polling.")),
      refused_(registry.AddCounter("sail_gateway_socket_refusals_total", "WebSocket requests refused.")) {}

bool Endpoint::IsForPath(const HttpRequest& request) const {
  const std::string_view target = request.target;
  return target.substr(0, options_.path.size()) == options_.path && target.size() > options_.path.size() &&
         target[options_.path.size()] == '/';
}

EngineRequestContext Endpoint::ContextOf(const HttpRequest& request) const {
  EngineRequestContext context;
  context.method = request.method;
  context.origin = request.header("origin").value_or("");
  context.allows_polling = options_.allow_polling;
  context.allows_websocket = options_.allow_websocket;
  context.sid_is_known = true;  // whoever has the session will tell
  return context;
}

bool Endpoint::AllowsOriginOf(const HttpRequest& request) const {
  if (options_.allows_origin == nullptr) return true;
  const std::optional<std::string_view> origin = request.header("origin");
  if (origin.has_value() || request.method != "GET" || request.header("upgrade").has_value()) {
    return options_.allows_origin(origin.value_or(""));
  }
  return options_.allows_origin(OriginOfUrl(request.header("referer").value_or("")));
}

void Endpoint::AddCorsHeaders(const HttpRequest& request, HttpResponse* response) const {
  const std::optional<std::string_view> origin = request.header("origin");
  if (options_.allows_origin == nullptr || !origin.has_value() || !options_.allows_origin(*origin)) return;
  response->AddHeader("Access-Control-Allow-Origin", std::string(*origin));
  response->AddHeader("Vary", "Origin");
  // Clients of version 2 poll with credentials; a WebSocket's answer needs no leave.
  if (options_.allow_polling && response->status != 101)
    response->AddHeader("Access-Control-Allow-Credentials", "true");
}

HttpResponse Endpoint::Preflight(const HttpRequest& request) const {
  HttpResponse response;
  response.status = 204;
  response.AddHeader("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE");
  if (const auto headers = request.header("access-control-request-headers"); headers.has_value()) {
    response.AddHeader("Access-Control-Allow-Headers", std::string(*headers));
  }
  return response;
}

LoopSessions& Endpoint::SessionsOf(EventLoop& loop) const {
  for (LoopSessions* const sessions : sessions_) {
    if (&sessions->loop() == &loop) return *sessions;
  }
  std::abort();  // every connection belongs to one of the loops
}

EventLoop* Endpoint::FindLoop(const HttpRequest& request) const {
  const std::optional<SidOwner> owner = sids_.Parse(ParseEngineRequest(request.query()).sid);
  const bool here = owner.has_value() && owner->gateway == sids_.gateway() && owner->loop < sessions_.size();
  return here ? &sessions_[owner->loop]->loop() : nullptr;
}

void Endpoint::Handle(std::shared_ptr<const HttpRequest> request, std::shared_ptr<Responder> responder) {
  const EngineRequest engine_request = ParseEngineRequest(request->query());
  std::optional<SidOwner> owner;
  if (!engine_request.sid.empty()) owner = sids_.Parse(engine_request.sid);
  if (owner.has_value() && owner->gateway != sids_.gateway() && peers_ != nullptr) {
    // The owner checks, too, and adds what belongs to its answer.
    return peers_->Forward(owner->gateway, std::move(request), std::move(responder));
  }
  if (options_.allows_origin != nullptr) {
    auto inner = std::move(responder);
    auto exchange = std::make_shared<Exchange>(inner->loop(), [this, inner, request](HttpResponse response) {
      AddCorsHeaders(*request, &response);
      inner->Send(std::move(response));
    });
    inner->OnAbort([weak = std::weak_ptr<Exchange>(exchange)] {
      if (const auto exchange = weak.lock()) exchange->Abort();
    });
    responder = std::move(exchange);
  }
  if (request->method == "OPTIONS") return responder->Send(Preflight(*request));
  EngineRequestContext context = ContextOf(*request);
  context.sid_is_known = owner.has_value();
  if (const auto error = CheckEngineRequest(engine_request, context); error.has_value()) {
    return responder->Send(ErrorAnswer(*error));
  }
  if (!AllowsOriginOf(*request)) return responder->Send(ErrorAnswer(kBadRequest));
  PollingTransport::Request polling{std::move(request), std::move(responder)};
  if (engine_request.sid.empty()) return OpenPolling(std::move(polling), engine_request);
  if (owner->gateway != sids_.gateway() || owner->loop >= sessions_.size()) {
    return polling.responder->Send(ErrorAnswer(kUnknownSid));
  }
  HandlePollingOn(*sessions_[owner->loop], engine_request.sid, std::move(polling));
}

void Endpoint::OpenPolling(PollingTransport::Request request, const EngineRequest& engine_request) {
  if (!engine_request.version.has_value()) {
    return request.responder->Send(ErrorAnswer(kUnsupportedVersion));
  }
  accepted_polling_->Increment();
  LoopSessions& sessions = SessionsOf(request.responder->loop());
  sessions.OpenPolling(std::move(request), *engine_request.version, engine_request.takes_binary);
}

void Endpoint::HandlePollingOn(LoopSessions& sessions, const std::string& sid,
                               PollingTransport::Request request) {
  if (&sessions.loop() == &request.responder->loop()) return sessions.HandlePolling(sid, std::move(request));
  request.responder = ResponderFor(sessions.loop(), request.responder);
  sessions.loop().Post([&sessions, sid, request = std::move(request)]() mutable {
    sessions.HandlePolling(sid, std::move(request));
  });
}

void Endpoint::Refuse(const std::shared_ptr<ByteStream>& stream, HttpResponse response) {
  refused_->Increment();
  AnswerAndClose(stream, response);
}

void Endpoint::RefuseWith(const EngineError& error, const std::shared_ptr<ByteStream>& stream) {
  refused_->Increment();
  RefuseUpgrade(error, stream);
}

bool Endpoint::Accept(const HttpRequest& request, const std::shared_ptr<ByteStream>& stream, bool* deflate) {
  const std::string upgrade = JoinHeader(request.headers, "upgrade").value_or("");
  const std::string connection = JoinHeader(request.headers, "connection").value_or("");
  const std::string version = JoinHeader(request.headers, "sec-websocket-version").value_or("");
  const std::string key = JoinHeader(request.headers, "sec-websocket-key").value_or("");
  const websocket::HandshakeAnswer answer =
      websocket::CheckHandshake({request.method, request.version, upgrade, connection, version, key});
  if (answer.status != 101) {
    HttpResponse refusal = HtmlResponse(answer.status, std::string(answer.reason));
    if (answer.status == 426) refusal.AddHeader("Sec-WebSocket-Version", "13");
    Refuse(stream, std::move(refusal));
    return false;
  }
  HttpResponse response;
  response.status = 101;
  response.AddHeader("Upgrade", "websocket");
  response.AddHeader("Connection", "Upgrade");
  response.AddHeader("Sec-WebSocket-Accept", answer.accept);
  if (options_.allow_deflate) {
    const std::string offers = JoinHeader(request.headers, "sec-websocket-extensions").value_or("");
    if (auto extension = websocket::NegotiateDeflate(offers); extension.has_value()) {
      response.AddHeader("Sec-WebSocket-Extensions", *std::move(extension));
      *deflate = true;
    }
  }
  AddCorsHeaders(request, &response);
  stream->Write(MakeSharedBytes(FormatResponseHead(response, ResponseFraming())));
  accepted_->Increment();
  return true;
}

void Endpoint::HandleUpgrade(std::shared_ptr<const HttpRequest> request, std::shared_ptr<ByteStream> stream,
                             std::string already_read) {
  if (!IsForPath(*request)) return Refuse(stream, HtmlResponse(404, "Not Found"));
  const EngineRequest engine_request = ParseEngineRequest(request->query());
  std::optional<SidOwner> owner;
  if (!engine_request.sid.empty()) owner = sids_.Parse(engine_request.sid);
  EngineRequestContext context = ContextOf(*request);
  context.is_upgrade = true;
  context.sid_is_known = owner.has_value();
  if (const auto error = CheckEngineRequest(engine_request, context)) return RefuseWith(*error, stream);
  if (engine_request.transport != "websocket" || !AllowsOriginOf(*request)) {
    return RefuseWith(kBadRequest, stream);
  }
  if (owner.has_value() && owner->gateway != sids_.gateway() && peers_ != nullptr) {
    return peers_->Tunnel(owner->gateway, std::move(request), std::move(stream), std::move(already_read));
  }
  if (!engine_request.sid.empty()) {
    if (owner->gateway != sids_.gateway() || owner->loop >= sessions_.size()) {
      return RefuseWith(kUnknownSid, stream);
    }
    return UpgradeOn(*sessions_[owner->loop], engine_request.sid, std::move(request), std::move(stream),
                     std::move(already_read));
  }
  if (!engine_request.version.has_value()) return RefuseWith(kUnsupportedVersion, stream);
  bool deflate = false;
  if (!Accept(*request, stream, &deflate)) return;
  LoopSessions& sessions = SessionsOf(stream->loop());
  sessions.OpenWebSocket(std::move(stream), std::move(already_read), std::move(request),
                         *engine_request.version, engine_request.takes_binary, deflate);
}

void Endpoint::UpgradeOn(LoopSessions& sessions, const std::string& sid,
                         std::shared_ptr<const HttpRequest> request, std::shared_ptr<ByteStream> stream,
                         std::string already_read) {
  auto upgrade = [this, &sessions, sid, request = std::move(request)](std::shared_ptr<ByteStream> moved,
                                                                      std::string read) {
    if (!sessions.Has(sid)) return RefuseWith(kUnknownSid, moved);
    const bool takes_binary = ParseEngineRequest(request->query()).takes_binary;
    bool deflate = false;
    if (!Accept(*request, moved, &deflate)) return;
    sessions.Upgrade(sid, std::move(moved), std::move(read), takes_binary, deflate);
  };
  if (&stream->loop() == &sessions.loop()) return upgrade(std::move(stream), std::move(already_read));
  ByteStream& moving = *stream;
  moving.MoveTo(sessions.loop(), [upgrade = std::move(upgrade), read = std::move(already_read)](
                                     std::shared_ptr<ByteStream> moved, std::string more) mutable {
    upgrade(std::move(moved), std::move(read) + more);
  });
}

}  // namespace sail::gateway::engineio
