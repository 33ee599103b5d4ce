// Where the other gateways are.
#ifndef SAIL_GATEWAY_PEERS_PEER_DIRECTORY_H_
#define SAIL_GATEWAY_PEERS_PEER_DIRECTORY_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace sail::gateway {

// Thread-safe.
class PeerDirectory {
 public:
  using Found = std::function<void(absl::StatusOr<std::string> address)>;

  virtual ~PeerDirectory() = default;

  // host:port of a gateway's gRPC server. `found` is called once, on any thread, maybe at once: NOT_FOUND
  // where no such gateway lives, UNAVAILABLE or DEADLINE_EXCEEDED where nobody could tell within two seconds,
  // RESOURCE_EXHAUSTED where too many ask at a time.
  virtual void Find(uint32_t id, Found found) = 0;

  // What is remembered of it has turned out wrong.
  virtual void Forget(uint32_t id) = 0;

  // Whether others can find this gateway.
  virtual bool announced() const = 0;
};

// By the pubsub service (target: see platform/rpc/resolver.h). Announces this gateway under its id for as
// long as the object lives, unless address is empty; answers are remembered for a few seconds, at most 4096
// of them.
std::unique_ptr<PeerDirectory> MakePeerDirectory(const std::string& pubsub_target, uint32_t id,
                                                 const std::string& address);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_PEERS_PEER_DIRECTORY_H_
