// Sessions and rooms; policies are in action_runner_test.cc.
#include "gateway/actions/action_runner.h"
#include "gateway/upstream/fake_action_client.h"
#include "gateway/upstream/fake_pubsub_link.h"
#include "gateway/upstream/fake_session_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

using action::v1::ActionResponse;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Writes down what is done to the requesting socket.
class FakeRequester final : public Requester {
 public:
  void Apply(const action::v1::SocketDataChanges& data, std::vector<action::v1::RoomOperation> operations,
             std::function<void(absl::Status)> done) override {
    for (const auto& [key, value] : data.set()) log.push_back("data " + key + "=" + value);
    for (const auto& operation : operations) {
      if (operation.has_join()) log.push_back("join " + operation.join().rooms(0));
      if (operation.has_leave()) log.push_back("leave " + operation.leave().rooms(0));
    }
    if (hold) {
      held = std::move(done);
    } else {
      done(confirmation);
    }
  }

  std::vector<std::string> log;
  absl::Status confirmation;
  bool hold = false;
  std::function<void(absl::Status)> held;
};

class ActionRunnerSessionTest : public ::testing::Test {
 protected:
  ActionCall Call(const std::string& method = "POST") {
    ActionCall call;
    call.request.set_method(method);
    call.request.set_action("sess/echo");
    call.client = &service_;
    return call;
  }
  // Exactly one result, or none yet.
  std::optional<ActionResult> Run(ActionCall call) {
    auto results = std::make_shared<std::vector<ActionResult>>();
    runner_.Run(std::move(call), [results](ActionResult result) { results->push_back(std::move(result)); });
    EXPECT_LE(results->size(), 1u);
    results_ = results;
    return results->empty() ? std::nullopt : std::optional(results->front());
  }

  FakeSessionClient store_;
  FakeActionClient service_;
  FakePubSubLink pubsub_;
  RequestSessions sessions_{store_, {.new_cookie_json = [](absl::Time) { return "{}"; }}};
  const platform::PolicyTable all_may_;
  ActionRunner runner_{
      sessions_, pubsub_, {&all_may_, [](const std::string&) { return nullptr; }}, absl::Seconds(1)};
  std::shared_ptr<std::vector<ActionResult>> results_;
};

TEST_F(ActionRunnerSessionTest, TheActionSeesTheStoredSession) {
  store_.sessions["known"] = {
      .created_data = R"({"n":1})", .data = {}, .unset = {}, .cookie = R"({"path":"/"})"};
  ActionCall call = Call();
  call.session_id = "known";
  const auto result = Run(std::move(call));
  ASSERT_EQ(service_.requests.size(), 1u);
  EXPECT_EQ(service_.requests[0].session().id(), "known");
  EXPECT_EQ(service_.requests[0].session().data_json(), R"({"n":1})");
  EXPECT_EQ(service_.requests[0].session().cookie_json(), R"({"path":"/"})");
  EXPECT_FALSE(result->session.id_changed);
}

TEST_F(ActionRunnerSessionTest, ANewSessionIsStoredAfterTheAction) {
  (*service_.answer->mutable_session_changes()->mutable_set())["n"] = "1";
  const auto result = Run(Call());
  EXPECT_TRUE(service_.requests[0].has_session());
  EXPECT_EQ(service_.requests[0].session().id(), "");
  EXPECT_TRUE(result->session.id_changed);
  EXPECT_EQ(store_.sessions[result->session.session.id].created_data, R"({"n":1})");
}

TEST_F(ActionRunnerSessionTest, WithoutSessionsTheStoreIsNotAsked) {
  ActionCall call = Call();
  call.session_enabled = false;
  call.session_id = "known";
  store_.failure = absl::UnavailableError("redis");
  const auto result = Run(std::move(call));
  EXPECT_TRUE(result->response.ok());
  EXPECT_FALSE(service_.requests[0].has_session());
  EXPECT_THAT(store_.TakeCalls(), IsEmpty());
  EXPECT_FALSE(result->session.session.enabled);
}

TEST_F(ActionRunnerSessionTest, WhileTheStoreIsAwayTheActionDoesNotRun) {
  store_.failure = absl::DeadlineExceededError("redis");
  ActionCall call = Call();
  call.session_id = "known";
  const auto result = Run(std::move(call));
  EXPECT_TRUE(absl::IsUnavailable(result->response.status()));
  EXPECT_THAT(service_.requests, IsEmpty());
}

