#ifndef SAIL_GATEWAY_HTTP_DESCRIPTOR_LIMIT_H_
#define SAIL_GATEWAY_HTTP_DESCRIPTOR_LIMIT_H_

#include <cstddef>

namespace sail::gateway {

// Raises the process's soft limit of open files as far as the hard one lets it, up to `wanted`, and returns
// the limit that holds now. Many systems start with 1024.
size_t RaiseDescriptorLimit(size_t wanted);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_DESCRIPTOR_LIMIT_H_
