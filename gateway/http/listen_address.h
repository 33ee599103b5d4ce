#ifndef SAIL_GATEWAY_HTTP_LISTEN_ADDRESS_H_
#define SAIL_GATEWAY_HTTP_LISTEN_ADDRESS_H_

#include <boost/asio/ip/tcp.hpp>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sail::gateway {

// For the server alone, since this header shows Asio.

// "host:port", "[v6]:port" or ":port" (all IPv4 addresses). INVALID_ARGUMENT with a reason otherwise.
absl::StatusOr<boost::asio::ip::tcp::endpoint> ResolveListenAddress(const std::string& address);

// UNAVAILABLE if somebody listens there, also with SO_REUSEPORT, which would let us in beside them.
absl::Status CheckPortIsFree(const boost::asio::ip::tcp::endpoint& endpoint);

// A listening socket. UNAVAILABLE with the address and the reason when that fails.
absl::StatusOr<boost::asio::ip::tcp::acceptor> Listen(boost::asio::io_context& io,
                                                      const boost::asio::ip::tcp::endpoint& endpoint,
                                                      bool share_port);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_LISTEN_ADDRESS_H_
