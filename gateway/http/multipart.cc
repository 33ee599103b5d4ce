#include "gateway/http/multipart.h"

#include "gateway/http/ascii.h"

namespace sail::gateway {
namespace {

constexpr size_t kMaxBoundary = 70;  // RFC 2046

// The value of a parameter (`; name=value` or `; name="quoted"`) of a header.
std::optional<std::string> Parameter(std::string_view header, std::string_view name) {
  size_t position = header.find(';');
  while (position != std::string_view::npos) {
    const size_t start = ++position;
    const size_t equals = header.find('=', start);
    if (equals == std::string_view::npos) return std::nullopt;
    const bool wanted = EqualsIgnoreCase(TrimSpace(header.substr(start, equals - start)), name);
    position = equals + 1;
    std::string value;
    if (position < header.size() && header[position] == '"') {
      for (++position; position < header.size() && header[position] != '"'; ++position) {
        // Browsers escape quotes as %22; others with a backslash.
        if (header[position] == '\\' && position + 1 < header.size() && header[position + 1] == '"')
          ++position;
        value.push_back(header[position]);
      }
      position = header.find(';', position);
    } else {
      const size_t end = header.find(';', position);
      value = std::string(TrimSpace(header.substr(position, end - position)));
      position = end;
    }
    if (wanted) return value;
  }
  return std::nullopt;
}

// Reads a part's headers off the front; false if they are malformed.
bool TakeHeaders(std::string_view* part, MultipartPart* result) {
  bool named = false;
  while (true) {
    const size_t end = part->find("\r\n");
    if (end == std::string_view::npos) return false;
    const std::string_view line = part->substr(0, end);
    part->remove_prefix(end + 2);
    if (line.empty()) return named;
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    if (!EqualsIgnoreCase(line.substr(0, colon), "content-disposition")) continue;
    std::optional<std::string> name = Parameter(line, "name");
    if (!name) return false;
    named = true;
    result->name = *std::move(name);
    result->is_file = Parameter(line, "filename").has_value() || Parameter(line, "filename*").has_value();
  }
}

}  // namespace

std::optional<std::vector<MultipartPart>> ParseMultipart(std::string_view content_type, std::string_view body,
                                                         size_t max_parts) {
  const std::optional<std::string> boundary = Parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kMaxBoundary) return std::nullopt;
  const std::string delimiter = "\r\n--" + *boundary;
  // The first delimiter may stand at the very beginning; a preamble before it is ignored.
  if (body.starts_with(delimiter.substr(2))) {
    body.remove_prefix(delimiter.size() - 2);
  } else {
    const size_t first = body.find(delimiter);
    if (first == std::string_view::npos) return std::nullopt;
    body.remove_prefix(first + delimiter.size());
  }
  std::vector<MultipartPart> parts;
  while (!body.starts_with("--")) {
    const size_t line_end = body.find("\r\n");
    if (line_end == std::string_view::npos || !TrimSpace(body.substr(0, line_end)).empty())
      return std::nullopt;
    const size_t end = body.find(delimiter, line_end + 2);
    if (end == std::string_view::npos || parts.size() == max_parts) return std::nullopt;
    MultipartPart result;
    result.value = body.substr(line_end + 2, end - line_end - 2);
    if (!TakeHeaders(&result.value, &result)) return std::nullopt;
    parts.push_back(std::move(result));
    body.remove_prefix(end + delimiter.size());
  }
  return parts;
}

}  // namespace sail::gateway
