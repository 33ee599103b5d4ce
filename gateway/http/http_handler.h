#ifndef SAIL_GATEWAY_HTTP_HTTP_HANDLER_H_
#define SAIL_GATEWAY_HTTP_HTTP_HANDLER_H_

#include <cstddef>
#include <memory>
#include <string>

#include "gateway/http/byte_stream.h"
#include "gateway/http/http_message.h"

namespace sail::gateway {

// The way back to the client of one request. If every reference is dropped without Send, the client gets a
// 500.
class Responder {
 public:
  virtual ~Responder() = default;

  // Answers. Any thread; the first call counts, later ones are ignored, as is an answer to a client that has
  // gone.
  virtual void Send(HttpResponse response) = 0;

  // Whether the client has closed the connection before it was answered. Any thread.
  virtual bool client_gone() const = 0;

  // Calls `callback` on the loop when the client closes the connection before it is answered, so that work
  // for it can be cancelled. At once, inside this call, if that has happened already. One callback; a second
  // replaces it. It is released after Send. Loop thread only. A client that only ends its sending side counts
  // as gone (as in Node).
  virtual void OnAbort(Task callback) = 0;

  // The loop of the connection.
  virtual EventLoop& loop() = 0;
};

class RequestHandler {
 public:
  virtual ~RequestHandler() = default;

  // Answers a request through `responder`, now or later. Called on the connection's loop; must not block.
  // Requests of one connection come one after the other: the next is handled after the previous one has been
  // answered.
  virtual void Handle(std::shared_ptr<const HttpRequest> request, std::shared_ptr<Responder> responder) = 0;

  // The largest body to accept for a request whose head (all but the body) has arrived. Larger ones are
  // answered 413 without being read. Called on the connection's loop for every request that announces a body.
  virtual size_t MaxBodyBytes(const HttpRequest& head) { return 1 << 20; }
};

class UpgradeHandler {
 public:
  virtual ~UpgradeHandler() = default;

  // Takes over the connection of a request with "Upgrade: websocket" (a GET of HTTP/1.1 without a body; all
  // other upgrades are ignored, as RFC 9110 allows). The handler owns the stream from here on, has to Start
  // it, and writes the whole response itself, the refusal too (FormatResponse in response_format.h).
  // `already_read` are bytes that followed the request's head. Nothing has been read further; no timeout
  // applies any more. Called on the stream's loop.
  virtual void HandleUpgrade(std::shared_ptr<const HttpRequest> request, std::shared_ptr<ByteStream> stream,
                             std::string already_read) = 0;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_HTTP_HANDLER_H_
