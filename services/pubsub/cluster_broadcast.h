// Broadcasts on the cluster bus: the MessagePack array [uid, packet, opts] of the classic Socket.IO Redis
// adapter. Where history is on, publish.lua appends the sequence number as a fourth element, which other
// nodes ignore.
//
// The service's value for what happens in rooms is the API's own message, sail.pubsub.v1.Operation: it only
// carries them.
#ifndef SAIL_PUBSUB_CLUSTER_BROADCAST_H_
#define SAIL_PUBSUB_CLUSTER_BROADCAST_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"

namespace sail::pubsub {

// Byte for byte what @socket.io/redis-adapter 8 publishes: keys and numbers in its order and forms.
// INVALID_ARGUMENT: the data is not a JSON array that begins with a string, or a placeholder has no
// attachment.
absl::StatusOr<std::string> EncodeBroadcast(std::string_view uid, std::string_view ns,
                                            const v1::Broadcast& broadcast);

// Takes keys in any order, ignores keys it does not know, and accepts rooms that are numbers.
// INVALID_ARGUMENT: not MessagePack, not a broadcast, not an event packet, or for a namespace other than ns.
// Gives an Operation with a Broadcast, and its seq if it has one.
absl::StatusOr<v1::Operation> DecodeBroadcast(std::string_view payload, std::string_view ns);

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_CLUSTER_BROADCAST_H_
