#ifndef SAIL_GATEWAY_HTTP_HTTP_SERVER_H_
#define SAIL_GATEWAY_HTTP_HTTP_SERVER_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/http/event_loops.h"
#include "gateway/http/http_connection.h"
#include "gateway/http/http_handler.h"
#include "gateway/http/http_metrics.h"

namespace sail::gateway {

struct HttpServerOptions {
  // "host:port"; an empty host means all addresses, "[::]" all of both families. Port 0: any free one.
  std::string address = "0.0.0.0:1337";
  // Connections at one time, upgraded ones included. One more is answered 503 and closed. Start lowers it to
  // what the limit of open files allows, after it has raised that limit as far as it may.
  size_t max_connections = 60000;
  HttpConnectionOptions connection;
};

// An HTTP/1.1 server: listens on one address with every loop (SO_REUSEPORT) and runs an HttpConnection per
// client. A port that another process listens on is an error, also if that process shares its port.
//
// Out of file descriptors it pauses accepting and tries again after 100 ms.
class HttpServer {
 public:
  // Loops, handlers and registry are not owned and must outlive the server; upgrades and registry may be
  // null.
  HttpServer(HttpServerOptions options, EventLoops& loops, RequestHandler& requests, UpgradeHandler* upgrades,
             platform::metrics::Registry* registry = nullptr);
  // Aborts what is still open. All callbacks have ended when it returns.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Listens. INVALID_ARGUMENT for an address that cannot be understood, UNAVAILABLE for one that cannot be
  // bound.
  absl::Status Start();

  // The bound port, after Start.
  int port() const;

  // Accepted connections that are still open, upgraded ones included. Any thread.
  size_t connection_count() const;

  // Stops accepting, closes connections that wait for a request, and ends the others with the response they
  // are at
  // ("Connection: close"). Returns when all connections of HTTP have ended, or at the deadline, when it
  // aborts the rest. Upgraded connections are their handlers' to end. Not from a loop's thread.
  void Drain(absl::Duration deadline);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_HTTP_SERVER_H_
