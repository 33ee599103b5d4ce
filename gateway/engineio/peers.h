// The other gateways, for requests that name a session of theirs.
#ifndef SAIL_GATEWAY_ENGINEIO_PEERS_H_
#define SAIL_GATEWAY_ENGINEIO_PEERS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "gateway/http/byte_stream.h"
#include "gateway/http/http_handler.h"

namespace sail::gateway::engineio {

// Both are called on the connection's loop and do not block.
class Peers {
 public:
  virtual ~Peers() = default;

  // Has the owner answer the request. One that is not there: "Session ID unknown".
  virtual void Forward(uint32_t owner, std::shared_ptr<const HttpRequest> request,
                       std::shared_ptr<Responder> responder) = 0;

  // Has the owner speak with the client, from the answer to the request on.
  virtual void Tunnel(uint32_t owner, std::shared_ptr<const HttpRequest> request,
                      std::shared_ptr<ByteStream> stream, std::string already_read) = 0;
};

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_PEERS_H_
