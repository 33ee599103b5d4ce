#include "platform/server/server.h"

#include <arpa/inet.h>
#include <grpcpp/security/credentials.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/metrics/metrics.h"

namespace sail::platform {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Get(int port, const std::string& path) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  EXPECT_EQ(write(fd, request.data(), request.size()), static_cast<ssize_t>(request.size()));
  std::string answer;
  char buffer[4096];
  for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;) answer.append(buffer, n);
  close(fd);
  return answer;
}

ServerOptions OnFreePorts() {
  ServerOptions options;
  options.name = "test";
  options.grpc_address = "127.0.0.1:0";
  options.admin_address = "127.0.0.1:0";
  return options;
}

TEST(Server, LivenessIsTheProcessReadinessItsParts) {
  metrics::Registry registry;
  registry.AddCounter("sail_test_total", "Tests.")->Increment();
  Server server(OnFreePorts(), registry);
  std::atomic<bool> ready{false};
  server.AddReadiness("the part", [&] { return ready.load(); });
  ASSERT_TRUE(server.Start().ok());
  EXPECT_THAT(Get(server.admin_port(), "/healthz"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(Get(server.admin_port(), "/readyz"), HasSubstr("waiting for the part"));
  ready = true;
  EXPECT_THAT(Get(server.admin_port(), "/readyz"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(Get(server.admin_port(), "/metrics"), HasSubstr("sail_test_total 1\n"));
  EXPECT_THAT(Get(server.admin_port(), "/other"), StartsWith("HTTP/1.1 404"));
}

TEST(Server, ASignalDrainsInOrder) {
  metrics::Registry registry;
  Server server(OnFreePorts(), registry);
  std::string order;
  std::string readiness;
  server.OnDrain([&](absl::Time) {
    order += "first ";
    readiness = Get(server.admin_port(), "/readyz");
  });
  server.OnDrain([&](absl::Time) { order += "second"; });
  ASSERT_TRUE(server.Start().ok());
  server.RequestStop();
  EXPECT_EQ(server.Run(), 0);
  EXPECT_EQ(order, "first second");
  EXPECT_THAT(readiness, HasSubstr("503"));
}

TEST(Server, ATakenPortIsAnError) {
  metrics::Registry registry;
  Server first(OnFreePorts(), registry);
  ASSERT_TRUE(first.Start().ok());
  ServerOptions options = OnFreePorts();
  options.grpc_address = "127.0.0.1:" + std::to_string(first.grpc_port());
  Server second(options, registry);
  EXPECT_TRUE(absl::IsUnavailable(second.Start()));
  options = OnFreePorts();
  options.admin_address = "127.0.0.1:" + std::to_string(first.admin_port());
  Server third(options, registry);
  EXPECT_TRUE(absl::IsUnavailable(third.Start()));
}

}  // namespace
}  // namespace sail::platform
