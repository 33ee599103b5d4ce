#include "platform/rpc/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace sail::platform::rpc {
namespace {

absl::Status ResolveOne(absl::string_view item, std::vector<std::string>* addresses) {
  const size_t colon = item.rfind(':');
  if (colon == absl::string_view::npos || colon == 0 || colon + 1 == item.size()) {
    return absl::InvalidArgumentError(absl::StrCat("\"", item, "\" is not host:port"));
  }
  const std::string port(item.substr(colon + 1));
  int number = 0;
  if (!absl::SimpleAtoi(port, &number) || number < 1 || number > 65535) {
    return absl::InvalidArgumentError(absl::StrCat("\"", item, "\" has no valid port"));
  }
  std::string host(item.substr(0, colon));
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  if (error == EAI_SERVICE)
    return absl::InvalidArgumentError(absl::StrCat("\"", item, "\" has no valid port"));
  if (error != 0)
    return absl::UnavailableError(absl::StrCat("cannot resolve ", host, ": ", gai_strerror(error)));
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    char text[INET6_ADDRSTRLEN];
    if (info->ai_family == AF_INET) {
      inet_ntop(AF_INET, &reinterpret_cast<sockaddr_in*>(info->ai_addr)->sin_addr, text, sizeof text);
      addresses->push_back(absl::StrCat("ipv4:", text, ":", port));
    } else if (info->ai_family == AF_INET6) {
      inet_ntop(AF_INET6, &reinterpret_cast<sockaddr_in6*>(info->ai_addr)->sin6_addr, text, sizeof text);
      addresses->push_back(absl::StrCat("ipv6:[", text, "]:", port));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> Resolve(const std::string& target) {
  const absl::string_view list = absl::StripPrefix(target, "dns:///");
  std::vector<std::string> addresses;
  absl::Status last_error = absl::InvalidArgumentError("an empty target");
  for (const absl::string_view item : absl::StrSplit(list, ',')) {
    const absl::Status status = ResolveOne(absl::StripAsciiWhitespace(item), &addresses);
    if (absl::IsInvalidArgument(status)) return status;
    if (!status.ok()) last_error = status;
  }
  if (addresses.empty()) return last_error;
  std::sort(addresses.begin(), addresses.end());
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
  return addresses;
}

}  // namespace sail::platform::rpc
