// rediss:// against a real server, with certificates made for the test.
#include <gtest/gtest.h>

#include <cstdlib>
#include <future>
#include <memory>

#include "platform/redis/client.h"
#include "platform/redis/testing/redis_server.h"

namespace sail::platform::redis {
namespace {

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    // A CA, and a server certificate for localhost signed by it.
    const std::string make = "cd " + folder() +
                             " && openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj "
                             "/CN=test-ca -days 2 2>/dev/null"
                             " && openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr "
                             "-subj /CN=localhost 2>/dev/null"
                             " && printf subjectAltName=DNS:localhost > san.txt"
                             " && openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial "
                             "-out server.pem -days 2"
                             "    -extfile san.txt 2>/dev/null";
    EXPECT_EQ(std::system(make.c_str()), 0);
    server_ = std::make_unique<testing::RedisServer>(
        std::vector<std::string>{"--tls-port", std::to_string(tls_port()), "--tls-cert-file",
                                 folder() + "/server.pem", "--tls-key-file", folder() + "/server.key",
                                 "--tls-ca-cert-file", folder() + "/ca.pem", "--tls-auth-clients", "no"});
  }

  const std::string& folder() { return scratch_.folder(); }
  // The plain server's port is freed and taken by the other one's TLS.
  int tls_port() {
    scratch_.Stop();
    return scratch_.url().port;
  }

  absl::StatusOr<Reply> Ping(const std::string& host, const std::string& ca_file) {
    ClientOptions options;
    options.connection.url = server_->url();
    options.connection.url.transport = Transport::kTls;
    options.connection.url.host = host;
    options.connection.url.port = scratch_.url().port;
    options.connection.ca_file = ca_file;
    Client client(loop_, options, registry_);
    std::promise<absl::StatusOr<Reply>> result;
    client.Command({"ECHO", std::string(100000, 'x')}, absl::Seconds(20),
                   [&](absl::StatusOr<Reply> reply) { result.set_value(std::move(reply)); });
    return result.get_future().get();
  }

  metrics::Registry registry_;
  EventLoop loop_;
  testing::RedisServer scratch_;
  std::unique_ptr<testing::RedisServer> server_;
};

TEST_F(TlsTest, TalksToAServerWhoseCertificateIsGood) {
  absl::StatusOr<Reply> reply = Ping("localhost", folder() + "/ca.pem");
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->text.size(), 100000u);
}

TEST_F(TlsTest, RefusesAnUnknownAuthorityAnotherHostAndAMissingFile) {
  EXPECT_EQ(Ping("localhost", "").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Ping("127.0.0.1", folder() + "/ca.pem").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Ping("localhost", folder() + "/none.pem").status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace sail::platform::redis
