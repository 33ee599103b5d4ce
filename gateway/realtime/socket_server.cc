#include "gateway/realtime/socket_server.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/time/clock.h"
#include "gateway/engineio/engine_error.h"
#include "gateway/engineio/engine_request.h"
#include "gateway/http/response_format.h"
#include "gateway/http/standard_responses.h"
#include "gateway/routing/origin_list.h"
#include "gateway/socketio/socket.h"
#include "gateway/websocket/handshake.h"
#include "platform/log/log.h"

namespace sail::gateway {
namespace {

using engineio::EngineError;

HttpResponse EngineErrorResponse(const EngineError& error) {
  HttpResponse response = JsonResponse(error.status, engineio::EngineErrorBody(error));
  response.AddHeader("Content-Type",
                     "application/json");  // as Engine.IO has it; the envelope is not for these
  return response;
}

}  // namespace

// Everything of one loop. application is declared before the hub that uses it.
struct SocketServer::PerLoop {
  EventLoop* loop;
  std::shared_ptr<LoopRooms> rooms;
  std::unique_ptr<socketio::Application> application;
  std::unique_ptr<socketio::Hub> hub;
};

SocketServer::SocketServer(SocketServerOptions options, EventLoops& loops, RoomHub& rooms,
                           const MakeApplication& make_application, platform::metrics::Registry& registry)
    : options_(std::move(options)),
      accepted_(registry.AddCounter("sail_gateway_socket_connections_total", "WebSockets accepted.")),
      refused_(registry.AddCounter("sail_gateway_socket_refusals_total", "WebSocket requests refused.")) {
  socketio::HubOptions hub_options = options_.hub;
  auto* overflows =
      registry.AddCounter("sail_gateway_socket_evictions_total", "Clients cut for reading too slowly.");
  auto* dropped = registry.AddCounter("sail_gateway_volatile_dropped_total", "Volatile packets dropped.");
  hub_options.session.on_send_queue_overflow = [overflows] { overflows->Increment(); };
  hub_options.session.on_volatile_dropped = [dropped] { dropped->Increment(); };
  for (int i = 0; i < loops.size(); ++i) {
    PerLoop& per_loop = *loops_.emplace_back(std::make_unique<PerLoop>());
    per_loop.loop = &loops.loop(i);
    per_loop.rooms = rooms.ForLoop(i);
    RunAndWait(*per_loop.loop, [&] {
      per_loop.application = make_application(*per_loop.loop, per_loop.rooms);
      per_loop.hub = std::make_unique<socketio::Hub>(per_loop.loop, per_loop.application.get(),
                                                     per_loop.rooms->observer(), hub_options);
      per_loop.rooms->Attach({[hub = per_loop.hub.get()](std::string_view nsp) -> socketio::RoomTable* {
                                socketio::Namespace* found = hub->FindNamespace(nsp);
                                return found == nullptr ? nullptr : &found->rooms;
                              },
                              [](socketio::RoomMember* member) -> std::string_view {
                                return static_cast<socketio::Socket*>(member)->id();
                              },
                              [](socketio::RoomMember* member, bool close) {
                                static_cast<socketio::Socket*>(member)->Disconnect(close);
                              }});
      for (const std::string& nsp : options_.namespaces) {
        per_loop.hub->AddNamespace(nsp);
        per_loop.rooms->AddNamespace(nsp);
      }
    });
  }
}

SocketServer::~SocketServer() {
  for (auto& per_loop : loops_) {
    RunAndWait(*per_loop->loop, [&] {
      // The rooms outlive the hub; what the cluster still says finds no namespace.
      per_loop->rooms->Attach({[](std::string_view) { return nullptr; }, nullptr, nullptr});
      per_loop->hub.reset();
      per_loop->application.reset();
    });
  }
}

SocketServer::PerLoop& SocketServer::For(EventLoop& loop) {
  for (auto& per_loop : loops_) {
    if (per_loop->loop == &loop) return *per_loop;
  }
  std::abort();  // every stream belongs to one of the loops
}

bool SocketServer::IsForPath(const HttpRequest& request) const {
  const std::string_view target = request.target;
  return target.substr(0, options_.path.size()) == options_.path && target.size() > options_.path.size() &&
         target[options_.path.size()] == '/';
}

std::optional<HttpResponse> SocketServer::AnswerRequest(const HttpRequest& request) const {
  if (!IsForPath(request)) return std::nullopt;
  HttpResponse response;
  if (request.method == "OPTIONS") {
    response.status = 204;
    response.AddHeader("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE");
  } else {
    engineio::EngineRequestContext context;
    context.method = request.method;
    context.origin = request.header("origin").value_or("");
    const auto error = engineio::CheckEngineRequest(engineio::ParseEngineRequest(request.query()), context);
    response = EngineErrorResponse(error.value_or(engineio::kBadRequest));
  }
  AddCorsHeaders(request, &response);
  return response;
}

void SocketServer::AddCorsHeaders(const HttpRequest& request, HttpResponse* response) const {
  const std::optional<std::string_view> origin = request.header("origin");
  if (!options_.only_allow_origins.has_value() || !origin.has_value()) return;
  if (!OriginIsListed(*options_.only_allow_origins, *origin)) return;
  response->AddHeader("Access-Control-Allow-Origin", std::string(*origin));
  response->AddHeader("Vary", "Origin");
}

void SocketServer::HandleUpgrade(std::shared_ptr<const HttpRequest> request,
                                 std::shared_ptr<ByteStream> stream, std::string already_read) {
  const auto refuse = [&](HttpResponse response) {
    refused_->Increment();
    ByteStream::Callbacks callbacks;
    callbacks.on_bytes = [](std::string_view) {};
    callbacks.on_close = [stream](absl::Status) {};
    stream->Start(std::move(callbacks));
    stream->Write(MakeSharedBytes(FormatResponse(response)));
    stream->Close();
  };
  const auto refuse_with = [&](const EngineError& error) {
    refuse(HtmlResponse(400, std::string(error.message)));
  };
  if (!IsForPath(*request)) return refuse(HtmlResponse(404, "Not Found"));
  const engineio::EngineRequest engine_request = engineio::ParseEngineRequest(request->query());
  engineio::EngineRequestContext context;
  context.method = request->method;
  context.origin = request->header("origin").value_or("");
  context.is_upgrade = true;
  if (const auto error = engineio::CheckEngineRequest(engine_request, context)) return refuse_with(*error);
  if (options_.only_allow_origins.has_value() &&
      !OriginIsListed(*options_.only_allow_origins, context.origin)) {
    return refuse_with(engineio::kBadRequest);
  }
  if (!engine_request.version.has_value()) return refuse_with(engineio::kUnsupportedVersion);

  const std::string upgrade = JoinHeader(request->headers, "upgrade").value_or("");
  const std::string connection = JoinHeader(request->headers, "connection").value_or("");
  const std::string version = JoinHeader(request->headers, "sec-websocket-version").value_or("");
  const std::string key = JoinHeader(request->headers, "sec-websocket-key").value_or("");
  const websocket::HandshakeAnswer answer =
      websocket::CheckHandshake({request->method, request->version, upgrade, connection, version, key});
  if (answer.status != 101) {
    HttpResponse refusal = HtmlResponse(answer.status, std::string(answer.reason));
    if (answer.status == 426) refusal.AddHeader("Sec-WebSocket-Version", "13");
    return refuse(std::move(refusal));
  }
  HttpResponse response;
  response.status = 101;
  response.AddHeader("Upgrade", "websocket");
  response.AddHeader("Connection", "Upgrade");
  response.AddHeader("Sec-WebSocket-Accept", answer.accept);
  AddCorsHeaders(*request, &response);
  stream->Write(MakeSharedBytes(FormatResponseHead(response, ResponseFraming())));
  accepted_->Increment();
  PerLoop& per_loop = For(stream->loop());
  per_loop.hub->AcceptWebSocket(std::move(stream), std::move(already_read), std::move(request),
                                *engine_request.version, engine_request.takes_binary);
}

void SocketServer::Drain(absl::Time deadline) {
  const auto count = [this] {
    size_t connections = 0;
    for (auto& per_loop : loops_)
      RunAndWait(*per_loop->loop, [&] { connections += per_loop->hub->connections(); });
    return connections;
  };
  // Portions over half of the time, at most 20 a second; the other half is for what they have in flight.
  const size_t connections = count();
  if (connections == 0) return;
  constexpr absl::Duration kPause = absl::Milliseconds(50);
  const absl::Duration time = std::max((deadline - absl::Now()) / 2, kPause);
  const auto portions = static_cast<size_t>(std::max<int64_t>(1, time / kPause));
  const size_t portion = connections / portions / loops_.size() + 1;
  platform::Log(platform::Severity::kInfo, "closing sockets",
                {{"connections", connections}, {"portion", portion}});
  while (count() > 0 && absl::Now() < deadline) {
    for (auto& per_loop : loops_) RunAndWait(*per_loop->loop, [&] { per_loop->hub->CloseSome(portion); });
    absl::SleepFor(kPause);
  }
}

}  // namespace sail::gateway
