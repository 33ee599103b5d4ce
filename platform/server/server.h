// The life of a process: signals, the gRPC server with health and reflection, the admin port, readiness,
// drain.
//
//   int main() {
//     ... config ...
//     Server server(options, registry);       // first of all: it blocks the signals for every thread made
//     later
//     ... parts, in the order of their dependencies ...
//     server.AddService(&service);
//     if (absl::Status status = server.Start(); !status.ok()) ...
//     return server.Run();
//   }
//
// On SIGTERM or SIGINT: readiness goes off (/readyz 503, gRPC health NOT_SERVING), drain_delay passes so that
// balancers take notice, the drain functions run in the order they were added, then the gRPC server shuts
// down: calls in flight have until drain_timeout after the signal. A second signal ends the process at once.
#ifndef SAIL_PLATFORM_SERVER_SERVER_H_
#define SAIL_PLATFORM_SERVER_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace grpc {
class Service;
}

namespace sail::platform {

class ConfigReader;

namespace metrics {
class Registry;
}

struct ServerOptions {
  std::string name;           // "session"; in the log and in the health service
  std::string grpc_address;   // host:port; empty: no gRPC server. Port 0 picks a free one
  std::string admin_address;  // host:port of /healthz, /readyz and /metrics; empty: none
  absl::Duration drain_delay;
  absl::Duration drain_timeout = absl::Seconds(10);
};

// Reads SAIL_GRPC_ADDRESS (unless default_grpc_address is empty: then the process has no gRPC server),
// SAIL_ADMIN_ADDRESS, SAIL_DRAIN_DELAY_MS, SAIL_DRAIN_TIMEOUT_MS and SAIL_LOG_LEVEL, which it sets.
ServerOptions ReadServerOptions(const std::string& name, const std::string& default_grpc_address,
                                ConfigReader& reader);

class Server {
 public:
  Server(ServerOptions options, metrics::Registry& registry);
  ~Server();

  // All before Start. The services must outlive the server.
  void AddService(grpc::Service* service);
  // Asked for every /readyz, from any thread: whether this part has started. Not whether a shared store
  // answers.
  void AddReadiness(const std::string& name, std::function<bool()> ready);
  // Called on the main thread with the time at which it must have returned.
  void OnDrain(std::function<void(absl::Time deadline)> drain);

  // Opens the ports. Errors: UNAVAILABLE where a port is taken or an address is not this machine's.
  absl::Status Start();
  // Blocks until the drain is over; the exit status of main.
  int Run();
  // As a signal does; for tests. Thread-safe.
  void RequestStop();

  // After Start: the ports in use.
  int grpc_port() const;
  int admin_port() const;

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace sail::platform

#endif  // SAIL_PLATFORM_SERVER_SERVER_H_
