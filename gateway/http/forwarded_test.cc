#include "gateway/http/forwarded.h"

#include <limits>

#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

constexpr int64_t kAll = std::numeric_limits<int64_t>::max();

HttpRequest Request(std::vector<HttpHeader> headers) {
  HttpRequest request;
  request.remote_address = "10.0.0.1";
  request.headers = std::move(headers);
  return request;
}

TEST(ResolveClient, BelievesNobodyByDefault) {
  const ClientOrigin origin = ResolveClient(Request({{"Host", "a:1"},
                                                     {"X-Forwarded-For", "1.1.1.1"},
                                                     {"X-Forwarded-Proto", "https"},
                                                     {"X-Forwarded-Host", "b"}}),
                                            0);
  EXPECT_EQ(origin.address, "10.0.0.1");
  EXPECT_TRUE(origin.addresses.empty());
  EXPECT_EQ(origin.protocol, "http");
  EXPECT_EQ(origin.host, "a:1");
}

TEST(ResolveClient, BelievesSoManyHops) {
  const HttpRequest request =
      Request({{"X-Forwarded-For", "6.6.6.6, 1.1.1.1"}, {"X-Forwarded-For", "10.0.0.2"}});
  EXPECT_EQ(ResolveClient(request, 1).address, "10.0.0.2");
  EXPECT_EQ(ResolveClient(request, 2).address, "1.1.1.1");
  EXPECT_EQ(ResolveClient(request, 2).addresses, (std::vector<std::string>{"1.1.1.1", "10.0.0.2"}));
  EXPECT_EQ(ResolveClient(request, kAll).address, "6.6.6.6");
  EXPECT_EQ(ResolveClient(Request({}), kAll).address, "10.0.0.1");
  EXPECT_TRUE(ResolveClient(Request({}), kAll).addresses.empty());
}

TEST(ResolveClient, TakesProtocolAndHostOfTheFirstProxy) {
  const ClientOrigin origin = ResolveClient(
      Request({{"Host", "a"}, {"X-Forwarded-Proto", "HTTPS, http"}, {"X-Forwarded-Host", "b:8443, c"}}), 1);
  EXPECT_EQ(origin.protocol, "https");
  EXPECT_EQ(origin.host, "b:8443");
  EXPECT_EQ(ResolveClient(Request({{"X-Forwarded-Proto", "javascript"}}), 1).protocol, "http");
}

}  // namespace
}  // namespace sail::gateway
