#include "gateway/sails/session_cookie.h"

#include <utility>

#include "gateway/session/stored_cookie.h"
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

bool SessionCookie::CoversPath(std::string_view path) const {
  return path.starts_with(options_.attributes.path);
}

std::optional<std::string> SessionCookie::Due(const CommittedSession& committed,
                                              std::string_view protocol) const {
  const RequestSession& session = committed.session;
  if (!session.enabled || session.id.empty()) return std::nullopt;
  if (options_.attributes.secure && protocol != "https") return std::nullopt;
  CookieAttributes attributes = options_.attributes;
  if (const auto expires = StoredExpiry(session.cookie_json); expires.has_value()) {
    attributes.expires_unix_seconds = absl::ToUnixSeconds(*expires);
  }
  const bool moved_on = committed.data_changed && attributes.expires_unix_seconds.has_value();
  if (!committed.id_changed && !moved_on && !options_.rolling) return std::nullopt;
  return FormatSetCookie(options_.name, signer_.Sign(session.id), attributes);
}

std::string SessionCookie::StoredSettings(absl::Time now) const {
  const CookieAttributes& attributes = options_.attributes;
  std::string json = "{\"originalMaxAge\":";
  if (options_.max_age_ms.has_value()) {
    AppendJsonInteger(*options_.max_age_ms, &json);
    json.append(",\"expires\":");
    AppendJsonString(IsoTime(now + absl::Milliseconds(*options_.max_age_ms)), &json);
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

std::string SocketSessionCookie(absl::Time) { return R"({"httpOnly":true,"path":"/"})"; }

}  // namespace sail::gateway
