// The limits and timeouts of HttpServer, and hostile clients.
#include <sys/resource.h>

#include <chrono>
#include <string>
#include <vector>

#include "gateway/http/http_server_fixture.h"
#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

using Clock = std::chrono::steady_clock;
using HttpServerLimitsTest = HttpServerTest;

TEST_F(HttpServerLimitsTest, RefusesHostileRequestsAndCloses) {
  Serve();
  const auto status = [this](const std::string& wire) {
    const std::string answer = Exchange(wire);
    return answer.substr(0, answer.find("\r\n"));
  };
  EXPECT_EQ(status("\x16\x03\x01 tls\n"), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(
      status(
          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
      "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(status("GET /" + std::string(9000, 'a')), "HTTP/1.1 414 URI Too Long");
  EXPECT_EQ(status("GET / HTTP/1.1\r\nX: " + std::string(40000, 'a')),
            "HTTP/1.1 431 Request Header Fields Too Large");
  EXPECT_EQ(status("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n"),
            "HTTP/1.1 413 Payload Too Large");
  const std::string chunk = "1f4\r\n" + std::string(500, 'a') + "\r\n";
  EXPECT_EQ(status("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk +
                   "1\r\na\r\n"),
            "HTTP/1.1 413 Payload Too Large");
}

TEST_F(HttpServerLimitsTest, TheRefusalOfALargeBodyArrivesThoughTheBodyIsStillBeingSent) {
  Serve();
  const std::string answer =
      Exchange("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3000000\r\n\r\n" + std::string(3000000, 'a'));
  EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 413");
}

TEST_F(HttpServerLimitsTest, CutsSlowHeads) {
  options_.connection.head_timeout = absl::Milliseconds(80);
  Serve();
  TestClient client = Connect();
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n");
  EXPECT_EQ(client.ReadToEnd().substr(0, 12), "HTTP/1.1 408");
}

TEST_F(HttpServerLimitsTest, SilenceFromTheStartIsCut) {
  options_.connection.head_timeout = absl::Milliseconds(50);
  Serve();
  EXPECT_EQ(Connect().ReadToEnd(), "");
}

TEST_F(HttpServerLimitsTest, DrippedHeadersDoNotBuyTime) {
  options_.connection.head_timeout = absl::Milliseconds(100);
  Serve();
  TestClient client = Connect();
  client.Send("GET / HTTP/1.1\r\n");
  const auto start = Clock::now();
  std::string answer;
  // Each header alone would be in time.
  while (answer.empty() && Clock::now() - start < std::chrono::seconds(5)) {
    client.Send("X-Slow: 1\r\n");
    answer = client.ReadFor(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 408");
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(2));
}

TEST_F(HttpServerLimitsTest, CutsBodiesWithoutProgress) {
  options_.connection.transfer_timeout = absl::Milliseconds(80);
  Serve();
  EXPECT_EQ(Exchange("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc").substr(0, 12),
            "HTTP/1.1 408");
}

TEST_F(HttpServerLimitsTest, CutsClientsThatDoNotReadTheirAnswers) {
  options_.connection.transfer_timeout = absl::Milliseconds(80);
  const auto body = std::make_shared<const std::string>(64 << 20, 'x');
  Serve([body](auto, std::shared_ptr<Responder> responder) { responder->Send({.shared_body = body}); });
  TestClient client = Connect();
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  WaitFor([this] { return server_->connection_count() == 1; });
  EXPECT_TRUE(WaitFor([this] { return server_->connection_count() == 0; }));
}

TEST_F(HttpServerLimitsTest, IdleConnectionsAreClosed) {
  options_.connection.idle_timeout = absl::Milliseconds(50);
  Serve();
  TestClient client = Connect();
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.ReadResponse().status, 200);
  EXPECT_EQ(client.ReadToEnd(), "");
}

TEST_F(HttpServerLimitsTest, TurnsAwayConnectionsBeyondTheBound) {
  options_.max_connections = 2;
  Serve();
  TestClient first = Connect();
  TestClient second = Connect();
  EXPECT_TRUE(WaitFor([this] { return server_->connection_count() == 2; }));
  TestClient third = Connect();
  EXPECT_EQ(third.ReadToEnd().substr(0, 12), "HTTP/1.1 503");
  first.Close();
  EXPECT_TRUE(WaitFor([this] { return server_->connection_count() == 1; }));
  TestClient fourth = Connect();
  fourth.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(fourth.ReadResponse().status, 200);
}

TEST_F(HttpServerLimitsTest, AcceptsAgainAfterItWasOutOfDescriptors) {
  Serve();
  TestClient client = Connect();
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.ReadResponse().status, 200);
  TestClient waiting = TestClient::Unconnected();
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  rlimit none = limit;
  none.rlim_cur = 1;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  waiting.ConnectTo(server_->port());
  waiting.Send("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(
      WaitFor([this] { return registry_.Text().find("accept_failures_total 1") != std::string::npos; }));
  client.Send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.ReadResponse().body, "GET /1 ") << "connections that are open go on";
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(waiting.ReadResponse().body, "GET /2 ");
}

TEST_F(HttpServerLimitsTest, CountsTheWorkOfItsLimits) {
  Serve();
  Exchange("nonsense\r\n\r\n");
  Exchange("GET /" + std::string(9000, 'a'));
  TestClient open = Connect();
  EXPECT_TRUE(WaitFor([this] { return registry_.Text().find("http_connections 1") != std::string::npos; }));
  const std::string text = registry_.Text();
  EXPECT_NE(text.find("sail_gateway_http_refused_total{status=\"400\"} 1"), std::string::npos) << text;
  EXPECT_NE(text.find("sail_gateway_http_refused_total{status=\"414\"} 1"), std::string::npos) << text;
}

TEST_F(HttpServerLimitsTest, AGoodClientIsServedBesideManySlowOnes) {
  Serve(Echo, 2);
  std::vector<TestClient> slow;
  for (int i = 0; i < 300; ++i) {
    slow.push_back(Connect());
    slow.back().Send(i % 2 == 0 ? "GET / HTTP/1.1\r\nX-Sl"
                                : "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\na");
  }
  TestClient good = Connect();
  for (int i = 0; i < 200; ++i) {
    good.Send("GET /good HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_EQ(good.ReadResponse().body, "GET /good ");
  }
}

TEST_F(HttpServerLimitsTest, DrainFinishesRequestsAndClosesIdleConnections) {
  std::promise<std::shared_ptr<Responder>> handling;
  Serve(
      [&](std::shared_ptr<const HttpRequest> request, std::shared_ptr<Responder> responder) {
        if (request->path() == "/wait") {
          handling.set_value(std::move(responder));
        } else {
          Echo(request, responder);
        }
      },
      2);
  TestClient idle = Connect();
  idle.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(idle.ReadResponse().status, 200);
  TestClient busy = Connect();
  busy.Send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::shared_ptr<Responder> responder = handling.get_future().get();
  auto drained = std::async(std::launch::async, [this] { server_->Drain(absl::Seconds(20)); });
  EXPECT_EQ(idle.ReadToEnd(), "");
  idle.Close();
  // The loops stop one after the other.
  EXPECT_TRUE(WaitFor([this] { return !TestClient::CanConnect(server_->port()); }));
  responder->Send({.body = "done"});
  const TestResponse response = busy.ReadResponse();
  EXPECT_EQ(response.body, "done");
  EXPECT_EQ(response.headers.at("connection"), "close");
  EXPECT_EQ(busy.ReadToEnd(), "");
  busy.Close();
  drained.wait();
  EXPECT_EQ(server_->connection_count(), 0u);
}

}  // namespace
}  // namespace sail::gateway
