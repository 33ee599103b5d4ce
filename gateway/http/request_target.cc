#include "gateway/http/request_target.h"

#include "gateway/http/ascii.h"

namespace sail::gateway {

std::optional<std::string> ToOriginForm(std::string_view method, std::string_view target) {
  if (method == "CONNECT" || target.find('#') != std::string_view::npos) return std::nullopt;
  if (!target.empty() && target.front() == '/') return std::string(target);
  if (target == "*" && method == "OPTIONS") return std::string(target);
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!EqualsIgnoreCase(target.substr(0, scheme.size()), scheme)) continue;
    const std::string_view rest = target.substr(scheme.size());
    const size_t authority = rest.find_first_of("/?");
    if (authority == 0 || rest.empty()) return std::nullopt;
    if (authority == std::string_view::npos) return "/";
    const std::string_view origin = rest.substr(authority);
    return origin.front() == '?' ? "/" + std::string(origin) : std::string(origin);
  }
  return std::nullopt;
}

}  // namespace sail::gateway
