// The word between our own nodes that a client has come back elsewhere, as session_resume.lua publishes it in
// the room of the socket's id. Other nodes do not read what is published in rooms that they have nobody in.
#ifndef SAIL_PUBSUB_EVICTION_H_
#define SAIL_PUBSUB_EVICTION_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"

namespace sail::pubsub {

// A broadcast is MessagePack, and never begins like this.
inline bool IsEviction(std::string_view payload) { return payload.starts_with('{'); }

// Gives an Operation with an EvictGhost. INVALID_ARGUMENT: something else.
absl::StatusOr<v1::Operation> DecodeEviction(std::string_view payload, std::string_view ns);

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_EVICTION_H_
