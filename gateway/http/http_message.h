#ifndef SAIL_GATEWAY_HTTP_HTTP_MESSAGE_H_
#define SAIL_GATEWAY_HTTP_HTTP_MESSAGE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sail::gateway {

class ByteStream;

struct HttpHeader {
  std::string name;
  std::string value;
};

// The first header of that name (compared without case), if there is one.
std::optional<std::string_view> FindHeader(const std::vector<HttpHeader>& headers, std::string_view name);

// The values of all headers of that name, joined by ", " ("; " for Cookie) as Node does. nullopt if there is
// none.
std::optional<std::string> JoinHeader(const std::vector<HttpHeader>& headers, std::string_view name);

// A complete request: head and body. Immutable once it has been handed to a handler.
struct HttpRequest {
  std::string method;  // as sent; methods are case-sensitive
  // Origin form, as sent and not decoded: "/user/1?populate=false", or "*" for OPTIONS. An absolute form
  // ("http://host/user") has been reduced to its origin form.
  std::string target;
  // In the client's order and spelling; values without surrounding white space.
  std::vector<HttpHeader> headers;
  std::string body;            // chunked encoding removed, content encoding not
  std::string remote_address;  // of the TCP peer, see ByteStream::remote_address
  int version = 11;            // 10 or 11
  bool keep_alive = true;      // the client wants the connection to go on

  // `target` up to the first '?'.
  std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
  // What follows the first '?', without it; empty if there is none.
  std::string_view query() const {
    const size_t mark = target.find('?');
    return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
  }
  std::optional<std::string_view> header(std::string_view name) const { return FindHeader(headers, name); }
};

// What the body is, for the Content-Type of the envelope (response_writer.h). Ignored by the connection.
enum class ContentKind {
  kNone,    // no body
  kJson,    // application/json; charset=utf-8
  kText,    // text/plain; charset=utf-8
  kHtml,    // text/html; charset=utf-8
  kBinary,  // application/octet-stream
};

// The connection adds what framing needs: Content-Length, Date, Connection, Keep-Alive. Everything else that
// the client should see is in `headers`. Names and values must not contain CR, LF or NUL: such a header is
// dropped.
struct HttpResponse {
  int status = 200;
  std::vector<HttpHeader> headers;
  std::string body;
  // Sent instead of `body` when set.
  std::shared_ptr<const std::string> shared_body;
  ContentKind content = ContentKind::kNone;
  // Ends the connection after this response.
  bool close = false;
  // If set, the response has no end of its own: after its head the connection is handed over, to be written
  // to until it is closed. The callback gets the stream on its loop and has to Start it; what the client
  // sends there is not for anybody. Not called when the client has gone.
  std::function<void(std::shared_ptr<ByteStream>)> on_stream;

  std::string_view body_view() const { return shared_body ? std::string_view(*shared_body) : body; }
  void AddHeader(std::string name, std::string value) {
    headers.push_back({std::move(name), std::move(value)});
  }
};

// The reason phrase ("Not Found"); "Unknown" for a status without one.
std::string_view ReasonPhrase(int status);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_HTTP_MESSAGE_H_
