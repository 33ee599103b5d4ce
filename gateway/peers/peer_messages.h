// HTTP requests and responses as messages between gateways: the only place where the two meet.
#ifndef SAIL_GATEWAY_PEERS_PEER_MESSAGES_H_
#define SAIL_GATEWAY_PEERS_PEER_MESSAGES_H_

#include <memory>

#include "gateway/http/http_message.h"
#include "protos/sail/gateway/v1/peer.pb.h"

namespace sail::gateway {

void ToMessage(const HttpRequest& request, v1::Request* message);
// Takes what it can out of the message. Never null; what the client meant is for the endpoint to judge.
std::shared_ptr<const HttpRequest> FromMessage(v1::Request&& message);

void ToMessage(HttpResponse&& response, v1::ForwardResponse* message);
HttpResponse FromMessage(v1::ForwardResponse&& message);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_PEERS_PEER_MESSAGES_H_
