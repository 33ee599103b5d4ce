// What an operation must be before we carry it out.
#ifndef SAIL_PUBSUB_OPERATION_CHECK_H_
#define SAIL_PUBSUB_OPERATION_CHECK_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"

namespace sail::pubsub {

// Bytes.
inline constexpr size_t kMaxNamespace = 256;
inline constexpr size_t kMaxRoom = 1024;
inline constexpr size_t kMaxDedupId = 128;

// "/" for the empty one.
inline std::string NamespaceOf(const std::string& ns) { return ns.empty() ? "/" : ns; }

// INVALID_ARGUMENT: a namespace that does not begin with "/", has a "#" (it would share another one's
// channel) or is too long; a room that is too long.
absl::Status CheckRoom(std::string_view ns, std::string_view room);

// INVALID_ARGUMENT says what is wrong with the operation. The event's data is checked when it is encoded.
absl::Status CheckOperation(const v1::Operation& operation);

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_OPERATION_CHECK_H_
