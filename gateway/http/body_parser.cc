#include "gateway/http/body_parser.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "gateway/http/ascii.h"
#include "gateway/http/content_coding.h"
#include "gateway/http/multipart.h"
#include "gateway/routing/percent_decode.h"
#include "gateway/routing/query_string.h"
#include "gateway/routing/query_value.h"
#include "platform/json/json_scan.h"
#include "platform/json/utf8.h"

namespace sail::gateway {
namespace {

constexpr size_t kMaxParameters = 1000;

ParsedBody Refused(int status) { return {.error_status = status}; }

std::string_view MediaType(std::string_view content_type) {
  return TrimSpace(content_type.substr(0, content_type.find(';')));
}

// Whether a declared charset is one that this parser reads; an undeclared one is UTF-8.
bool IsUtf8Charset(std::string_view content_type) {
  const std::string lowered = AsciiLowered(content_type);
  const size_t position = lowered.find("charset=");
  if (position == std::string::npos) return true;
  std::string_view charset = std::string_view(lowered).substr(position + 8);
  charset = TrimSpace(charset.substr(0, charset.find(';')));
  if (charset.size() >= 2 && charset.front() == '"') charset = charset.substr(1, charset.size() - 2);
  return charset == "utf-8" || charset == "utf8" || charset == "us-ascii";
}

// The body without its content codings; a status in `error` if that cannot be.
std::string Unpacked(const HttpRequest& request, size_t max_bytes, int* error) {
  const std::string coding = AsciiLowered(TrimSpace(request.header("content-encoding").value_or("identity")));
  if (coding == "identity") return request.body;
  if (coding != "gzip" && coding != "x-gzip" && coding != "deflate") {
    *error = 415;
    return "";
  }
  auto unpacked = Decompress(request.body,
                             coding == "deflate" ? ContentCoding::kDeflate : ContentCoding::kGzip, max_bytes);
  if (unpacked.ok()) return *std::move(unpacked);
  *error = absl::IsResourceExhausted(unpacked.status()) ? 413 : 400;
  return "";
}

// nullopt unless the text is a JSON object or array.
std::optional<std::string> AsJson(std::string text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  if (text.empty()) return "{}";
  const char first = platform::json::FirstJsonCharacter(text);
  if (first != '{' && first != '[') return std::nullopt;
  if (!platform::json::IsUtf8(text)) text = ReplaceInvalidUtf8(text);
  if (!platform::json::ValidateJson(text).ok()) return std::nullopt;
  return text;
}

ParsedBody ParseForm(std::string_view body) {
  const auto parameters = static_cast<size_t>(std::count(body.begin(), body.end(), '&')) + 1;
  if (parameters > kMaxParameters) return Refused(400);
  // Express's body-parser widens the limits that queries have.
  return {.json = ParseNestedQuery(ReplaceInvalidUtf8(body),
                                   {.depth = 32, .array_limit = std::max<size_t>(100, parameters)})};
}

ParsedBody ParseMultipartForm(std::string_view content_type, std::string_view body) {
  const auto parts = ParseMultipart(content_type, body, kMaxParameters);
  if (!parts) return Refused(400);
  QueryValue fields = QueryValue::Object();
  for (const MultipartPart& part : *parts) {
    if (part.is_file || part.name == "__proto__") continue;
    const std::string name = ReplaceInvalidUtf8(part.name);
    QueryValue value = QueryValue::String(ReplaceInvalidUtf8(part.value));
    const bool known = fields.Has(name);
    QueryValue& field = fields.At(name);
    field =
        known ? QueryValue::Combine(std::move(field), std::move(value), kMaxParameters) : std::move(value);
  }
  ParsedBody parsed;
  fields.AppendJson(&parsed.json);
  return parsed;
}

}  // namespace

ParsedBody ParseBody(const HttpRequest& request, size_t max_bytes) {
  if (request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS") return {};
  if (request.body.empty()) return {.json = "{}"};
  if (request.body.size() > max_bytes) return Refused(413);
  int error = 0;
  std::string body = Unpacked(request, max_bytes, &error);
  if (error != 0) return Refused(error);

  const std::string_view content_type = request.header("content-type").value_or("");
  const std::string_view type = MediaType(content_type);
  if (EqualsIgnoreCase(type, "application/json")) {
    if (!IsUtf8Charset(content_type)) return Refused(415);
    std::optional<std::string> json = AsJson(std::move(body));
    return json ? ParsedBody{.json = *std::move(json)} : Refused(400);
  }
  if (EqualsIgnoreCase(type, "application/x-www-form-urlencoded")) {
    return IsUtf8Charset(content_type) ? ParseForm(body) : Refused(415);
  }
  if (EqualsIgnoreCase(type, "multipart/form-data")) return ParseMultipartForm(content_type, body);
  return {.json = AsJson(std::move(body)).value_or("{}")};
}

}  // namespace sail::gateway
