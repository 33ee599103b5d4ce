#include "gateway/http/http_server.h"

#include <future>
#include <string>
#include <thread>

#include "gateway/http/http_server_fixture.h"
#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

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

TEST_F(HttpServerTest, ARequestHasItsClientsAddress) {
  Serve([](std::shared_ptr<const HttpRequest> request, std::shared_ptr<Responder> responder) {
    responder->Send({.body = request->remote_address});
  });
  TestClient client = Connect();
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.ReadResponse().body, "127.0.0.1");
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

TEST_F(HttpServerTest, AResponseMayGoOnUntilItIsClosed) {
  Serve([](auto, std::shared_ptr<Responder> responder) {
    HttpResponse response;
    response.AddHeader("Content-Type", "text/event-stream");
    response.on_stream = [](std::shared_ptr<ByteStream> stream) {
      stream->Start({.on_bytes = [](std::string_view) {}, .on_close = [stream](absl::Status) {}});
      stream->Write(MakeSharedBytes("data: 1\n\n"));
      stream->Write(MakeSharedBytes("data: 2\n\n"));
      stream->Close();
    };
    responder->Send(std::move(response));
  });
  const std::string answer = Exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(answer.find("Content-Length"), std::string::npos);
  EXPECT_EQ(answer.substr(answer.find("\r\n\r\n") + 4), "data: 1\n\ndata: 2\n\n");
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
