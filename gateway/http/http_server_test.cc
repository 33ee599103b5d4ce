#include "gateway/http/http_server.h"

#include <sys/resource.h>

#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "gateway/http/test_client.h"
#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

using Clock = std::chrono::steady_clock;

class FunctionHandler final : public RequestHandler {
 public:
  using Function = std::function<void(std::shared_ptr<const HttpRequest>, std::shared_ptr<Responder>)>;
  explicit FunctionHandler(Function function) : function_(std::move(function)) {}
  void Handle(std::shared_ptr<const HttpRequest> request, std::shared_ptr<Responder> responder) override {
    function_(std::move(request), std::move(responder));
  }
  size_t MaxBodyBytes(const HttpRequest& head) override { return head.path() == "/large" ? 10 << 20 : 1000; }

 private:
  const Function function_;
};

// Answers at once with what it got.
void Echo(std::shared_ptr<const HttpRequest> request, std::shared_ptr<Responder> responder) {
  responder->Send({.status = 200, .body = request->method + " " + request->target + " " + request->body});
}

class EchoUpgrade final : public UpgradeHandler {
 public:
  void HandleUpgrade(std::shared_ptr<const HttpRequest> request, std::shared_ptr<ByteStream> stream,
                     std::string already_read) override {
    stream->Write(MakeSharedBytes("HTTP/1.1 101 Switching Protocols\r\n\r\n[" + already_read + "]"));
    stream->Start({.on_bytes =
                       [stream](std::string_view bytes) {
                         for (const char c : bytes) stream->Write(MakeSharedBytes(std::string(1, c)));
                         if (bytes.find('!') != std::string_view::npos) stream->Close();
                       },
                   .on_close = [this](absl::Status status) { closed.set_value(status); }});
  }
  std::promise<absl::Status> closed;
};

class HttpServerTest : public ::testing::Test {
 protected:
  ~HttpServerTest() override { server_.reset(); }

  void Serve(FunctionHandler::Function function = Echo, int threads = 1) {
    handler_ = std::make_unique<FunctionHandler>(std::move(function));
    loops_ = std::make_unique<EventLoops>(threads);
    options_.address = "127.0.0.1:0";
    server_ = std::make_unique<HttpServer>(options_, *loops_, *handler_, &upgrades_, &registry_);
    ASSERT_TRUE(server_->Start().ok());
  }

  TestClient Connect() { return TestClient(server_->port()); }

  // What one connection gets for these bytes until it is closed or a second passes in silence.
  std::string Exchange(std::string_view bytes) {
    TestClient client = Connect();
    client.Send(bytes);
    return client.ReadToEnd();
  }

  platform::metrics::Registry registry_;
  HttpServerOptions options_;
  EchoUpgrade upgrades_;
  std::unique_ptr<FunctionHandler> handler_;
  std::unique_ptr<EventLoops> loops_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, AnswersAndKeepsTheConnection) {
  Serve();
  TestClient client = Connect();
  for (int i = 0; i < 3; ++i) {
    client.Send("POST /a?b HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
    const TestResponse response = client.ReadResponse();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "POST /a?b hi");
    EXPECT_EQ(response.headers.at("connection"), "keep-alive");
    EXPECT_EQ(response.headers.at("keep-alive"), "timeout=5");
    EXPECT_EQ(response.headers.at("date").size(), 29u);
  }
}

