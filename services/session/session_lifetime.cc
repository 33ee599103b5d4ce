#include "services/session/session_lifetime.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "absl/status/statusor.h"
#include "platform/json/json_scan.h"

namespace sail::session {
namespace {

// Redis counts in 64 bits of milliseconds from 1970; nobody means more.
constexpr absl::Duration kLongest = absl::Hours(24 * 36500);

absl::Duration WholeSeconds(absl::Duration duration) {
  return std::clamp(absl::Ceil(duration, absl::Seconds(1)), absl::Seconds(1), kLongest);
}

std::string Field(std::string_view cookie_json, std::string_view name) {
  auto members = platform::json::SplitJsonObject(cookie_json);
  if (!members.ok()) return "";
  for (const auto& member : *members) {
    if (member.key == name) return std::string(member.raw);
  }
  return "";
}

}  // namespace

absl::Duration LifetimeOfNewCookie(std::string_view cookie_json, absl::Time now, absl::Duration default_ttl) {
  const std::string raw = Field(cookie_json, "expires");
  absl::Time expires;
  std::string ignored;
  if (raw.size() < 2 || raw.front() != '"' ||
      !absl::ParseTime(absl::RFC3339_full, raw.substr(1, raw.size() - 2), &expires, &ignored)) {
    return WholeSeconds(default_ttl);
  }
  return WholeSeconds(expires - now);
}

absl::Duration LifetimeOnUse(std::string_view cookie_json, absl::Time now, absl::Duration default_ttl) {
  const std::string raw = Field(cookie_json, "originalMaxAge");
  double milliseconds = 0;
  const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), milliseconds);
  if (raw.empty() || error != std::errc() || end != raw.data() + raw.size()) {
    return LifetimeOfNewCookie(cookie_json, now, default_ttl);
  }
  return WholeSeconds(absl::Milliseconds(milliseconds));
}

}  // namespace sail::session
