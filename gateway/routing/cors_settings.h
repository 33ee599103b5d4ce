#ifndef SAIL_GATEWAY_ROUTING_CORS_SETTINGS_H_
#define SAIL_GATEWAY_ROUTING_CORS_SETTINGS_H_

#include "gateway/routing/route.h"
#include "gateway/routing/yaml_map.h"

namespace sail::gateway {

// Reads Sails' CORS keys of a map (allowOrigins, allowCredentials, ...), which both a route and the whole
// application may have. The caller checks for unknown keys.
CorsSettings ReadCorsSettings(YamlMap& map);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ROUTING_CORS_SETTINGS_H_
