// The service's RPCs over real gRPC.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "platform/metrics/metrics.h"
#include "platform/postgres/testing/postgres_server.h"
#include "protos/sail/action/v1/action.grpc.pb.h"
#include "protos/sail/logic/v1/logic.grpc.pb.h"
#include "services/logic/api/action_service.h"
#include "services/logic/api/record_service.h"
#include "services/logic/testing/logic_fixture.h"

namespace sail::logic {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class ServicesTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { postgres_ = new platform::postgres::PostgresServer; }
  static void TearDownTestSuite() { delete postgres_; }

  ServicesTest()
      : blueprints_(logic_.records(), settings_, nullptr, metrics_),
        actions_(blueprints_, logic_.schema(), settings_),
        record_service_(MakeRecordService(logic_.records(), settings_, nullptr)) {
    grpc::ServerBuilder builder;
    builder.RegisterService(actions_.unary.get());
    builder.RegisterService(actions_.stream.get());
    builder.RegisterService(record_service_.get());
    server_ = builder.BuildAndStart();
    channel_ = server_->InProcessChannel({});
    records_ = v1::RecordService::NewStub(channel_);
  }
  ~ServicesTest() override { server_->Shutdown(); }

  std::string Create(const std::string& model, const std::string& values, const std::string& principal = "") {
    grpc::ClientContext context;
    if (!principal.empty()) context.AddMetadata("sail-principal", principal);
    v1::CreateRequest request;
    request.set_model(model);
    request.set_values_json(values);
    v1::CreateResponse response;
    status_ = records_->Create(&context, request, &response);
    return response.record_json();
  }

  static platform::postgres::PostgresServer* postgres_;
  LogicFixture logic_{*postgres_};
  AppSettings settings_;
  platform::metrics::Registry metrics_;
  BlueprintActions blueprints_;
  ActionServices actions_;
  std::shared_ptr<grpc::Service> record_service_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::RecordService::Stub> records_;
  grpc::Status status_;
};

platform::postgres::PostgresServer* ServicesTest::postgres_ = nullptr;

TEST_F(ServicesTest, ARecordLivesThroughTheRecordService) {
  EXPECT_THAT(Create("user", R"({"name":"Ann"})"), HasSubstr(R"("name":"Ann")"));
  {
    grpc::ClientContext context;
    v1::FindOneRequest request;
    request.set_model("user");
    request.set_id("1");
    v1::FindOneResponse response;
    ASSERT_TRUE(records_->FindOne(&context, request, &response).ok());
    EXPECT_THAT(response.record_json(),
                testing::Not(HasSubstr("pets")));  // none is populated unless asked for
  }
  {
    grpc::ClientContext context;
    v1::UpdateRequest request;
    request.set_model("user");
    request.set_id("1");
    request.set_values_json(R"({"age":7})");
    v1::UpdateResponse response;
    ASSERT_TRUE(records_->Update(&context, request, &response).ok());
    EXPECT_THAT(response.record_json(), HasSubstr(R"("age":7)"));
  }
  {
    grpc::ClientContext context;
    v1::FindRequest request;
    request.set_model("user");
    request.set_criteria_json(R"({"where":{"age":{">":6}},"select":["name"]})");
    request.mutable_populate()->add_attributes("pets");
    v1::FindResponse response;
    ASSERT_TRUE(records_->Find(&context, request, &response).ok());
    EXPECT_EQ(response.records_json(), R"([{"pets":[],"id":1,"name":"Ann"}])");
  }
  {
    grpc::ClientContext context;
    v1::DestroyRequest request;
    request.set_model("user");
    request.set_id("1");
    v1::DestroyResponse response;
    ASSERT_TRUE(records_->Destroy(&context, request, &response).ok());
  }
  grpc::ClientContext context;
  v1::FindOneRequest request;
  request.set_model("user");
  request.set_id("1");
  v1::FindOneResponse response;
  EXPECT_EQ(records_->FindOne(&context, request, &response).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(ServicesTest, CollectionsChangeThroughTheRecordService) {
  Create("user", R"({"name":"Ann"})");
  Create("pet", R"({"name":"Rex"})");
  Create("pet", R"({"name":"Tom"})");
  v1::AddToCollectionRequest add;
  add.set_model("user");
  add.set_id("1");
  add.set_attribute("pets");
  add.set_child_id("1");
  v1::AddToCollectionResponse added;
  grpc::ClientContext add_context;
  ASSERT_TRUE(records_->AddToCollection(&add_context, add, &added).ok());
  EXPECT_THAT(added.record_json(), HasSubstr("Rex"));
  v1::ReplaceCollectionRequest replace;
  replace.set_model("user");
  replace.set_id("1");
  replace.set_attribute("pets");
  replace.add_child_ids("2");
  v1::ReplaceCollectionResponse replaced;
  grpc::ClientContext replace_context;
  ASSERT_TRUE(records_->ReplaceCollection(&replace_context, replace, &replaced).ok());
  EXPECT_THAT(replaced.record_json(), testing::AllOf(HasSubstr("Tom"), testing::Not(HasSubstr("Rex"))));
  v1::RemoveFromCollectionRequest remove;
  remove.set_model("user");
  remove.set_id("1");
  remove.set_attribute("pets");
  remove.set_child_id("2");
  v1::RemoveFromCollectionResponse removed;
  grpc::ClientContext remove_context;
  ASSERT_TRUE(records_->RemoveFromCollection(&remove_context, remove, &removed).ok());
  EXPECT_THAT(removed.record_json(), HasSubstr("\"pets\":[]"));
}

TEST_F(ServicesTest, ErrorsCarryWhatTheHttpApiWouldHaveAnswered) {
  Create("user", "{}");
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status_.error_details(), StartsWith(R"({"code":"E_INVALID_NEW_RECORD","details":)"));
  EXPECT_THAT(status_.error_details(), HasSubstr("`POST /user`"));
  Create("tag", R"({"label":"cute"})");
  Create("tag", R"({"label":"cute"})");
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_THAT(status_.error_details(), HasSubstr(R"("attrNames":["label"])"));
  Create("nope", "{}");
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::NOT_FOUND);
  Create("user", "[");
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ServicesTest, PoliciesHoldAtEveryDoor) {
  settings_.policies.Set("user/*", {platform::Policy::Kind::kDeny, {}});
  Create("user", R"({"name":"Ann"})");
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  const auto stub = action::v1::ActionService::NewStub(channel_);
  grpc::ClientContext context;
  action::v1::ActionRequest request;
  request.set_action("user/find");
  action::v1::ActionResponse response;
  ASSERT_TRUE(stub->Run(&context, request, &response).ok());
  EXPECT_EQ(response.status(), 403);
  EXPECT_EQ(response.body(), "Forbidden");
}

