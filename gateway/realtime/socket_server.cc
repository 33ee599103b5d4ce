#include "gateway/realtime/socket_server.h"

#include <algorithm>
#include <cstdlib>
#include <future>
#include <utility>

#include "absl/time/clock.h"
#include "gateway/engineio/engine_error.h"
#include "gateway/engineio/packet.h"
#include "gateway/http/ascii.h"
#include "gateway/http/response_format.h"
#include "gateway/http/standard_responses.h"
#include "gateway/routing/origin_list.h"
#include "gateway/routing/percent_decode.h"
#include "gateway/socketio/socket.h"
#include "gateway/websocket/handshake.h"
#include "platform/log/log.h"

namespace sail::gateway {
namespace {

using engineio::EngineError;

// The first value of a query parameter; empty if there is none.
std::string QueryParameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const size_t equals = pair.find('=');
    if (pair.substr(0, equals) != name) continue;
    return equals == std::string_view::npos ? "" : DecodeFormText(pair.substr(equals + 1));
  }
  return "";
}

HttpResponse EngineErrorResponse(const EngineError& error) {
  return JsonResponse(error.status, engineio::EngineErrorBody(error));
}

// Runs the task on the loop and waits for it.
void RunOn(EventLoop& loop, std::function<void()> task) {
  std::promise<void> done;
  loop.Post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
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
    RunOn(*per_loop.loop, [&] {
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
    RunOn(*per_loop->loop, [&] {
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
  const std::string transport = QueryParameter(request.query(), "transport");
  HttpResponse response;
  if (request.method == "OPTIONS") {
    response.status = 204;
    response.AddHeader("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE");
  } else if (transport == "websocket") {
    response = EngineErrorResponse(engineio::kBadRequest);  // a WebSocket without an upgrade
  } else {
    response = EngineErrorResponse(engineio::kUnknownTransport);
  }
  const std::optional<std::string_view> origin = request.header("origin");
  if (options_.only_allow_origins.has_value() && origin.has_value() &&
      OriginIsListed(*options_.only_allow_origins, *origin)) {
    response.AddHeader("Access-Control-Allow-Origin", std::string(*origin));
    response.AddHeader("Vary", "Origin");
  }
  return response;
}

void SocketServer::HandleUpgrade(std::shared_ptr<const HttpRequest> request,
                                 std::shared_ptr<ByteStream> stream, std::string already_read) {
  const auto refuse = [&](int status, std::string_view text) {
    refused_->Increment();
    ByteStream::Callbacks callbacks;
    callbacks.on_bytes = [](std::string_view) {};
    callbacks.on_close = [stream](absl::Status) {};
    stream->Start(std::move(callbacks));
    stream->Write(MakeSharedBytes(FormatResponse(HtmlResponse(status, std::string(text)))));
    stream->Close();
  };
  if (!IsForPath(*request)) return refuse(404, "Not Found");
  const std::string_view query = request->query();
  if (QueryParameter(query, "transport") != "websocket")
    return refuse(400, engineio::kUnknownTransport.message);
  const std::string origin(request->header("origin").value_or(""));
  if (options_.only_allow_origins.has_value() && !OriginIsListed(*options_.only_allow_origins, origin)) {
    return refuse(400, engineio::kBadRequest.message);
  }
  if (!QueryParameter(query, "sid").empty()) return refuse(400, engineio::kUnknownSid.message);
  const std::optional<engineio::Version> version = engineio::ParseVersion(QueryParameter(query, "EIO"));
  if (!version.has_value()) return refuse(400, engineio::kUnsupportedVersion.message);

  const std::string upgrade = JoinHeader(request->headers, "upgrade").value_or("");
  const std::string connection = JoinHeader(request->headers, "connection").value_or("");
  const std::string ws_version = JoinHeader(request->headers, "sec-websocket-version").value_or("");
  const std::string key = JoinHeader(request->headers, "sec-websocket-key").value_or("");
  const websocket::HandshakeAnswer answer =
      websocket::CheckHandshake({request->method, request->version, upgrade, connection, ws_version, key});
  if (answer.status != 101) return refuse(answer.status, answer.reason);

  HttpResponse response;
  response.status = 101;
  response.AddHeader("Upgrade", "websocket");
  response.AddHeader("Connection", "Upgrade");
  response.AddHeader("Sec-WebSocket-Accept", answer.accept);
  if (options_.only_allow_origins.has_value()) {
    response.AddHeader("Access-Control-Allow-Origin", origin);
    response.AddHeader("Vary", "Origin");
  }
  stream->Write(MakeSharedBytes(FormatResponseHead(response, ResponseFraming())));
  accepted_->Increment();
  PerLoop& per_loop = For(stream->loop());
  const bool takes_binary = QueryParameter(query, "b64").empty();
  per_loop.hub->AcceptWebSocket(std::move(stream), std::move(already_read), std::move(request), *version,
                                takes_binary);
}

void SocketServer::Drain(absl::Time deadline) {
  const auto count = [this] {
    size_t connections = 0;
    for (auto& per_loop : loops_)
      RunOn(*per_loop->loop, [&] { connections += per_loop->hub->connections(); });
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
    for (auto& per_loop : loops_) RunOn(*per_loop->loop, [&] { per_loop->hub->CloseSome(portion); });
    absl::SleepFor(kPause);
  }
}

}  // namespace sail::gateway
