#ifndef SAIL_GATEWAY_HTTP_REQUEST_PARSER_H_
#define SAIL_GATEWAY_HTTP_REQUEST_PARSER_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "gateway/http/head_scanner.h"
#include "gateway/http/http_message.h"

namespace sail::gateway {

struct RequestLimits {
  size_t max_head_bytes = 32 * 1024;   // more: 431
  size_t max_headers = 100;            // more: 431
  size_t max_target_bytes = 8 * 1024;  // more: 414
};

// Incremental parser of HTTP/1.1 requests, without sockets: Boost.Beast's parser behind a check of the raw
// head that refuses whatever two HTTP implementations could read differently (RFC 9112): bare CR or LF, NUL,
// obs-fold, white space before the colon, Content-Length beside Transfer-Encoding, repeated Content-Length,
// any transfer coding but a single "chunked", no or several Host headers.
class RequestParser {
 public:
  enum class State {
    kIdle,  // nothing of a request has been seen
    kHead,  // within the head
    kBody,  // the head is complete, the body is not
    kDone,  // the request is complete
    kError  // see error_status()
  };

  // `max_body_bytes` is asked once per request with a body, when its head is complete.
  RequestParser(const RequestLimits& limits, absl::AnyInvocable<size_t(const HttpRequest&)> max_body_bytes);
  ~RequestParser();

  // Takes bytes and returns how many it has used. Bytes that follow a complete request, or that it needs to
  // see again together with more, are not used: the caller presents them again, followed by what has arrived
  // since.
  size_t Feed(std::string_view bytes);

  State state() const { return state_; }

  // In kBody: the client waits for "100 Continue" before it sends the body.
  bool expects_continue() const;

  // In kBody: bytes of the body so far.
  size_t body_bytes() const;

  // In kError: the status to answer before the connection is closed.
  int error_status() const { return error_status_; }

  // In kDone: a WebSocket upgrade is asked for (and well formed as far as HTTP goes).
  bool is_websocket_upgrade() const;

  // In kDone: the request; the parser is ready for the next one.
  std::shared_ptr<HttpRequest> TakeRequest();

 private:
  class Message;

  size_t FeedHead(std::string_view bytes);
  size_t FeedBody(std::string_view bytes);
  size_t Fail(int status);

  const RequestLimits limits_;
  absl::AnyInvocable<size_t(const HttpRequest&)> max_body_bytes_;
  HeadScanner scanner_;
  std::unique_ptr<Message> message_;
  State state_ = State::kIdle;
  int error_status_ = 0;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_REQUEST_PARSER_H_
