#include "services/pubsub/json_members.h"

#include <charconv>

#include "platform/json/json_text.h"

namespace sail::pubsub {
namespace {

absl::Status Malformed(const char* what) {
  return absl::InvalidArgumentError(std::string("cluster request: ") + what);
}

}  // namespace

absl::StatusOr<JsonMembers> JsonMembers::Of(std::string_view json) {
  absl::StatusOr<std::vector<platform::json::JsonMember>> members = platform::json::SplitJsonObject(json);
  if (!members.ok()) return Malformed("not a JSON object");
  return JsonMembers(*std::move(members));
}

std::string_view JsonMembers::Raw(std::string_view name) const {
  for (const platform::json::JsonMember& member : members_) {
    if (member.key == name) return member.raw;
  }
  return {};
}

int64_t JsonMembers::Integer(std::string_view name) const {
  const std::string_view raw = Raw(name);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
  return error == std::errc() && end == raw.data() + raw.size() ? value : 0;
}

absl::Status JsonMembers::Texts(std::string_view name, Strings* texts) const {
  if (Raw(name).empty()) return absl::OkStatus();
  auto elements = platform::json::SplitJsonArray(Raw(name));
  if (!elements.ok()) return Malformed("rooms are not an array");
  for (std::string_view raw : *elements) {
    std::string text = TextOf(raw);
    if (text.empty()) return Malformed("a room is neither a string nor a number");
    texts->Add(std::move(text));
  }
  return absl::OkStatus();
}

std::string JsonMembers::TextOf(std::string_view raw) {
  if (raw.starts_with('"')) return platform::json::UnescapeJsonString(raw).value_or("");
  const bool number = !raw.empty() && (raw.front() == '-' || (raw.front() >= '0' && raw.front() <= '9'));
  return number ? std::string(raw) : "";
}

void AppendJsonStrings(const Strings& strings, std::string* json) {
  *json += '[';
  for (int i = 0; i < strings.size(); ++i) {
    if (i > 0) *json += ',';
    platform::json::AppendJsonString(strings[i], json);
  }
  *json += ']';
}

}  // namespace sail::pubsub
