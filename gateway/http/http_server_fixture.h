#ifndef SAIL_GATEWAY_HTTP_HTTP_SERVER_FIXTURE_H_
#define SAIL_GATEWAY_HTTP_HTTP_SERVER_FIXTURE_H_

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "gateway/http/http_server.h"
#include "gateway/http/test_client.h"
#include "gtest/gtest.h"
#include "platform/metrics/metrics.h"

namespace sail::gateway {

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
inline void Echo(std::shared_ptr<const HttpRequest> request, std::shared_ptr<Responder> responder) {
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

// A server on a free port of 127.0.0.1.
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

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_HTTP_SERVER_FIXTURE_H_
