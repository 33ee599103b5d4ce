#include "services/session/session_service.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <map>

#include "protos/sail/session/v1/session.grpc.pb.h"
#include "services/session/in_memory_session_store.h"
#include "services/session/in_memory_users.h"

namespace sail::session {
namespace {

// The services behind a real gRPC server in this process.
class SessionServiceTest : public ::testing::Test {
 protected:
  SessionServiceTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(services_.unary());
    builder.RegisterService(services_.stream());
    server_ = builder.BuildAndStart();
    auto channel = server_->InProcessChannel({});
    unary_ = v1::SessionService::NewStub(channel);
    stream_ = v1::SessionStreamService::NewStub(channel);
  }
  ~SessionServiceTest() override { server_->Shutdown(); }

  v1::Session Create(const std::string& data) {
    grpc::ClientContext context;
    v1::CreateRequest request;
    request.set_data_json(data);
    v1::CreateResponse response;
    const grpc::Status status = unary_->Create(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.session();
  }

  grpc::StatusCode Get(const std::string& id, v1::Session* session) {
    grpc::ClientContext context;
    v1::GetRequest request;
    request.set_id(id);
    v1::GetResponse response;
    const grpc::Status status = unary_->Get(&context, request, &response);
    *session = response.session();
    return status.error_code();
  }

  platform::metrics::Registry registry_;
  InMemorySessionStore store_{absl::Now};
  InMemoryUsers users_{store_, absl::Now};
  SessionManager manager_{store_, users_.sessions, {}};
  SessionServices services_{manager_, users_.sessions, users_.bus, absl::Seconds(5), registry_};
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::SessionService::Stub> unary_;
  std::unique_ptr<v1::SessionStreamService::Stub> stream_;
};

TEST_F(SessionServiceTest, UnaryCallsFromCreateToDestroy) {
  const v1::Session created = Create(R"({"a":1})");
  EXPECT_EQ(created.id().size(), 32u);
  v1::Session session;
  ASSERT_EQ(Get(created.id(), &session), grpc::StatusCode::OK);
  EXPECT_EQ(session.data_json(), R"({"a":1})");
  EXPECT_EQ(session.cookie_json(), kDefaultCookieJson);

  {
    grpc::ClientContext context;
    v1::UpdateRequest request;
    request.set_id(created.id());
    (*request.mutable_set())["b"] = "[]";
    request.add_unset("a");
    v1::UpdateResponse response;
    ASSERT_TRUE(unary_->Update(&context, request, &response).ok());
    EXPECT_EQ(response.session().data_json(), R"({"b":[]})");
  }
  {
    grpc::ClientContext context;
    v1::TouchRequest request;
    request.set_id(created.id());
    v1::TouchResponse response;
    EXPECT_TRUE(unary_->Touch(&context, request, &response).ok());
  }
  std::string new_id;
  {
    grpc::ClientContext context;
    v1::RegenerateRequest request;
    request.set_old_id(created.id());
    request.set_data_json(R"({"userId":7})");
    v1::RegenerateResponse response;
    ASSERT_TRUE(unary_->Regenerate(&context, request, &response).ok());
    new_id = response.session().id();
    EXPECT_EQ(response.session().data_json(), R"({"userId":7})");
  }
  EXPECT_EQ(Get(created.id(), &session), grpc::StatusCode::NOT_FOUND);
  {
    grpc::ClientContext context;
    v1::DestroyRequest request;
    request.set_id(new_id);
    v1::DestroyResponse response;
    EXPECT_TRUE(unary_->Destroy(&context, request, &response).ok());
  }
  EXPECT_EQ(Get(new_id, &session), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Get("bad id", &session), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(SessionServiceTest, ACallWithoutTimeLeftIsRefusedByTheStoreNotServed) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() - std::chrono::seconds(1));
  v1::CreateResponse response;
  EXPECT_EQ(unary_->Create(&context, {}, &response).error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(SessionServiceTest, StreamAnswersEveryItemUnderItsId) {
  const std::string id = Create("{}").id();
  grpc::ClientContext context;
  auto stream = stream_->CallStream(&context);
  v1::SessionBatch batch;
  const auto add = [&batch](uint64_t number) {
    v1::SessionItem* item = batch.add_items();
    item->set_id(number);
    return item;
  };
  add(1)->mutable_get()->set_id(id);
  add(2)->mutable_get()->set_id("unknown");
  add(3)->mutable_create()->set_data_json(R"({"x":1})");
  v1::UpdateRequest* update = add(4)->mutable_update();
  update->set_id(id);
  (*update->mutable_set())["n"] = "1";
  add(5)->mutable_touch()->set_id(id);
  add(6)->mutable_destroy()->set_id("unknown");
  add(7);
  ASSERT_TRUE(stream->Write(batch));
  std::map<uint64_t, v1::SessionReply> replies;
  v1::SessionBatchReply message;
  while (replies.size() < 7 && stream->Read(&message)) {
    for (const v1::SessionReply& reply : message.replies())
      EXPECT_TRUE(replies.emplace(reply.id(), reply).second);
  }
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
  ASSERT_EQ(replies.size(), 7u);
  EXPECT_EQ(replies[1].session().id(), id);
  EXPECT_EQ(replies[2].code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_FALSE(replies[2].has_session());
  EXPECT_EQ(replies[3].session().data_json(), R"({"x":1})");
  EXPECT_EQ(replies[4].session().data_json(), R"({"n":1})");
  EXPECT_EQ(replies[5].code(), 0);
  EXPECT_FALSE(replies[5].has_session());
  EXPECT_EQ(replies[6].code(), 0);
  EXPECT_EQ(replies[7].code(), grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(SessionServiceTest, ListsAndRevokesAUsersSessions) {
  const std::string first = Create(R"({"userId":7})").id();
  const std::string second = Create(R"({"userId":7})").id();
  const std::string third = Create(R"({"userId":7})").id();
  {
    grpc::ClientContext context;
    v1::RevokeSessionRequest request;
    request.set_id(third);
    v1::RevokeSessionResponse response;
    ASSERT_TRUE(unary_->RevokeSession(&context, request, &response).ok());
  }
  {
    grpc::ClientContext context;
    v1::RevokeUserSessionsRequest request;
    request.set_user_id("7");
    request.set_except_id(first);
    v1::RevokeUserSessionsResponse response;
    ASSERT_TRUE(unary_->RevokeUserSessions(&context, request, &response).ok());
    EXPECT_EQ(response.revoked(), 1u);
  }
  grpc::ClientContext context;
  v1::ListUserSessionsRequest request;
  request.set_user_id("7");
  v1::ListUserSessionsResponse response;
  ASSERT_TRUE(unary_->ListUserSessions(&context, request, &response).ok());
  ASSERT_EQ(response.sessions_size(), 1);
  EXPECT_EQ(response.sessions(0).id(), first);
  EXPECT_EQ(response.sessions(0).cookie_json(), kDefaultCookieJson);
  EXPECT_NEAR(response.sessions(0).since_ms(), absl::ToUnixMillis(absl::Now()), 10'000);
  EXPECT_EQ(response.sessions(0).expires_ms(), response.sessions(0).last_seen_ms() + 86'400'000);
}

TEST_F(SessionServiceTest, AWatchTellsWhenItIsInForceAndWhatIsRevoked) {
  grpc::ClientContext context;
  auto watch = unary_->WatchRevocations(&context, {});
  v1::WatchRevocationsResponse message;
  ASSERT_TRUE(watch->Read(&message));
  EXPECT_TRUE(message.in_force());
  users_.bus.Announce({"a", "b"}, absl::Seconds(1), [](absl::Status) {});
  ASSERT_TRUE(watch->Read(&message));
  EXPECT_FALSE(message.in_force());
  ASSERT_EQ(message.ids_size(), 2);
  EXPECT_EQ(message.ids(1), "b");
  users_.bus.SayInForce();
  ASSERT_TRUE(watch->Read(&message));
  EXPECT_TRUE(message.in_force());
  services_.CloseWatches();
  EXPECT_FALSE(watch->Read(&message));
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  grpc::ClientContext later;
  EXPECT_EQ(unary_->WatchRevocations(&later, {})->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  // A client may see the end of its stream before the server has let go of it.
  server_->Shutdown();
  server_->Wait();
  EXPECT_EQ(users_.bus.watchers(), 0u);
}

TEST_F(SessionServiceTest, AWatcherThatReadsTooSlowlyIsToldThatItMissedSome) {
  grpc::ClientContext context;
  auto watch = unary_->WatchRevocations(&context, {});
  v1::WatchRevocationsResponse message;
  ASSERT_TRUE(watch->Read(&message));
  std::vector<std::string> ids(1000, std::string(200, 'x'));
  size_t announced = 0;
  for (int i = 0; i < 200; ++i, announced += ids.size()) {
    users_.bus.Announce(ids, absl::Seconds(1), [](absl::Status) {});
  }
  users_.bus.Announce({"last"}, absl::Seconds(1), [](absl::Status) {});
  size_t read = 0;
  bool told = false;
  do {
    ASSERT_TRUE(watch->Read(&message));
    told |= message.in_force();
    read += message.ids_size();
  } while (message.ids_size() == 0 || message.ids(message.ids_size() - 1) != "last");
  EXPECT_TRUE(told);
  EXPECT_LT(read, announced);
  context.TryCancel();
}

TEST_F(SessionServiceTest, CountsCallsByMethodAndCode) {
  v1::Session session;
  Get("unknown", &session);
  EXPECT_NE(registry_.Text().find(R"(sail_session_requests_total{code="NOT_FOUND",method="Get"} 1)"),
            std::string::npos)
      << registry_.Text();
}

}  // namespace
}  // namespace sail::session
