// Where binary arguments stand in a JSON payload: objects {"_placeholder":true,"num":N}, at any depth.
#ifndef SAIL_GATEWAY_SOCKETIO_PLACEHOLDERS_H_
#define SAIL_GATEWAY_SOCKETIO_PLACEHOLDERS_H_

#include <string_view>

#include "absl/status/status.h"

namespace sail::gateway::socketio {

// INVALID_ARGUMENT if a placeholder has no num from 0 to attachments - 1. An attachment without placeholder,
// or with several, is fine. json must be valid (ParsePacket has seen to that). One pass, no allocation per
// value.
absl::Status CheckPlaceholders(std::string_view json, int attachments);

}  // namespace sail::gateway::socketio

#endif  // SAIL_GATEWAY_SOCKETIO_PLACEHOLDERS_H_
