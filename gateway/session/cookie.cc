#include "gateway/session/cookie.h"

#include <algorithm>

#include "gateway/http/ascii.h"
#include "gateway/http/response_format.h"
#include "gateway/routing/percent_decode.h"

namespace sail::gateway {
namespace {

std::string DecodeValue(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    value = value.substr(1, value.size() - 2);
  std::optional<std::string> decoded = DecodeUriComponent(value);
  return decoded ? *std::move(decoded) : std::string(value);
}

// Calls cookie(name, raw value) with each until it returns false.
template <typename Function>
void ForEachCookie(std::string_view header, Function cookie) {
  while (!header.empty()) {
    const size_t end = header.find(';');
    const std::string_view pair = header.substr(0, end);
    const size_t equals = pair.find('=');
    if (equals != std::string_view::npos &&
        !cookie(TrimSpace(pair.substr(0, equals)), TrimSpace(pair.substr(equals + 1)))) {
      return;
    }
    header.remove_prefix(end == std::string_view::npos ? header.size() : end + 1);
  }
}

void AppendUriComponent(std::string_view text, std::string* out) {
  constexpr std::string_view kPlain = "-_.!~*'()";
  constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : text) {
    const bool alphanumeric = (c >= '0' && c <= '9') || (AsciiLower(c) >= 'a' && AsciiLower(c) <= 'z');
    if (alphanumeric || kPlain.find(c) != std::string_view::npos) {
      out->push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out->append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> ParseCookies(std::string_view header) {
  std::vector<std::pair<std::string, std::string>> cookies;
  ForEachCookie(header, [&](std::string_view name, std::string_view value) {
    const bool known =
        std::any_of(cookies.begin(), cookies.end(), [&](const auto& c) { return c.first == name; });
    if (!known && name != "__proto__") cookies.emplace_back(name, DecodeValue(value));
    return true;
  });
  return cookies;
}

std::optional<std::string> FindCookie(std::string_view header, std::string_view name) {
  std::optional<std::string> found;
  ForEachCookie(header, [&](std::string_view candidate, std::string_view value) {
    if (candidate == name) found = DecodeValue(value);
    return !found.has_value();
  });
  return found;
}

std::string FormatSetCookie(std::string_view name, std::string_view value,
                            const CookieAttributes& attributes) {
  std::string text(name);
  text.push_back('=');
  AppendUriComponent(value, &text);
  if (!attributes.domain.empty()) text.append("; Domain=").append(attributes.domain);
  if (!attributes.path.empty()) text.append("; Path=").append(attributes.path);
  if (attributes.expires_unix_seconds)
    text.append("; Expires=").append(HttpDate(*attributes.expires_unix_seconds));
  if (attributes.http_only) text.append("; HttpOnly");
  if (attributes.secure) text.append("; Secure");
  if (!attributes.same_site.empty()) text.append("; SameSite=").append(attributes.same_site);
  return text;
}

}  // namespace sail::gateway
