#ifndef SAIL_GATEWAY_HTTP_HTTP_CONNECTION_H_
#define SAIL_GATEWAY_HTTP_HTTP_CONNECTION_H_

#include <cstddef>
#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "gateway/http/byte_stream.h"
#include "gateway/http/http_handler.h"
#include "gateway/http/http_metrics.h"
#include "gateway/http/request_parser.h"

namespace sail::gateway {

struct HttpConnectionOptions {
  RequestLimits limits;
  // From the first byte of a request (or the accept) to the end of its head. Then 408.
  absl::Duration head_timeout = absl::Seconds(10);
  // Bodies and responses may take this long, plus the time that min_bytes_per_second gives for what has been
  // transferred: large transfers go on for as long as they make progress.
  absl::Duration transfer_timeout = absl::Seconds(30);
  size_t min_bytes_per_second = 4096;
  // A connection without a request is closed after this.
  absl::Duration idle_timeout = absl::Seconds(65);
  // What clients are told in the Keep-Alive header (Sails: 5). 0 leaves the header out.
  int keep_alive_timeout_seconds = 5;
  // Not owned; may be null.
  HttpMetrics* metrics = nullptr;
};

// HTTP/1.1 (RFC 9112) on one ByteStream: reads requests, hands them on one at a time, writes the responses.
// Pipelined requests wait in a bounded buffer. Owns itself through the stream's callbacks; lives until the
// stream ends or is handed to the UpgradeHandler. All of it on the stream's loop.
class HttpConnection {
 public:
  // `options`, `requests`, `upgrades` (may be null) must outlive the connection. `on_end` runs when the
  // connection is over or has been upgraded.
  static std::shared_ptr<HttpConnection> Start(std::shared_ptr<ByteStream> stream,
                                               const HttpConnectionOptions& options, RequestHandler& requests,
                                               UpgradeHandler* upgrades, Task on_end);

  virtual ~HttpConnection() = default;

  // Ends the connection after the request that it is at; now, if it waits for one.
  virtual void Drain() = 0;

  // Ends it now.
  virtual void Abort() = 0;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_HTTP_CONNECTION_H_