TEST_F(HttpServerTest, ClosesWhenTheClientAsksForIt) {
  Serve();
  const std::string answer = Exchange("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  EXPECT_NE(Exchange("GET / HTTP/1.0\r\n\r\n").find("Connection: close\r\n"), std::string::npos);
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  // The first answers are the slowest.
  Serve(
      [](std::shared_ptr<const HttpRequest> request, std::shared_ptr<Responder> responder) {
        const int turn = request->path().back() - '0';
        std::thread([=] {
          std::this_thread::sleep_for(std::chrono::milliseconds(5 * (5 - turn)));
          responder->Send({.body = std::string(request->path())});
        }).detach();
      },
      2);
  TestClient client = Connect();
  std::string wire;
  for (int i = 0; i < 5; ++i) wire += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  client.Send(wire);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(client.ReadResponse().body, "/" + std::to_string(i));
}

TEST_F(HttpServerTest, AnswersALongPipelineWithoutStackOrLoss) {
  Serve();
  TestClient client = Connect();
  std::string wire;
  constexpr int kRequests = 20000;
  for (int i = 0; i < kRequests; ++i) wire += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  std::thread sender([&] { client.Send(wire); });
  for (int i = 0; i < kRequests; ++i) {
    ASSERT_EQ(client.ReadResponse().body, "GET /" + std::to_string(i) + " ");
  }
  sender.join();
}

TEST_F(HttpServerTest, HeadHasTheLengthButNoBody) {
  Serve();
  TestClient client = Connect();
  client.Send("HEAD /abc HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  const TestResponse head = client.ReadResponse(/*head_request=*/true);
  EXPECT_EQ(head.headers.at("content-length"), "10");
  EXPECT_EQ(client.ReadResponse().body, "GET /2 ");
}

TEST_F(HttpServerTest, NotModifiedHasNoBody) {
  Serve(
      [](auto, std::shared_ptr<Responder> responder) { responder->Send({.status = 304, .body = "never"}); });
  TestClient client = Connect();
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  const TestResponse response = client.ReadResponse();
  EXPECT_EQ(response.status, 304);
  EXPECT_EQ(response.headers.count("content-length"), 0u);
  EXPECT_EQ(response.body, "");
}

TEST_F(HttpServerTest, SendsContinueOnlyToWhoWaitsForIt) {
  Serve();
  TestClient client = Connect();
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  client.Send(head);
  EXPECT_EQ(client.ReadResponse().status, 100);
  client.Send("hi");
  EXPECT_EQ(client.ReadResponse().body, "POST / hi");
  client.Send(head + "hi");
  EXPECT_EQ(client.ReadResponse().status, 200);
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2000\r\n\r\n");
  EXPECT_EQ(client.ReadResponse().status, 413);
}

TEST_F(HttpServerTest, RefusesHostileRequestsAndCloses) {
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

TEST_F(HttpServerTest, TheRefusalOfALargeBodyArrivesThoughTheBodyIsStillBeingSent) {
  Serve();
  const std::string answer =
      Exchange("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3000000\r\n\r\n" + std::string(3000000, 'a'));
  EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 413");
}

TEST_F(HttpServerTest, LargeBodiesPassBothWays) {
  Serve();
  TestClient client = Connect();
  const std::string body(5 << 20, 'b');
  std::thread sender([&] {
    client.Send("POST /large HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body);
  });
  const TestResponse response = client.ReadResponse();
  sender.join();
  EXPECT_EQ(response.body, "POST /large " + body);
}

TEST_F(HttpServerTest, CutsSlowHeads) {
  options_.connection.head_timeout = absl::Milliseconds(80);
  Serve();
  TestClient client = Connect();
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n");
  EXPECT_EQ(client.ReadToEnd().substr(0, 12), "HTTP/1.1 408");
}

TEST_F(HttpServerTest, SilenceFromTheStartIsCut) {
  options_.connection.head_timeout = absl::Milliseconds(50);
  Serve();
  EXPECT_EQ(Connect().ReadToEnd(), "");
}

TEST_F(HttpServerTest, DrippedHeadersDoNotBuyTime) {
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

TEST_F(HttpServerTest, CutsBodiesWithoutProgress) {
  options_.connection.transfer_timeout = absl::Milliseconds(80);
  Serve();
  EXPECT_EQ(Exchange("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc").substr(0, 12),
            "HTTP/1.1 408");
}

TEST_F(HttpServerTest, CutsClientsThatDoNotReadTheirAnswers) {
  options_.connection.transfer_timeout = absl::Milliseconds(80);
  const auto body = std::make_shared<const std::string>(64 << 20, 'x');
  Serve([body](auto, std::shared_ptr<Responder> responder) { responder->Send({.shared_body = body}); });
  TestClient client = Connect();
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  WaitFor([this] { return server_->connection_count() == 1; });
  EXPECT_TRUE(WaitFor([this] { return server_->connection_count() == 0; }));
}

TEST_F(HttpServerTest, IdleConnectionsAreClosed) {
  options_.connection.idle_timeout = absl::Milliseconds(50);
  Serve();
  TestClient client = Connect();
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.ReadResponse().status, 200);
  EXPECT_EQ(client.ReadToEnd(), "");
}

TEST_F(HttpServerTest, TellsTheHandlerThatTheClientHasGone) {
  std::promise<void> handling;
  std::promise<bool> aborted;
  Serve([&](auto, std::shared_ptr<Responder> responder) {
    responder->OnAbort([&, responder] { aborted.set_value(responder->client_gone()); });
    handling.set_value();
  });
  {
    TestClient client = Connect();
    client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    handling.get_future().wait();
  }
  EXPECT_TRUE(aborted.get_future().get());
}

TEST_F(HttpServerTest, AForgottenRequestIsAnswered500) {
  Serve([](auto, std::shared_ptr<Responder>) {});
  TestClient client = Connect();
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.ReadResponse().status, 500);
}

TEST_F(HttpServerTest, OnlyTheFirstAnswerCounts) {
  Serve([](auto, std::shared_ptr<Responder> responder) {
    responder->Send({.status = 201});
    responder->Send({.status = 500});
  });
  TestClient client = Connect();
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.ReadResponse().status, 201);
  EXPECT_EQ(client.ReadResponse().status, 201);
}

TEST_F(HttpServerTest, HandsUpgradedConnectionsOver) {
  Serve();
  TestClient client = Connect();
  client.Send("GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nearly");
  EXPECT_EQ(client.ReadResponse().status, 101);
  EXPECT_EQ(client.ReadExactly(7), "[early]");
  client.Send("ping");
  EXPECT_EQ(client.ReadExactly(4), "ping");
  EXPECT_EQ(server_->connection_count(), 1u);
  client.Send("bye!");
  EXPECT_EQ(client.ReadToEnd(), "bye!");
  client.Close();
  EXPECT_TRUE(absl::IsCancelled(upgrades_.closed.get_future().get()));
  EXPECT_TRUE(WaitFor([this] { return server_->connection_count() == 0; }));
}

TEST_F(HttpServerTest, TurnsAwayConnectionsBeyondTheBound) {
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

TEST_F(HttpServerTest, AcceptsAgainAfterItWasOutOfDescriptors) {
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

TEST_F(HttpServerTest, CountsTheWorkOfItsLimits) {
  Serve();
  Exchange("nonsense\r\n\r\n");
  Exchange("GET /" + std::string(9000, 'a'));
  TestClient open = Connect();
  EXPECT_TRUE(WaitFor([this] { return registry_.Text().find("http_connections 1") != std::string::npos; }));
  const std::string text = registry_.Text();
  EXPECT_NE(text.find("sail_gateway_http_refused_total{status=\"400\"} 1"), std::string::npos) << text;
  EXPECT_NE(text.find("sail_gateway_http_refused_total{status=\"414\"} 1"), std::string::npos) << text;
}

TEST_F(HttpServerTest, AGoodClientIsServedBesideManySlowOnes) {
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

TEST_F(HttpServerTest, DrainFinishesRequestsAndClosesIdleConnections) {
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

TEST_F(HttpServerTest, DrainCutsWhatIsLeftAtTheDeadline) {
  std::promise<void> handling;
  std::shared_ptr<Responder> kept;
  Serve([&](auto, std::shared_ptr<Responder> responder) {
    kept = std::move(responder);
    handling.set_value();
  });
  TestClient client = Connect();
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  handling.get_future().wait();
  server_->Drain(absl::Milliseconds(30));
  EXPECT_EQ(server_->connection_count(), 0u);
  EXPECT_TRUE(kept->client_gone());
}

TEST_F(HttpServerTest, APortInUseIsAnError) {
  Serve(Echo, 2);
  HttpServerOptions options;
  options.address = "127.0.0.1:" + std::to_string(server_->port());
  EventLoops loops(2);
  HttpServer other(options, loops, *handler_, nullptr);
  const absl::Status status = other.Start();
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_NE(std::string(status.message()).find(options.address), std::string::npos) << status;
}

TEST_F(HttpServerTest, AMalformedAddressIsAnError) {
  Serve();
  for (const char* address : {"nonsense", "127.0.0.1:", "127.0.0.1:70000", "127.0.0.1:8x"}) {
    HttpServerOptions options;
    options.address = address;
    HttpServer other(options, *loops_, *handler_, nullptr);
    EXPECT_TRUE(absl::IsInvalidArgument(other.Start())) << address;
  }
}

}  // namespace
}  // namespace sail::gateway
