// absl::Status to grpc::Status and back: the only place where the two meet.
#ifndef SAIL_PLATFORM_RPC_STATUS_CONVERSION_H_
#define SAIL_PLATFORM_RPC_STATUS_CONVERSION_H_

#include <string>

#include "absl/status/status.h"

namespace grpc {
class Status;
}

namespace sail::platform::rpc {

// The payload of a status that travels as the details of a gRPC status (binary): text for the caller's
// program.
inline constexpr char kDetailsUrl[] = "sail/details";

grpc::Status ToGrpc(const absl::Status& status);
absl::Status FromGrpc(const grpc::Status& status);

// As they travel in the replies of the batching streams.
absl::Status StatusFrom(int code, const std::string& message);

}  // namespace sail::platform::rpc

#endif  // SAIL_PLATFORM_RPC_STATUS_CONVERSION_H_
