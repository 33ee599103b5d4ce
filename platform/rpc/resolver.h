// The addresses behind a target, so that a caller can hold one connection to each replica and choose by
// itself.
#ifndef SAIL_PLATFORM_RPC_RESOLVER_H_
#define SAIL_PLATFORM_RPC_RESOLVER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace sail::platform::rpc {

// target: "host:port[,host:port…]" or "dns:///host:port". A name gives all of its addresses (a headless
// Service of Kubernetes: one for each ready pod). Blocks for as long as the system's resolver takes.
//
// Returns addresses as gRPC takes them ("ipv4:127.0.0.1:50051", "ipv6:[::1]:50051"), sorted, each once.
// Errors: INVALID_ARGUMENT for a malformed target, UNAVAILABLE where a name does not resolve.
absl::StatusOr<std::vector<std::string>> Resolve(const std::string& target);

}  // namespace sail::platform::rpc

#endif  // SAIL_PLATFORM_RPC_RESOLVER_H_
