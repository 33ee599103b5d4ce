#include "gateway/http/content_type.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "gateway/http/ascii.h"

namespace sail::gateway {
namespace {

using Entry = std::pair<std::string_view, std::string_view>;

constexpr Entry kTypes[] = {
    {"avif", "image/avif"},
    {"bmp", "image/bmp"},
    {"css", "text/css; charset=UTF-8"},
    {"csv", "text/csv; charset=UTF-8"},
    {"gif", "image/gif"},
    {"htm", "text/html; charset=UTF-8"},
    {"html", "text/html; charset=UTF-8"},
    {"ico", "image/x-icon"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "application/javascript; charset=UTF-8"},
    {"json", "application/json; charset=UTF-8"},
    {"map", "application/json; charset=UTF-8"},
    {"md", "text/markdown; charset=UTF-8"},
    {"mjs", "application/javascript; charset=UTF-8"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"svg", "image/svg+xml"},
    {"ttf", "font/ttf"},
    {"txt", "text/plain; charset=UTF-8"},
    {"wasm", "application/wasm"},
    {"webmanifest", "application/manifest+json"},
    {"webp", "image/webp"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"xml", "application/xml"},
};

constexpr std::string_view kCompressible[] = {
    "application/javascript",
    "application/json",
    "application/rtf",
    "application/wasm",
    "application/xml",
    "application/x-javascript",
    "font/otf",
    "font/ttf",
    "application/x-www-form-urlencoded",
    "image/bmp",
    "image/x-icon",
    "image/vnd.microsoft.icon",
};

}  // namespace

std::string_view ContentTypeOfFile(std::string_view file_name) {
  const size_t dot = file_name.rfind('.');
  if (dot == std::string_view::npos) return "application/octet-stream";
  const std::string extension = AsciiLowered(file_name.substr(dot + 1));
  const auto* entry = std::find_if(std::begin(kTypes), std::end(kTypes),
                                   [&](const Entry& candidate) { return candidate.first == extension; });
  return entry == std::end(kTypes) ? "application/octet-stream" : entry->second;
}

bool IsCompressible(std::string_view content_type) {
  const std::string type = AsciiLowered(TrimSpace(content_type.substr(0, content_type.find(';'))));
  if (type.starts_with("text/")) return type != "text/event-stream";
  if (type.ends_with("+json") || type.ends_with("+xml") || type.ends_with("+text")) return true;
  return std::find(std::begin(kCompressible), std::end(kCompressible), type) != std::end(kCompressible);
}

}  // namespace sail::gateway
