#include "gateway/session/stored_cookie.h"

#include <charconv>

#include "platform/json/json_scan.h"
#include "platform/json/json_text.h"

namespace sail::gateway {
namespace {

using platform::json::JsonMember;

// Browsers take no more than 400 days; this keeps the arithmetic and the date's form in bounds.
constexpr double kLongestMilliseconds = 366.0 * 100 * 24 * 3600 * 1000;

std::optional<absl::Duration> MaxAge(std::string_view raw) {
  double milliseconds = 0;
  const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), milliseconds);
  if (raw.empty() || error != std::errc() || end != raw.data() + raw.size()) return std::nullopt;
  if (!(milliseconds >= 0 && milliseconds <= kLongestMilliseconds)) return std::nullopt;
  return absl::Milliseconds(milliseconds);
}

}  // namespace

std::optional<absl::Time> StoredExpiry(std::string_view cookie_json) {
  const auto members = platform::json::SplitJsonObject(cookie_json);
  if (!members.ok()) return std::nullopt;
  for (const JsonMember& member : *members) {
    if (member.key != "expires") continue;
    const auto text = platform::json::UnescapeJsonString(member.raw);
    absl::Time expires;
    std::string ignored;
    if (text.ok() && absl::ParseTime(absl::RFC3339_full, *text, &expires, &ignored)) return expires;
  }
  return std::nullopt;
}

std::optional<std::string> SlideExpiry(std::string_view cookie_json, absl::Time now) {
  const auto members = platform::json::SplitJsonObject(cookie_json);
  if (!members.ok()) return std::nullopt;
  std::optional<absl::Duration> max_age;
  for (const JsonMember& member : *members) {
    if (member.key == "originalMaxAge") max_age = MaxAge(member.raw);
  }
  if (!max_age.has_value()) return std::nullopt;
  std::string slid = "{";
  for (const JsonMember& member : *members) {
    if (slid.size() > 1) slid.push_back(',');
    platform::json::AppendJsonString(member.key, &slid);
    slid.push_back(':');
    if (member.key == "expires") {
      platform::json::AppendJsonString(IsoTime(now + *max_age), &slid);
    } else {
      slid.append(member.raw);
    }
  }
  return slid + "}";
}

std::string IsoTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

}  // namespace sail::gateway