TEST_F(ServicesTest, ANamedPolicyHoldsForProgramsAndIsTheGatewaysForClients) {
  settings_.policies = *platform::PolicyTable::Parse("'*': isLoggedIn\ngrpc: {user/create: [billing]}\n", "");
  Create("user", R"({"name":"Ann"})");
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  Create("user", R"({"name":"Ann"})", "billing");
  EXPECT_TRUE(status_.ok()) << status_.error_message();
  const auto stub = action::v1::ActionService::NewStub(channel_);
  grpc::ClientContext context;
  action::v1::ActionRequest request;
  request.set_action("user/find");
  action::v1::ActionResponse response;
  ASSERT_TRUE(stub->Run(&context, request, &response).ok());
  EXPECT_EQ(response.status(), 200);
}

TEST_F(ServicesTest, RunAnswersAndDescribeHasAVersion) {
  const auto stub = action::v1::ActionService::NewStub(channel_);
  {
    grpc::ClientContext context;
    action::v1::ActionRequest request;
    request.set_action("user/nope");
    action::v1::ActionResponse response;
    EXPECT_EQ(stub->Run(&context, request, &response).error_code(), grpc::StatusCode::UNIMPLEMENTED);
  }
  action::v1::DescribeRequest request;
  action::v1::DescribeResponse first, second;
  grpc::ClientContext first_context, second_context;
  ASSERT_TRUE(stub->Describe(&first_context, request, &first).ok());
  EXPECT_GT(first.routes_size(), 50);
  request.set_known_version(first.version());
  ASSERT_TRUE(stub->Describe(&second_context, request, &second).ok());
  EXPECT_EQ(second.version(), first.version());
  EXPECT_EQ(second.routes_size(), 0);
}

TEST_F(ServicesTest, TheStreamAnswersEveryItemUnderItsId) {
  for (int i = 1; i <= 3; ++i)
    Create("user", R"({"name":"Ann","email":")" + std::to_string(i) + R"(@x.co"})");
  const auto stub = action::v1::ActionStreamService::NewStub(channel_);
  grpc::ClientContext context;
  const auto stream = stub->RunStream(&context);
  action::v1::RunBatch batch;
  for (int i = 1; i <= 4; ++i) {
    action::v1::RunItem& item = *batch.add_items();
    item.set_id(static_cast<uint64_t>(i));
    item.mutable_request()->set_action(i == 4 ? "user/nope" : "user/findone");
    action::v1::Param& id = *item.mutable_request()->add_params();
    id.set_name("id");
    id.set_value(std::to_string(i));
  }
  ASSERT_TRUE(stream->Write(batch));
  std::map<uint64_t, action::v1::RunReply> replies;
  for (action::v1::RunBatchReply reply; replies.size() < 4 && stream->Read(&reply);) {
    for (const action::v1::RunReply& one : reply.replies()) replies[one.id()] = one;
  }
  for (int i = 1; i <= 3; ++i) {
    EXPECT_THAT(replies[static_cast<uint64_t>(i)].response().body(),
                HasSubstr("\"id\":" + std::to_string(i)));
  }
  EXPECT_EQ(replies[4].code(), static_cast<int>(grpc::StatusCode::UNIMPLEMENTED));
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(ServicesTest, APostgresThatIsDownIsUnavailableAtOnce) {
  Create("user", R"({"name":"Ann"})");
  ASSERT_TRUE(status_.ok());
  postgres_->Kill();
  const absl::Time start = absl::Now();
  Create("user", R"({"name":"Bob","email":"b@x.co"})");
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_LT(absl::Now() - start, absl::Seconds(1));
  postgres_->Start();
  const absl::Time back = absl::Now();
  do {
    Create("user", R"({"name":"Bob","email":"b@x.co"})");
  } while (!status_.ok() && absl::Now() - back < absl::Seconds(5));
  EXPECT_TRUE(status_.ok()) << status_.error_message();
}

}  // namespace
}  // namespace sail::logic
