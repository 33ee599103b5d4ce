#include "gateway/sse/event_text.h"

#include <vector>

#include "platform/json/json_scan.h"

namespace sail::gateway::sse {
namespace {

constexpr std::string_view kEventPacket = "42[";

void AppendLine(std::string_view field, std::string_view value, std::string* out) {
  if (value.empty()) return;
  out->append(field).append(": ");
  for (const char c : value) *out += c == '\n' || c == '\r' || c == '\0' ? ' ' : c;
  *out += '\n';
}

}  // namespace

std::string FormatEvent(std::string_view id, std::string_view name, std::string_view data) {
  std::string text;
  text.reserve(id.size() + name.size() + data.size() + 32);
  AppendLine("id", id, &text);
  AppendLine("event", name, &text);
  for (size_t start = 0;;) {
    const size_t end = data.find_first_of("\r\n", start);
    text.append("data: ").append(data.substr(start, end - start)).append("\n");
    if (end == std::string_view::npos) break;
    start = end + (data.substr(end, 2) == "\r\n" ? 2 : 1);
  }
  text += '\n';
  return text;
}

std::optional<std::string> FormatSocketEvent(std::string_view id, std::string_view packet) {
  if (!packet.starts_with(kEventPacket)) return std::nullopt;
  const std::string_view array = packet.substr(kEventPacket.size() - 1);
  const auto parts = platform::json::SplitJsonArray(array);
  if (!parts.ok() || parts->empty()) return std::nullopt;
  const std::string_view first = parts->front();
  const auto name = first.starts_with('"') ? platform::json::UnescapeJsonString(first) : std::string(first);
  if (!name.ok()) return std::nullopt;
  if (parts->size() == 2) return FormatEvent(id, *name, (*parts)[1]);
  std::string data = "[";
  for (size_t i = 1; i < parts->size(); ++i) {
    if (i > 1) data += ',';
    data += (*parts)[i];
  }
  data += ']';
  return FormatEvent(id, *name, data);
}

}  // namespace sail::gateway::sse
