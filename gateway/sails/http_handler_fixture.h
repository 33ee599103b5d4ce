// SailsHttpHandler with an application of fakes behind it, for tests.
#ifndef SAIL_GATEWAY_SAILS_HTTP_HANDLER_FIXTURE_H_
#define SAIL_GATEWAY_SAILS_HTTP_HANDLER_FIXTURE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/engineio/manual_event_loop.h"
#include "gateway/sails/application_fixture.h"
#include "gateway/sails/http_handler.h"
#include "gtest/gtest.h"

namespace sail::gateway {

class FakeResponder final : public Responder {
 public:
  explicit FakeResponder(EventLoop& loop) : loop_(loop) {}
  void Send(HttpResponse response) override { answers.push_back(std::move(response)); }
  bool client_gone() const override { return false; }
  void OnAbort(Task) override {}
  EventLoop& loop() override { return loop_; }

  std::vector<HttpResponse> answers;

 private:
  EventLoop& loop_;
};

class FakeSockets : public RequestHandler {
 public:
  void Handle(std::shared_ptr<const HttpRequest>, std::shared_ptr<Responder> responder) override {
    responder->Send(HttpResponse{.status = 400});
  }
  size_t MaxBodyBytes(const HttpRequest&) override { return 1234; }
};

class HttpHandlerTest : public ::testing::Test {
 protected:
  void Start(ApplicationSettings settings = {}, HttpHandlerOptions options = {}) {
    app_ = std::make_unique<TestApplication>(std::move(settings));
    options.is_for_sockets = [](const HttpRequest& request) {
      return request.path().starts_with("/socket.io/");
    };
    options.sockets = &sockets_;
    options.find_file = [](const HttpRequest& request) -> std::optional<HttpResponse> {
      if (request.path() != "/logo.png") return std::nullopt;
      return HttpResponse{.body = "image"};
    };
    handler_ = std::make_unique<SailsHttpHandler>(std::move(options), app_->cookie, app_->csrf, app_->routes,
                                                  app_->runner, registry_);
  }
  HttpResponse Ask(const std::string& method, const std::string& target, std::vector<HttpHeader> headers = {},
                   const std::string& body = "") {
    if (app_ == nullptr) Start();
    auto request = std::make_shared<HttpRequest>();
    request->method = method;
    request->target = target;
    request->headers = std::move(headers);
    request->headers.push_back({"Host", "example.com"});
    if (!body.empty()) request->headers.push_back({"Content-Type", "application/json"});
    request->body = body;
    request->remote_address = "10.0.0.1";
    auto responder = std::make_shared<FakeResponder>(loop_);
    handler_->Handle(request, responder);
    EXPECT_EQ(responder->answers.size(), 1u);
    return responder->answers.empty() ? HttpResponse() : responder->answers.front();
  }
  static std::string Header(const HttpResponse& response, std::string_view name) {
    return std::string(FindHeader(response.headers, name).value_or("(none)"));
  }
  // The Cookie header after this answer.
  static std::string CookieFrom(const HttpResponse& response) {
    const std::string line = Header(response, "set-cookie");
    return line.substr(0, line.find(';'));
  }
  const action::v1::ActionRequest& Seen() { return app_->service.requests.back(); }

  ManualEventLoop loop_;
  platform::metrics::Registry registry_;
  std::unique_ptr<TestApplication> app_;
  FakeSockets sockets_;
  std::unique_ptr<SailsHttpHandler> handler_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_SAILS_HTTP_HANDLER_FIXTURE_H_
