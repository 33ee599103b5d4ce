// The other gateways over gRPC, as the endpoint wants them.
#ifndef SAIL_GATEWAY_PEERS_PEER_CLIENT_H_
#define SAIL_GATEWAY_PEERS_PEER_CLIENT_H_

#include <cstddef>
#include <memory>

#include "absl/time/time.h"
#include "gateway/engineio/peers.h"
#include "gateway/peers/peer_directory.h"
#include "platform/metrics/metrics.h"

namespace sail::gateway {

struct PeerClientOptions {
  // How long an owner may take for a request: longer than it may hold a poll.
  absl::Duration timeout = absl::Seconds(60);
  // Forwarded requests and tunnels at a time; further ones are answered 503.
  size_t max_calls = 50'000;
};

// Thread-safe.
class PeerClient : public engineio::Peers {
 public:
  // Closes the connections that are tunnelled, whose sessions live elsewhere, in portions spread over half of
  // the time. Returns when none is left, or at the deadline. Not from a loop's thread.
  virtual void Drain(absl::Time deadline) = 0;
};

// directory must outlive it, as must the loops of the requests. The destructor cancels what is under way and
// waits for its end; not from a loop's thread.
std::unique_ptr<PeerClient> MakePeerClient(PeerDirectory& directory, PeerClientOptions options,
                                           platform::metrics::Registry& registry);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_PEERS_PEER_CLIENT_H_
