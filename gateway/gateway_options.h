// The application's settings as the options of the gateway's parts.
#ifndef SAIL_GATEWAY_GATEWAY_OPTIONS_H_
#define SAIL_GATEWAY_GATEWAY_OPTIONS_H_

#include <map>
#include <string>
#include <vector>

#include "gateway/gateway_config.h"
#include "gateway/http/http_server.h"
#include "gateway/realtime/socket_server.h"
#include "gateway/routing/app_config.h"
#include "gateway/sails/session_cookie.h"

namespace sail::gateway {

SessionCookieOptions CookieOptionsFrom(const AppConfig& app, const GatewayConfig& config);
SocketServerOptions SocketOptionsFrom(const AppConfig& app);
HttpServerOptions HttpOptionsFrom(const GatewayConfig& config);

// URL prefix to folder, the folders from the application's own on.
std::map<std::string, std::string> StaticFoldersFrom(const AppConfig& app, const std::string& app_dir);

// A name that no other gateway process has.
std::string NewGatewayId();

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_GATEWAY_OPTIONS_H_
