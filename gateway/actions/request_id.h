// Ids that follow a request through the logs of all processes.
#ifndef SAIL_GATEWAY_ACTIONS_REQUEST_ID_H_
#define SAIL_GATEWAY_ACTIONS_REQUEST_ID_H_

#include <optional>
#include <string>
#include <string_view>

namespace sail::gateway {

// given: the client's X-Request-Id, which is taken over if it is 1 to 64 of [A-Za-z0-9._-]; otherwise a new
// id, unique among all gateways. Thread-safe.
std::string RequestId(std::optional<std::string_view> given);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ACTIONS_REQUEST_ID_H_
