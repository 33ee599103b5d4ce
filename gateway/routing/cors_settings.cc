#include "gateway/routing/cors_settings.h"

#include <algorithm>
#include <vector>

namespace sail::gateway {
namespace {

// "GET,HEAD" from a text or a list.
void ReadList(YamlMap& map, std::string_view key, std::string* value) {
  if (!map.Has(key)) return;
  std::vector<std::string> items;
  map.Strings(key, &items);
  value->clear();
  for (const std::string& item : items) value->append(value->empty() ? "" : ",").append(item);
}

}  // namespace

CorsSettings ReadCorsSettings(YamlMap& map) {
  CorsSettings cors;
  map.Strings("allowOrigins", &cors.allow_origins);
  map.Boolean("allowCredentials", &cors.allow_credentials);
  ReadList(map, "allowRequestMethods", &cors.allow_request_methods);
  ReadList(map, "allowRequestHeaders", &cors.allow_request_headers);
  ReadList(map, "allowResponseHeaders", &cors.allow_response_headers);
  const auto any = std::find(cors.allow_origins.begin(), cors.allow_origins.end(), "*");
  if (any != cors.allow_origins.end()) {
    if (cors.allow_origins.size() > 1) map.Problem("allowOrigins", "may have * only by itself");
    cors.any_origin = true;
    cors.allow_origins.clear();
    // As in Sails: any page of the world could act in the user's name.
    if (cors.allow_credentials)
      map.Problem("allowCredentials", "cannot be true together with allowOrigins *");
  }
  for (const std::string& origin : cors.allow_origins) {
    const size_t scheme = origin.find("://");
    if (scheme == std::string::npos || origin.find('/', scheme + 3) != std::string::npos) {
      map.Problem("allowOrigins",
                  "has \"" + origin + "\", which is not an origin such as https://example.com");
    }
  }
  return cors;
}

}  // namespace sail::gateway
