#include "gateway/http/forwarded.h"

#include <algorithm>
#include <string_view>

#include "gateway/http/ascii.h"

namespace sail::gateway {
namespace {

std::string_view FirstItem(std::string_view list) { return TrimSpace(list.substr(0, list.find(','))); }

}  // namespace

ClientOrigin ResolveClient(const HttpRequest& request, int64_t trusted_hops) {
  ClientOrigin origin{.address = request.remote_address,
                      .protocol = "http",
                      .host = std::string(request.header("host").value_or(""))};
  if (trusted_hops <= 0) return origin;
  if (const auto protocol = request.header("x-forwarded-proto")) {
    const std::string_view first = FirstItem(*protocol);
    if (EqualsIgnoreCase(first, "https") || EqualsIgnoreCase(first, "http"))
      origin.protocol = AsciiLowered(first);
  }
  if (const auto host = request.header("x-forwarded-host")) {
    if (const std::string_view first = FirstItem(*host); !first.empty()) origin.host = first;
  }
  // Nearest first: our socket's peer, then what it and those before it wrote down.
  std::vector<std::string> hops = {request.remote_address};
  if (const auto forwarded = JoinHeader(request.headers, "x-forwarded-for")) {
    std::vector<std::string> written;
    ForEachListItem(*forwarded, [&](std::string_view item) {
      if (!item.empty()) written.emplace_back(item);
    });
    hops.insert(hops.end(), written.rbegin(), written.rend());
  }
  const auto believed = std::min<uint64_t>(hops.size() - 1, static_cast<uint64_t>(trusted_hops));
  hops.resize(believed + 1);
  origin.address = hops.back();
  // Without our own socket's peer, as in req.ips.
  origin.addresses.assign(hops.rbegin(), hops.rend() - 1);
  return origin;
}

}  // namespace sail::gateway
