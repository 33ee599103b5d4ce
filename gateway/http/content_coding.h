#ifndef SAIL_GATEWAY_HTTP_CONTENT_CODING_H_
#define SAIL_GATEWAY_HTTP_CONTENT_CODING_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace sail::gateway {

enum class ContentCoding { kIdentity, kGzip, kDeflate };

// The header's name of a coding: "gzip", "deflate"; "identity".
std::string_view ContentCodingName(ContentCoding coding);

// `data` compressed; deflate means the zlib format, as HTTP has it. Favours speed over size.
std::string Compress(std::string_view data, ContentCoding coding);

// The inverse, for gzip and deflate (zlib or raw, as clients send either). INVALID_ARGUMENT for data that is
// not in the format, RESOURCE_EXHAUSTED as soon as the result would be larger than `max_bytes`, or larger
// than 64 KiB and more than 100 times the data: the rest is not unpacked.
absl::StatusOr<std::string> Decompress(std::string_view data, ContentCoding coding, size_t max_bytes);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_CONTENT_CODING_H_
