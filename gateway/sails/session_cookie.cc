#include "gateway/sails/session_cookie.h"

#include <utility>

#include "absl/time/time.h"
#include "platform/json/json_text.h"

namespace sail::gateway {

using platform::json::AppendJsonInteger;
using platform::json::AppendJsonString;

SessionCookie::SessionCookie(SessionCookieOptions options)
    : options_(std::move(options)), signer_(options_.secrets) {}

std::string SessionCookie::Read(std::optional<std::string_view> cookie_header) const {
  if (!cookie_header.has_value()) return "";
  const std::optional<std::string> value = FindCookie(*cookie_header, options_.name);
  if (!value.has_value()) return "";
  return signer_.Verify(*value).value_or("");
}

std::string SessionCookie::Write(const std::string& id, int64_t now_ms) const {
  CookieAttributes attributes = options_.attributes;
  if (options_.max_age_ms.has_value())
    attributes.expires_unix_seconds = (now_ms + *options_.max_age_ms) / 1000;
  return FormatSetCookie(options_.name, signer_.Sign(id), attributes);
}

std::string SessionCookie::StoredSettings(int64_t now_ms) const {
  const CookieAttributes& attributes = options_.attributes;
  std::string json = "{\"originalMaxAge\":";
  if (options_.max_age_ms.has_value()) {
    AppendJsonInteger(*options_.max_age_ms, &json);
    json.append(",\"expires\":");
    const absl::Time expires = absl::FromUnixMillis(now_ms + *options_.max_age_ms);
    AppendJsonString(absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", expires, absl::UTCTimeZone()), &json);
  } else {
    json.append("null,\"expires\":null");
  }
  if (attributes.secure) json.append(",\"secure\":true");
  json.append(attributes.http_only ? ",\"httpOnly\":true" : ",\"httpOnly\":false");
  if (!attributes.domain.empty()) {
    json.append(",\"domain\":");
    AppendJsonString(attributes.domain, &json);
  }
  json.append(",\"path\":");
  AppendJsonString(attributes.path, &json);
  if (!attributes.same_site.empty()) {
    json.append(",\"sameSite\":");
    AppendJsonString(attributes.same_site, &json);
  }
  return json + "}";
}

std::string SocketSessionCookie(int64_t) { return R"({"httpOnly":true,"path":"/"})"; }

}  // namespace sail::gateway
