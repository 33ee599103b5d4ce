#ifndef SAIL_GATEWAY_HTTP_MULTIPART_H_
#define SAIL_GATEWAY_HTTP_MULTIPART_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sail::gateway {

struct MultipartPart {
  std::string name;
  bool is_file = false;    // has a file name
  std::string_view value;  // points into the body
};

// The parts of a multipart/form-data body (RFC 7578), at most `max_parts`. nullopt if the content type has no
// boundary or the body is malformed or has more parts.
std::optional<std::vector<MultipartPart>> ParseMultipart(std::string_view content_type, std::string_view body,
                                                         size_t max_parts);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_MULTIPART_H_
