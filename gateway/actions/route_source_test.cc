// Routes that services bring along, over real gRPC on loopback.
#include "gateway/actions/route_source.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>

#include "protos/sail/action/v1/action.grpc.pb.h"

namespace sail::gateway {
namespace {

using action::v1::ActionRequest;
using action::v1::ActionResponse;
using action::v1::DescribeRequest;
using action::v1::DescribeResponse;

// A service that describes what the test puts into it; unimplemented where that has no version.
class FakeService final : public action::v1::ActionService::Service {
 public:
  explicit FakeService(std::string version, std::vector<std::string> paths) {
    description_.set_version(version);
    for (const std::string& path : paths) {
      auto* route = description_.add_routes();
      route->set_path(path);
      route->set_action(version + "/action");
    }
    description_.add_actions("policies/" + version);
    description_.add_actions("policies/shared");
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    target_ = "127.0.0.1:" + std::to_string(port);
  }
  ~FakeService() override { server_->Shutdown(); }

  grpc::Status Describe(grpc::ServerContext*, const DescribeRequest*, DescribeResponse* response) override {
    if (description_.version().empty()) return {grpc::StatusCode::UNIMPLEMENTED, ""};
    *response = description_;
    return grpc::Status::OK;
  }

  const std::string& target() const { return target_; }

 private:
  DescribeResponse description_;
  std::unique_ptr<grpc::Server> server_;
  std::string target_;
};

void WaitUntilReady(const RouteSource& routes) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!routes.ready()) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

std::string ActionAt(const RouteSource& routes, const std::string& path) {
  const auto table = routes.table();
  const RouteMatch match = table->Find("GET", path);
  return match.outcome == RouteMatch::Outcome::kFound ? match.route->service + ":" + match.route->action
                                                      : "none";
}

TEST(RouteSourceTest, TheFilesRoutesComeFirstThenTheServicesInOrderThenTheLogicServices) {
  FakeService first("first", {"/a", "/b"}), second("second", {"/a", "/b", "/c"}),
      logic("logic", {"/a", "/c", "/d"});
  const auto logic_client = MakeOwnActionClient(logic.target(), absl::Seconds(10));
  RouteSource routes(*logic_client, {Route{.path = "/a", .action = "own/action", .service = "second"}},
                     {{"first", first.target()}, {"second", second.target()}});
  WaitUntilReady(routes);
  EXPECT_EQ(ActionAt(routes, "/a"), "second:own/action");
  EXPECT_EQ(ActionAt(routes, "/b"), "first:first/action");
  EXPECT_EQ(ActionAt(routes, "/c"), "second:second/action");
  EXPECT_EQ(ActionAt(routes, "/d"), ":logic/action");
}

TEST(RouteSourceTest, FindsWhoOffersAPolicyTheFirstOfSeveral) {
  FakeService first("first", {}), second("second", {"/b"}), logic("logic", {});
  const auto logic_client = MakeOwnActionClient(logic.target(), absl::Seconds(10));
  RouteSource routes(*logic_client, {}, {{"first", first.target()}, {"second", second.target()}});
  WaitUntilReady(routes);
  ActionClient* const second_client = &routes.ClientFor(Route{.service = "second"});
  EXPECT_EQ(routes.FindAction("policies/second"), second_client);
  EXPECT_EQ(routes.FindAction("second/action"), second_client);
  EXPECT_EQ(routes.FindAction("policies/shared"), &routes.ClientFor(Route{.service = "first"}));
  EXPECT_EQ(routes.FindAction("policies/logic"), logic_client.get());
  EXPECT_EQ(routes.FindAction("policies/nobodys"), nullptr);
}

TEST(RouteSourceTest, AServiceWithoutDescribeOrWithMalformedRoutesHoldsNobodyBack) {
  FakeService silent("", {"/x"}), malformed("malformed", {"no slash"}), logic("logic", {"/d"});
  const auto logic_client = MakeOwnActionClient(logic.target(), absl::Seconds(10));
  RouteSource routes(*logic_client, {}, {{"silent", silent.target()}, {"malformed", malformed.target()}});
  WaitUntilReady(routes);
  EXPECT_EQ(ActionAt(routes, "/d"), ":logic/action");
  EXPECT_EQ(ActionAt(routes, "/x"), "none");
}

TEST(RouteSourceTest, AServiceThatIsDownHoldsNobodyBack) {
  std::string target;
  target = FakeService("gone", {}).target();  // nobody listens there any more
  FakeService logic("logic", {"/d"});
  const auto logic_client = MakeOwnActionClient(logic.target(), absl::Seconds(10));
  RouteSource routes(*logic_client, {}, {{"gone", target}});
  WaitUntilReady(routes);
  EXPECT_EQ(ActionAt(routes, "/d"), ":logic/action");
}

}  // namespace
}  // namespace sail::gateway
