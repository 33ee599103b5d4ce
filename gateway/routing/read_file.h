#ifndef SAIL_GATEWAY_ROUTING_READ_FILE_H_
#define SAIL_GATEWAY_ROUTING_READ_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace sail::gateway {

// A file of the application's settings as text. A file that does not exist is empty; NOT_FOUND or
// PERMISSION_DENIED with its path for one that cannot be read, RESOURCE_EXHAUSTED above 1 MiB.
absl::StatusOr<std::string> ReadSettingsFile(const std::string& path);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ROUTING_READ_FILE_H_
