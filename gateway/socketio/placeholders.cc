#include "gateway/socketio/placeholders.h"

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "platform/json/json_scan.h"

namespace sail::gateway::socketio {
namespace {

enum class Key { kOther, kPlaceholder, kNum };

// An object or array that is still open.
struct Level {
  bool is_object = false;
  bool wants_key = false;
  Key key = Key::kOther;  // of the value that comes next
  bool is_placeholder = false;
  bool num_is_good = false;
};

Key KeyOf(std::string_view raw) {
  std::string unescaped;
  if (raw.find('\\') != std::string_view::npos) {
    auto text = platform::json::UnescapeJsonString(raw);
    if (!text.ok()) return Key::kOther;
    unescaped = *std::move(text);
    return unescaped == "_placeholder" ? Key::kPlaceholder : unescaped == "num" ? Key::kNum : Key::kOther;
  }
  return raw == "\"_placeholder\"" ? Key::kPlaceholder : raw == "\"num\"" ? Key::kNum : Key::kOther;
}

bool IsIndexBelow(std::string_view raw, int limit) {
  if (raw.empty() || !((raw[0] >= '0' && raw[0] <= '9') || raw[0] == '-')) return false;
  const double value = std::strtod(std::string(raw).c_str(), nullptr);
  return value >= 0 && value < limit && value == std::floor(value);
}

// The value of a key that is there twice is the last one.
void TakeValue(Level* level, std::string_view raw, int attachments) {
  if (level->key == Key::kPlaceholder) level->is_placeholder = raw == "true";
  if (level->key == Key::kNum) level->num_is_good = IsIndexBelow(raw, attachments);
  level->key = Key::kOther;
}

size_t EndOfString(std::string_view json, size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] == '\\') ++at;
  }
  return at + 1;
}

size_t EndOfScalar(std::string_view json, size_t at) {
  const size_t end = json.find_first_of(",]} \t\r\n", at);
  return end == std::string_view::npos ? json.size() : end;
}

}  // namespace

absl::Status CheckPlaceholders(std::string_view json, int attachments) {
  std::vector<Level> levels(1);
  for (size_t at = 0; at < json.size();) {
    Level& level = levels.back();
    switch (json[at]) {
      case '{':
      case '[':
        TakeValue(&level, {}, attachments);
        levels.push_back({.is_object = json[at] == '{', .wants_key = json[at] == '{'});
        ++at;
        break;
      case '}':
      case ']':
        if (level.is_placeholder && !level.num_is_good)
          return absl::InvalidArgumentError("illegal attachments");
        if (levels.size() > 1) levels.pop_back();
        ++at;
        break;
      case ',':
        level.wants_key = level.is_object;
        ++at;
        break;
      case ':':
      case ' ':
      case '\t':
      case '\r':
      case '\n':
        ++at;
        break;
      case '"': {
        const size_t end = EndOfString(json, at);
        if (level.wants_key) {
          level.key = KeyOf(json.substr(at, end - at));
          level.wants_key = false;
        } else {
          TakeValue(&level, {}, attachments);
        }
        at = end;
        break;
      }
      default: {
        const size_t end = EndOfScalar(json, at);
        TakeValue(&level, json.substr(at, end - at), attachments);
        at = end;
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace sail::gateway::socketio
