#ifndef SAIL_GATEWAY_HTTP_FORWARDED_H_
#define SAIL_GATEWAY_HTTP_FORWARDED_H_

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/http/http_message.h"

namespace sail::gateway {

// Who the client is when there are proxies in front: Express's req.ip, req.ips, req.protocol and
// req.hostname.
struct ClientOrigin {
  std::string address;                 // the farthest one that is believed
  std::vector<std::string> addresses;  // client first, nearest proxy last; empty without trusted proxies
  std::string protocol;                // "http" or "https"
  std::string host;                    // as in the Host header, port included
};

// Believes X-Forwarded-For, -Proto and -Host of `trusted_hops` proxies, counted from our socket; 0 believes
// none. What the client itself put in front of a trusted part is never taken for its address.
ClientOrigin ResolveClient(const HttpRequest& request, int64_t trusted_hops);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_FORWARDED_H_
