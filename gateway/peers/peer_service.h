// sail.gateway.v1.PeerService over gRPC: what other gateways' clients want of the sessions here.
#ifndef SAIL_GATEWAY_PEERS_PEER_SERVICE_H_
#define SAIL_GATEWAY_PEERS_PEER_SERVICE_H_

#include <memory>

#include "gateway/engineio/endpoint.h"
#include "platform/metrics/metrics.h"

namespace grpc {
class Service;
}

namespace sail::gateway {

// Nothing blocks: requests go to the loop of the session that they name.
class PeerService {
 public:
  // endpoint and its loops must outlive the calls.
  PeerService(engineio::Endpoint& endpoint, platform::metrics::Registry& registry);
  ~PeerService();

  grpc::Service* service() const;

 private:
  class Calls;
  const std::unique_ptr<Calls> calls_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_PEERS_PEER_SERVICE_H_
