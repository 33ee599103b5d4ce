#include "gateway/http/listen_address.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <charconv>
#include <sstream>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace sail::gateway {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using ReusePort = boost::asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

absl::Status CannotListen(const tcp::endpoint& endpoint, const error_code& error) {
  std::ostringstream text;
  text << "cannot listen on " << endpoint << ": " << error.message();
  return absl::UnavailableError(text.str());
}

}  // namespace

absl::StatusOr<tcp::endpoint> ResolveListenAddress(const std::string& address) {
  const absl::Status malformed =
      absl::InvalidArgumentError(absl::StrCat("listen address \"", address, "\" is not host:port"));
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return malformed;
  uint16_t port = 0;
  const char* const end = address.data() + address.size();
  const auto parsed = std::from_chars(address.data() + colon + 1, end, port);
  if (parsed.ec != std::errc() || parsed.ptr != end) return malformed;
  std::string host = address.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (host.empty() || host == "*") return tcp::endpoint(tcp::v4(), port);
  error_code error;
  const auto ip = boost::asio::ip::make_address(host, error);
  if (!error) return tcp::endpoint(ip, port);
  boost::asio::io_context io;
  tcp::resolver resolver(io);
  const auto results = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, error);
  if (error || results.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("listen address \"", address, "\": unknown host: ", error.message()));
  }
  return results.begin()->endpoint();
}

absl::Status CheckPortIsFree(const tcp::endpoint& endpoint) {
  boost::asio::io_context io;
  return Listen(io, endpoint, false).status();
}

absl::StatusOr<tcp::acceptor> Listen(boost::asio::io_context& io, const tcp::endpoint& endpoint,
                                     bool share_port) {
  tcp::acceptor acceptor(io);
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && share_port) acceptor.set_option(ReusePort(true), error);
  if (!error && endpoint.address().is_v6()) acceptor.set_option(boost::asio::ip::v6_only(false), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(boost::asio::socket_base::max_listen_connections, error);
  if (error) return CannotListen(endpoint, error);
  return acceptor;
}

}  // namespace sail::gateway
