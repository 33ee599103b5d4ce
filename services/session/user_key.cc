#include "services/session/user_key.h"

#include <utility>

#include "platform/json/json_scan.h"

namespace sail::session {
namespace {

constexpr size_t kMaxKeys = 8;
// As deep as a stored session may be, see SessionDocument.
constexpr int kDepth = 512;

// Points into raw; empty if there is none.
std::string_view MemberOf(std::string_view raw, const std::string& key) {
  const auto members = platform::json::SplitJsonObject(raw, kDepth);
  if (!members.ok()) return {};
  for (const auto& member : *members) {
    if (member.key == key) return member.raw;
  }
  return {};
}

bool IsNumber(std::string_view raw) { return raw[0] == '-' || (raw[0] >= '0' && raw[0] <= '9'); }

}  // namespace

absl::StatusOr<UserKey> UserKey::Parse(std::string_view path) {
  UserKey key;
  for (size_t at = 0; at <= path.size();) {
    const size_t dot = std::min(path.find('.', at), path.size());
    if (dot == at) return absl::InvalidArgumentError("a key is empty");
    key.keys_.emplace_back(path.substr(at, dot - at));
    at = dot + 1;
  }
  if (key.keys_.size() > kMaxKeys) return absl::InvalidArgumentError("more than eight keys");
  return key;
}

std::string UserKey::UserOf(const SessionDocument& document) const {
  std::string_view raw = document.raw(keys_[0]);
  for (size_t i = 1; i < keys_.size() && !raw.empty(); ++i) raw = MemberOf(raw, keys_[i]);
  std::string id;
  if (raw.empty()) return id;
  if (raw[0] == '"') {
    id = platform::json::UnescapeJsonString(raw).value_or("");
  } else if (IsNumber(raw)) {
    id = raw;
  }
  if (id.size() > kMaxUserIdBytes) id.clear();
  return id;
}

}  // namespace sail::session
