#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "platform/redis/testing/redis_server.h"
#include "protos/sail/pubsub/v1/directory.grpc.pb.h"
#include "services/pubsub/directory_service.h"

namespace sail::pubsub {
namespace {

namespace redis = platform::redis;

class DirectoryServiceTest : public ::testing::Test {
 protected:
  DirectoryServiceTest() {
    redis::ClientOptions options;
    options.connection.url = redis_.url();
    client_ = std::make_unique<redis::Client>(loop_, options, registry_);
    service_ = std::make_unique<DirectoryService>(*client_, absl::Seconds(5));
    grpc::ServerBuilder builder;
    builder.RegisterService(service_->service());
    server_ = builder.BuildAndStart();
    stub_ = v1::DirectoryService::NewStub(server_->InProcessChannel({}));
  }
  ~DirectoryServiceTest() override { server_->Shutdown(); }

  grpc::StatusCode Announce(uint32_t id, const std::string& address, uint32_t ttl_ms) {
    grpc::ClientContext context;
    v1::AnnounceGatewayRequest request;
    request.set_id(id);
    request.set_address(address);
    request.set_ttl_ms(ttl_ms);
    v1::AnnounceGatewayResponse response;
    return stub_->AnnounceGateway(&context, request, &response).error_code();
  }

  // The address, or the code's number.
  std::string Find(uint32_t id) {
    grpc::ClientContext context;
    v1::FindGatewayRequest request;
    request.set_id(id);
    v1::FindGatewayResponse response;
    const grpc::Status status = stub_->FindGateway(&context, request, &response);
    return status.ok() ? response.address() : std::to_string(status.error_code());
  }

  const std::string kNotFound = std::to_string(grpc::StatusCode::NOT_FOUND);
  redis::testing::RedisServer redis_;
  platform::metrics::Registry registry_;
  redis::EventLoop loop_;
  std::unique_ptr<redis::Client> client_;
  std::unique_ptr<DirectoryService> service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::DirectoryService::Stub> stub_;
};

TEST_F(DirectoryServiceTest, FindsWhatWasAnnounced) {
  EXPECT_EQ(Find(7), kNotFound);
  EXPECT_EQ(Announce(7, "10.0.0.1:50054", 60'000), grpc::StatusCode::OK);
  EXPECT_EQ(Announce(0xFFFFFFFF, "10.0.0.2:50054", 60'000), grpc::StatusCode::OK);
  EXPECT_EQ(Find(7), "10.0.0.1:50054");
  EXPECT_EQ(Find(0xFFFFFFFF), "10.0.0.2:50054");
}

TEST_F(DirectoryServiceTest, AGatewayThatLeavesIsForgotten) {
  Announce(7, "10.0.0.1:50054", 60'000);
  EXPECT_EQ(Announce(7, "", 0), grpc::StatusCode::OK);
  EXPECT_EQ(Find(7), kNotFound);
}

TEST_F(DirectoryServiceTest, AGatewayThatFallsSilentIsForgotten) {
  Announce(7, "10.0.0.1:50054", 50);
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (Find(7) != kNotFound && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
  EXPECT_EQ(Find(7), kNotFound);
}

TEST_F(DirectoryServiceTest, RefusesWhatIsNoAnnouncement) {
  EXPECT_EQ(Announce(7, "", 1000), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Announce(7, std::string(300, 'x'), 1000), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Announce(7, "10.0.0.1:50054", 1'000'000), grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace sail::pubsub
