// What the cluster may know of a socket.
#ifndef SAIL_GATEWAY_REALTIME_SOCKET_DESCRIPTION_H_
#define SAIL_GATEWAY_REALTIME_SOCKET_DESCRIPTION_H_

#include <string>

#include "gateway/socketio/socket.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"

namespace sail::gateway {

// The socket's id, and of the rest what is asked for. The handshake is what Node's socket.handshake has: the
// request that opened the connection, its headers with lower-case names and joined as Node joins them.
pubsub::v1::SocketInfo DescribeSocket(const socketio::Socket& socket, const std::string& gateway_id,
                                      const pubsub::v1::DescribeSockets& wanted);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_REALTIME_SOCKET_DESCRIPTION_H_
