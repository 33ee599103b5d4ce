// Calls of a service of the application's own that misbehaves, over real gRPC on loopback.
#include "gateway/upstream/action_client.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/server_callback.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <optional>

#include "protos/sail/action/v1/action.grpc.pb.h"

namespace sail::gateway {
namespace {

using action::v1::ActionRequest;
using action::v1::ActionResponse;

constexpr auto kPatience = std::chrono::seconds(20);

// Answers "echo" with its body; "hang" never, but tells when the call was cancelled.
class FakeService final : public action::v1::ActionService::CallbackService {
 public:
  FakeService() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.SetMaxReceiveMessageSize(-1);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    target = "127.0.0.1:" + std::to_string(port);
  }
  ~FakeService() override { server_->Shutdown(std::chrono::system_clock::now()); }

  grpc::ServerUnaryReactor* Run(grpc::CallbackServerContext* context, const ActionRequest* request,
                                ActionResponse* response) override {
    if (request->action() == "hang") return new Hanging(this);
    if (request->action() == "large") response->set_body(std::string(17 << 20, 'x'));
    if (request->action() == "malformed") response->set_status(7);
    response->set_body_type(action::v1::BODY_TYPE_BINARY);
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  std::string target;
  std::promise<void> started, cancelled;

 private:
  struct Hanging final : public grpc::ServerUnaryReactor {
    explicit Hanging(FakeService* owner) : owner(owner) { owner->started.set_value(); }
    void OnCancel() override {
      owner->cancelled.set_value();
      Finish(grpc::Status::CANCELLED);
    }
    void OnDone() override { delete this; }
    FakeService* const owner;
  };

  std::unique_ptr<grpc::Server> server_;
};

std::future<absl::StatusOr<ActionResponse>> Start(ActionClient& client, const std::string& action,
                                                  CallOptions options) {
  auto promise = std::make_shared<std::promise<absl::StatusOr<ActionResponse>>>();
  ActionRequest request;
  request.set_action(action);
  client.Run(std::move(request), options,
             [promise](absl::StatusOr<ActionResponse> response) { promise->set_value(std::move(response)); });
  return promise->get_future();
}

absl::Status StatusOf(ActionClient& client, const std::string& action) {
  auto answer = Start(client, action, {absl::Seconds(20)});
  if (answer.wait_for(kPatience) != std::future_status::ready) return absl::UnknownError("no answer");
  return answer.get().status();
}

TEST(ActionClientTest, AnAnswerThatCannotBeUsedIsDataLoss) {
  FakeService service;
  const auto client = MakeOwnActionClient(service.target, absl::InfiniteDuration());
  EXPECT_EQ(StatusOf(*client, "ordinary"), absl::OkStatus());
  EXPECT_TRUE(absl::IsDataLoss(StatusOf(*client, "malformed")));
  EXPECT_TRUE(absl::IsDataLoss(StatusOf(*client, "large")));
}

TEST(ActionClientTest, AServiceThatIsDownIsUnavailableWithinASecond) {
  const std::string target = FakeService().target;
  const auto client = MakeOwnActionClient(target, absl::InfiniteDuration());
  for (int i = 0; i < 3; ++i) {
    const auto began = std::chrono::steady_clock::now();
    EXPECT_TRUE(absl::IsUnavailable(StatusOf(*client, "ordinary")));
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(1));
  }
}

TEST(ActionClientTest, NoCallTakesLongerThanTheServicesOwnTimeout) {
  FakeService service;
  const auto client = MakeOwnActionClient(service.target, absl::Milliseconds(50));
  EXPECT_TRUE(absl::IsDeadlineExceeded(StatusOf(*client, "hang")));
}

TEST(ActionClientTest, ACancellationEndsTheCallAtTheServiceToo) {
  FakeService service;
  const auto client = MakeOwnActionClient(service.target, absl::InfiniteDuration());
  const auto cancellation = std::make_shared<Cancellation>();
  auto answer = Start(*client, "hang", {absl::Seconds(60), false, cancellation});
  ASSERT_EQ(service.started.get_future().wait_for(kPatience), std::future_status::ready);
  cancellation->Cancel();
  ASSERT_EQ(answer.wait_for(kPatience), std::future_status::ready);
  EXPECT_TRUE(absl::IsCancelled(answer.get().status()));
  EXPECT_EQ(service.cancelled.get_future().wait_for(kPatience), std::future_status::ready);
}

TEST(ActionClientTest, AfterACancellationNoCallBegins) {
  FakeService service;
  const auto client = MakeOwnActionClient(service.target, absl::InfiniteDuration());
  const auto cancellation = std::make_shared<Cancellation>();
  cancellation->Cancel();
  auto answer = Start(*client, "ordinary", {absl::Seconds(60), false, cancellation});
  ASSERT_EQ(answer.wait_for(kPatience), std::future_status::ready);
  EXPECT_TRUE(absl::IsCancelled(answer.get().status()));
}

}  // namespace
}  // namespace sail::gateway
