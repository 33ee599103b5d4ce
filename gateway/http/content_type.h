#ifndef SAIL_GATEWAY_HTTP_CONTENT_TYPE_H_
#define SAIL_GATEWAY_HTTP_CONTENT_TYPE_H_

#include <string_view>

namespace sail::gateway {

// The Content-Type of a file by its extension, text with a charset; application/octet-stream for unknown
// ones.
std::string_view ContentTypeOfFile(std::string_view file_name);

// Whether bodies of this Content-Type gain from compression: what npm compressible says, for the types that a
// server like this sends.
bool IsCompressible(std::string_view content_type);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_CONTENT_TYPE_H_