TEST_F(ActionRunnerSessionTest, TheClientIsToldOfChangesThatMayBeLost) {
  service_.hold = true;
  EXPECT_FALSE(Run(Call()).has_value());
  store_.failure = absl::UnavailableError("redis");
  ActionResponse response;
  (*response.mutable_session_changes()->mutable_set())["n"] = "1";
  service_.held[0](response);
  ASSERT_EQ(results_->size(), 1u);
  EXPECT_TRUE(absl::IsUnavailable(results_->front().response.status()));
}

TEST_F(ActionRunnerSessionTest, WhatIsDoneStandsThoughANewSessionCannotBeStored) {
  store_.failure = absl::UnavailableError("redis");
  const auto done = Run(Call("POST"));
  EXPECT_TRUE(done->response.ok());
  EXPECT_FALSE(done->session.id_changed);
  EXPECT_TRUE(absl::IsUnavailable(Run(Call("GET"))->response.status()));
  (*service_.answer->mutable_session_changes()->mutable_set())["n"] = "1";
  EXPECT_TRUE(absl::IsUnavailable(Run(Call("POST"))->response.status()));
}

TEST_F(ActionRunnerSessionTest, AFailedActionChangesNoSession) {
  service_.answer = absl::UnavailableError("away");
  const auto result = Run(Call());
  EXPECT_TRUE(absl::IsUnavailable(result->response.status()));
  EXPECT_THAT(store_.sessions, IsEmpty());
  EXPECT_FALSE(result->session.id_changed);
}

TEST_F(ActionRunnerSessionTest, OnlySafeMethodsMayBeRepeated) {
  for (const char* method : {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "get"})
    Run(Call(method));
  EXPECT_THAT(service_.repeatables, ElementsAre(true, true, true, false, false, false, false, false));
}

TEST_F(ActionRunnerSessionTest, WithoutAnActionTheSessionIsMadeAllTheSame) {
  ActionCall call;
  const auto result = Run(std::move(call));
  EXPECT_TRUE(result->response.ok());
  EXPECT_TRUE(result->session.id_changed);
}

TEST_F(ActionRunnerSessionTest, AnEarlyAnswerStandsInForTheAction) {
  ActionCall call = Call();
  call.answer_early = [](const RequestSession& session) -> std::optional<ActionResponse> {
    ActionResponse response;
    response.set_status(session.enabled ? 403 : 500);
    (*response.mutable_session_changes()->mutable_set())["seen"] = "true";
    return response;
  };
  const auto result = Run(std::move(call));
  EXPECT_THAT(service_.requests, IsEmpty());
  EXPECT_TRUE(result->answered_early);
  EXPECT_EQ(result->response->status(), 403);
  EXPECT_EQ(store_.sessions[result->session.session.id].created_data, R"({"seen":true})");
}

TEST_F(ActionRunnerSessionTest, WithoutAnEarlyAnswerTheActionRuns) {
  ActionCall call = Call();
  call.answer_early = [](const RequestSession&) { return std::nullopt; };
  const auto result = Run(std::move(call));
  EXPECT_EQ(service_.requests.size(), 1u);
  EXPECT_FALSE(result->answered_early);
}

TEST_F(ActionRunnerSessionTest, RoomsAreJoinedBeforeEventsArePublishedAndTheClientIsAnswered) {
  service_.answer->add_room_operations()->mutable_join()->add_rooms("a");
  service_.answer->add_room_operations()->mutable_leave()->add_rooms("b");
  service_.answer->add_room_operations()->mutable_broadcast()->add_rooms("a");
  auto rooms = std::make_shared<FakeRequester>();
  rooms->hold = true;
  ActionCall call = Call();
  call.requester = rooms;
  call.request.mutable_socket()->set_namespace_("/chat");
  call.request.mutable_socket()->set_id("me");
  EXPECT_FALSE(Run(std::move(call)).has_value());
  EXPECT_THAT(rooms->log, ElementsAre("join a", "leave b"));
  EXPECT_THAT(pubsub_.published, IsEmpty());
  rooms->held(absl::OkStatus());
  ASSERT_EQ(results_->size(), 1u);
  ASSERT_EQ(pubsub_.published.size(), 1u);
  EXPECT_EQ(pubsub_.published[0].namespace_(), "/chat");
}

