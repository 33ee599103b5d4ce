// The settings as the options of the gateway's parts.
#ifndef SAIL_GATEWAY_GATEWAY_OPTIONS_H_
#define SAIL_GATEWAY_GATEWAY_OPTIONS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "gateway/actions/request_session.h"
#include "gateway/actions/route_source.h"
#include "gateway/gateway_config.h"
#include "gateway/http/http_server.h"
#include "gateway/http/static_files.h"
#include "gateway/peers/peer_client.h"
#include "gateway/realtime/socket_server.h"
#include "gateway/sails/http_handler.h"
#include "gateway/sails/session_cookie.h"
#include "gateway/sails/socket_events.h"
#include "gateway/security/csrf_guard.h"

namespace sail::gateway {

SessionCookieOptions CookieOptionsFrom(const GatewayConfig& config);
// Sessions of HTTP requests, and of sockets that came without one. cookie and csrf must outlive the options.
RequestSessionsOptions HttpSessionsFrom(const GatewayConfig& config, const SessionCookie& cookie,
                                        const CsrfGuard& csrf);
RequestSessionsOptions SocketSessionsFrom(const GatewayConfig& config, const SessionCookie& cookie,
                                          const CsrfGuard& csrf);
SocketServerOptions SocketOptionsFrom(const GatewayConfig& config);
PeerClientOptions PeerOptionsFrom(const GatewayConfig& config);
SocketEventsOptions SocketEventsFrom(const GatewayConfig& config);
HttpServerOptions HttpOptionsFrom(const GatewayConfig& config);
HttpHandlerOptions HandlerOptionsFrom(const GatewayConfig& config, SocketServer& sockets, StaticFiles& files,
                                      sse::EventDoor& events);

std::vector<ActionService> ServicesFrom(const GatewayConfig& config);

// URL prefix to folder, the folders as the process finds them.
std::map<std::string, std::string> StaticFoldersFrom(const GatewayConfig& config);

// A name that no other gateway process has.
std::string NewGatewayId();
// The same for the ids of its Engine.IO sessions.
uint32_t NewPeerId();

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_GATEWAY_OPTIONS_H_
