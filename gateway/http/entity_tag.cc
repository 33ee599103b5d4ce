#include "gateway/http/entity_tag.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <charconv>
#include <ctime>
#include <optional>

#include "gateway/http/ascii.h"

namespace sail::gateway {
namespace {

std::string_view WithoutWeakness(std::string_view tag) {
  return tag.substr(0, 2) == "W/" ? tag.substr(2) : tag;
}

std::optional<time_t> ParseDate(std::string_view text) {
  tm parts{};
  const std::string copy(text);
  const char* const end = strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return timegm(&parts);
}

bool ForbidsCache(const HttpRequest& request) {
  bool forbidden = false;
  if (const auto control = request.header("cache-control")) {
    ForEachListItem(*control, [&](std::string_view item) { forbidden = forbidden || item == "no-cache"; });
  }
  return forbidden;
}

}  // namespace

std::string WeakEntityTag(std::string_view body) {
  unsigned char hash[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(body.data()), body.size(), hash);
  unsigned char text[(SHA_DIGEST_LENGTH + 2) / 3 * 4 + 1];
  EVP_EncodeBlock(text, hash, sizeof(hash));
  char size[16];
  const auto end = std::to_chars(size, size + sizeof(size), body.size(), 16).ptr;
  std::string tag = "W/\"";
  tag.append(size, end).append("-").append(reinterpret_cast<const char*>(text), 27).append("\"");
  return tag;
}

bool IsFresh(const HttpRequest& request, std::string_view entity_tag, std::string_view last_modified) {
  const auto none_match = request.header("if-none-match");
  const auto modified_since = request.header("if-modified-since");
  if ((!none_match && !modified_since) || ForbidsCache(request)) return false;
  if (none_match) {
    // RFC 9110: a date beside the tags does not count.
    if (TrimSpace(*none_match) == "*") return true;
    bool matches = false;
    ForEachListItem(*none_match, [&](std::string_view tag) {
      matches = matches || (!entity_tag.empty() && WithoutWeakness(tag) == WithoutWeakness(entity_tag));
    });
    return matches;
  }
  const auto since = ParseDate(*modified_since);
  const auto modified = ParseDate(last_modified);
  return since && modified && *modified <= *since;
}

}  // namespace sail::gateway