TEST_F(ActionRunnerSessionTest, AJoinThatIsNotConfirmedDoesNotFailTheRequest) {
  service_.answer->add_room_operations()->mutable_join()->add_rooms("a");
  auto rooms = std::make_shared<FakeRequester>();
  rooms->confirmation = absl::UnavailableError("no pubsub");
  ActionCall call = Call();
  call.requester = rooms;
  call.request.mutable_socket()->set_id("me");
  EXPECT_TRUE(Run(std::move(call))->response.ok());
}

TEST_F(ActionRunnerSessionTest, WhatALimitOfTheSocketForbidsFailsTheRequest) {
  service_.answer->add_room_operations()->mutable_join()->add_rooms("a");
  service_.answer->add_room_operations()->mutable_broadcast()->add_rooms("a");
  auto rooms = std::make_shared<FakeRequester>();
  rooms->confirmation = absl::ResourceExhaustedError("too many rooms");
  ActionCall call = Call();
  call.requester = rooms;
  call.request.mutable_socket()->set_id("me");
  EXPECT_TRUE(absl::IsResourceExhausted(Run(std::move(call))->response.status()));
  EXPECT_THAT(pubsub_.published, IsEmpty());
}

TEST_F(ActionRunnerSessionTest, DataOfTheSocketIsChangedThoughNothingElseIs) {
  (*service_.answer->mutable_socket_data()->mutable_set())["k"] = "1";
  auto requester = std::make_shared<FakeRequester>();
  ActionCall call = Call();
  call.requester = requester;
  Run(std::move(call));
  EXPECT_THAT(requester->log, ElementsAre("data k=1"));
}

TEST_F(ActionRunnerSessionTest, AConnectIsAppliedUnlessItIsRefused) {
  struct Case {
    bool refusal;
    int status;
    bool applied;
  };
  for (const Case& each : {Case{false, 0, true}, Case{true, 0, false}, Case{false, 403, false}}) {
    service_.answer = ActionResponse();
    service_.answer->set_status(each.status);
    if (each.refusal) service_.answer->mutable_connect_refusal()->set_message("no");
    service_.answer->add_room_operations()->mutable_broadcast()->add_rooms("a");
    pubsub_.published.clear();
    auto requester = std::make_shared<FakeRequester>();
    requester->hold = true;
    ActionCall call = Call();
    call.requester = requester;
    call.request.mutable_socket_event()->set_kind(action::v1::SocketEvent::KIND_CONNECT);
    EXPECT_EQ(Run(std::move(call)).has_value(), !each.applied);
    EXPECT_EQ(requester->held != nullptr, each.applied);
    EXPECT_THAT(pubsub_.published, IsEmpty());
  }
}

TEST_F(ActionRunnerSessionTest, AnActionWaitsForItsTurn) {
  std::function<void()> run;
  ActionCall call = Call();
  call.in_turn = [&](std::function<void()> next) { run = std::move(next); };
  EXPECT_FALSE(Run(std::move(call)).has_value());
  EXPECT_THAT(service_.requests, IsEmpty());
  run();
  EXPECT_EQ(results_->size(), 1u);
}

TEST_F(ActionRunnerSessionTest, AnEventThatIsNotPublishedFailsTheRequest) {
  service_.answer->add_room_operations()->mutable_broadcast()->add_rooms("a");
  pubsub_.failure = absl::UnavailableError("no pubsub");
  EXPECT_TRUE(absl::IsUnavailable(Run(Call())->response.status()));
}

TEST_F(ActionRunnerSessionTest, OverHttpThereIsNoSocketToJoin) {
  service_.answer->add_room_operations()->mutable_join()->add_rooms("a");
  service_.answer->add_room_operations()->mutable_broadcast()->add_rooms("a");
  EXPECT_TRUE(Run(Call())->response.ok());
  ASSERT_EQ(pubsub_.published.size(), 1u);
  EXPECT_EQ(pubsub_.published[0].namespace_(), "/");
}

}  // namespace
}  // namespace sail::gateway
