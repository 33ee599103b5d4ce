// Engine.IO at a path of the HTTP server: checks requests, and brings each to the loop or the gateway that
// has its session.
#ifndef SAIL_GATEWAY_ENGINEIO_ENDPOINT_H_
#define SAIL_GATEWAY_ENGINEIO_ENDPOINT_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/engineio/engine_error.h"
#include "gateway/engineio/engine_request.h"
#include "gateway/engineio/loop_sessions.h"
#include "gateway/engineio/owned_sid.h"
#include "gateway/engineio/peers.h"
#include "gateway/http/http_handler.h"
#include "platform/metrics/metrics.h"

namespace sail::gateway::engineio {

struct EndpointOptions {
  std::string path = "/engine.io";  // without a slash at the end; requests have one
  bool allow_polling = true;
  bool allow_websocket = true;
  // Largest body of a POST; larger ones are answered 413, which leaves the session alone.
  size_t max_payload = 1'000'000;
  // permessage-deflate for clients that offer it.
  bool allow_deflate = false;
  // Whether a page of this origin may have sockets; empty: no origin is told. Null: requests of every origin,
  // and of none, are welcome, and get no CORS headers.
  std::function<bool(std::string_view origin)> allows_origin;
};

// Answers a WebSocket request with the error and ends the connection: 400, with the message as text/html.
void RefuseUpgrade(const EngineError& error, const std::shared_ptr<ByteStream>& stream);

// One per process. A session's requests may come over any connection: they are carried over to the session's
// loop, its WebSocket is moved there, and what belongs to another gateway is handed to Peers.
//
// The origin is checked for every request, those of known sessions too. A GET without an Origin header is
// judged by its Referer, since browsers send no Origin with the polls of the gateway's own pages.
//
// Any loop's thread.
class Endpoint final : public RequestHandler, public UpgradeHandler {
 public:
  // One LoopSessions for each loop, in the order of the loops' numbers in sids. Nothing is owned; sessions
  // may go before the endpoint once no loop runs. peers may be null: all sessions are here.
  Endpoint(EndpointOptions options, std::vector<LoopSessions*> sessions, const OwnedSids& sids, Peers* peers,
           platform::metrics::Registry& registry);

  // Whether a request is for this endpoint, which Handle takes for granted.
  bool IsForPath(const HttpRequest& request) const;

  void Handle(std::shared_ptr<const HttpRequest> request, std::shared_ptr<Responder> responder) override;
  size_t MaxBodyBytes(const HttpRequest&) override { return options_.max_payload; }
  // Streams for other paths are answered 404.
  void HandleUpgrade(std::shared_ptr<const HttpRequest> request, std::shared_ptr<ByteStream> stream,
                     std::string already_read) override;

  // The loop of the session that the request names, if that is one of this gateway; else null. For requests
  // that a peer has passed on.
  EventLoop* FindLoop(const HttpRequest& request) const;

 private:
  EngineRequestContext ContextOf(const HttpRequest& request) const;
  bool AllowsOriginOf(const HttpRequest& request) const;
  void AddCorsHeaders(const HttpRequest& request, HttpResponse* response) const;
  HttpResponse Preflight(const HttpRequest& request) const;
  void OpenPolling(PollingTransport::Request request, const EngineRequest& engine_request);
  // To the session's loop.
  void HandlePollingOn(LoopSessions& sessions, const std::string& sid, PollingTransport::Request request);
  LoopSessions& SessionsOf(EventLoop& loop) const;

  void Refuse(const std::shared_ptr<ByteStream>& stream, HttpResponse response);
  void RefuseWith(const EngineError& error, const std::shared_ptr<ByteStream>& stream);
  // Answers with 101, or refuses. Sets whether permessage-deflate was accepted.
  bool Accept(const HttpRequest& request, const std::shared_ptr<ByteStream>& stream, bool* deflate);
  void UpgradeOn(LoopSessions& sessions, const std::string& sid, std::shared_ptr<const HttpRequest> request,
                 std::shared_ptr<ByteStream> stream, std::string already_read);

  const EndpointOptions options_;
  const std::vector<LoopSessions*> sessions_;
  const OwnedSids& sids_;
  Peers* const peers_;
  platform::metrics::Counter* const accepted_;
  platform::metrics::Counter* const accepted_polling_;
  platform::metrics::Counter* const refused_;
};

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_ENDPOINT_H_
