#include "gateway/routing/origin_list.h"

#include <algorithm>

namespace sail::gateway {
namespace {

constexpr std::string_view kAnyPort = ":*";

bool IsPort(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool Matches(std::string_view pattern, std::string_view origin) {
  if (!pattern.ends_with(kAnyPort)) return pattern == origin;
  const std::string_view host = pattern.substr(0, pattern.size() - kAnyPort.size());
  if (!origin.starts_with(host)) return false;
  origin.remove_prefix(host.size());
  return origin.empty() || (origin.front() == ':' && IsPort(origin.substr(1)));
}

}  // namespace

bool IsOriginPattern(std::string_view text) {
  const size_t scheme = text.find("://");
  if (scheme == 0 || scheme == std::string_view::npos) return false;
  std::string_view host = text.substr(scheme + 3);
  if (host.ends_with(kAnyPort)) host.remove_suffix(kAnyPort.size());
  return !host.empty() && host.find_first_of("/*?# ") == std::string_view::npos;
}

bool OriginIsListed(const std::vector<std::string>& patterns, std::string_view origin) {
  if (origin.empty()) return false;
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return Matches(pattern, origin); });
}

}  // namespace sail::gateway
