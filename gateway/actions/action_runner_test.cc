// Policies, and how their answers come together with the action's.
#include "gateway/actions/action_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "gateway/upstream/action_client.h"
#include "gateway/upstream/pubsub_link.h"
#include "gateway/upstream/session_client.h"

namespace sail::gateway {
namespace {

using action::v1::ActionRequest;
using action::v1::ActionResponse;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Answers as the test says, by action; keeps what was asked.
class FakeService final : public ActionClient {
 public:
  void Run(ActionRequest request, const CallOptions&, Callback callback) override {
    asked.push_back(request.action());
    sessions.push_back(request.session().data_json());
    const auto found = answers.find(request.action());
    if (found == answers.end()) return callback(absl::UnimplementedError("there is no such action"));
    callback(found->second);
  }
  void Describe(const std::string&, absl::Duration, DescribeCallback callback) override {
    callback(absl::UnimplementedError(""));
  }
  bool ready() override { return true; }

  std::map<std::string, absl::StatusOr<ActionResponse>> answers;
  std::vector<std::string> asked;
  std::vector<std::string> sessions;
};

// One session at most: "s1", with one value under "key".
class FakeSessions final : public SessionClient {
 public:
  void Create(session::v1::CreateRequest request, absl::Duration, Callback callback) override {
    stored = request.data_json();
    callback(Stored());
  }
  void Get(const std::string&, absl::Duration, Callback callback) override { callback(Stored()); }
  void Update(session::v1::UpdateRequest request, absl::Duration, Callback callback) override {
    for (const auto& [key, value] : request.set()) stored = "{\"" + key + "\":" + value + "}";
    callback(Stored());
  }
  void Touch(const std::string&, absl::Duration, DoneCallback callback) override {
    callback(absl::OkStatus());
  }
  void Destroy(const std::string&, absl::Duration, DoneCallback callback) override {
    callback(absl::OkStatus());
  }
  void Regenerate(session::v1::RegenerateRequest, absl::Duration, Callback callback) override {
    callback(Stored());
  }
  bool ready() override { return true; }

  std::string stored = "{}";

 private:
  session::v1::Session Stored() const {
    session::v1::Session session;
    session.set_id("s1");
    session.set_data_json(stored);
    return session;
  }
};

class NoRooms final : public PubSubLink {
 public:
  void AddInterest(std::vector<RoomKey>, Done done) override { done(absl::OkStatus()); }
  void RemoveInterest(std::vector<RoomKey>) override {}
  void Publish(std::vector<pubsub::v1::Operation>, Done done) override { done(absl::OkStatus()); }
  void Ask(pubsub::v1::AttachRequest, OnAnswer) override {}
  void Answer(pubsub::v1::Answer) override {}
  bool attached() override { return true; }
};

ActionResponse Text(int status, const std::string& text) {
  ActionResponse response;
  response.set_status(status);
  response.set_body_type(action::v1::BODY_TYPE_TEXT);
  response.set_body(text);
  return response;
}

class ActionRunnerTest : public testing::Test {
 protected:
  ActionRunnerTest() {
    logic_.answers["user/find"] = Text(200, "found");
    policies_.answers["policies/first"] = ActionResponse();
    policies_.answers["policies/second"] = ActionResponse();
  }

  ActionResult Run(const std::string& policies, bool session = false) {
    table_ = *platform::PolicyTable::Parse(policies, "policies.yaml");
    ActionRunner runner(
        request_sessions_, rooms_,
        {&table_, [this](const std::string& name) { return missing_ == name ? nullptr : &policies_; }},
        absl::Seconds(10));
    ActionCall call;
    call.request.set_action("user/find");
    call.client = &logic_;
    call.session_enabled = session;
    call.session_id = "s1";
    ActionResult result;
    runner.Run(std::move(call), [&](ActionResult ran) { result = std::move(ran); });
    return result;
  }

  FakeService logic_, policies_;
  FakeSessions sessions_;
  RequestSessions request_sessions_{sessions_, {.new_cookie_json = [](absl::Time) { return "{}"; }}};
  NoRooms rooms_;
  platform::PolicyTable table_;
  std::string missing_;  // the policy that nobody offers
};

TEST_F(ActionRunnerTest, RunsWhatNoPolicySpeaksAgainst) {
  const ActionResult result = Run("{'*': false, user/*: true}");
  ASSERT_TRUE(result.response.ok());
  EXPECT_EQ(result.response->body(), "found");
}

TEST_F(ActionRunnerTest, WhatIsForbiddenToEverybodyIsNotEvenAsked) {
  const ActionResult result = Run("user/find: false");
  ASSERT_TRUE(result.response.ok());
  EXPECT_EQ(result.response->status(), 403);
  EXPECT_EQ(result.response->body(), "Forbidden");
  EXPECT_THAT(logic_.asked, IsEmpty());
}

TEST_F(ActionRunnerTest, NamedPoliciesAreAskedInTheirOrderAndThenTheAction) {
  const ActionResult result = Run("user/find: [second, first]");
  ASSERT_TRUE(result.response.ok());
  EXPECT_EQ(result.response->body(), "found");
  EXPECT_THAT(policies_.asked, ElementsAre("policies/second", "policies/first"));
}

TEST_F(ActionRunnerTest, APolicyThatAnswersEndsTheRequest) {
  policies_.answers["policies/first"] = Text(401, "log in");
  const ActionResult result = Run("user/find: [first, second]");
  ASSERT_TRUE(result.response.ok());
  EXPECT_EQ(result.response->status(), 401);
  EXPECT_EQ(result.response->body(), "log in");
  EXPECT_THAT(policies_.asked, ElementsAre("policies/first"));
  EXPECT_THAT(logic_.asked, IsEmpty());
}

TEST_F(ActionRunnerTest, AnAnswerOf200WithABodyIsAnAnswerToo) {
  policies_.answers["policies/first"] = Text(200, "cached");
  EXPECT_EQ(Run("user/find: first").response->body(), "cached");
  EXPECT_THAT(logic_.asked, IsEmpty());
}

TEST_F(ActionRunnerTest, APolicyThatCannotBeAskedLetsNobodyPass) {
  for (const absl::Status& status : {absl::UnavailableError(""), absl::UnimplementedError("forgotten")}) {
    policies_.answers["policies/first"] = status;
    EXPECT_TRUE(absl::IsUnavailable(Run("user/find: first").response.status()));
  }
  missing_ = "policies/second";
  EXPECT_TRUE(absl::IsUnavailable(Run("user/find: second").response.status()));
  EXPECT_THAT(logic_.asked, IsEmpty());
}

TEST_F(ActionRunnerTest, WhatAPassingPolicyDoesToTheSessionTheNextOnesSee) {
  ActionResponse passing;
  (*passing.mutable_session_changes()->mutable_set())["key"] = "1";
  auto* header = passing.add_headers();
  header->set_name("X-Policy");
  header->set_value("yes");
  policies_.answers["policies/first"] = passing;
  const ActionResult result = Run("user/find: [first, second]", true);
  ASSERT_TRUE(result.response.ok());
  EXPECT_THAT(policies_.sessions, ElementsAre("{}", R"({"key":1})"));
  EXPECT_THAT(logic_.sessions, ElementsAre(R"({"key":1})"));
  EXPECT_EQ(result.response->body(), "found");
  ASSERT_EQ(result.response->headers_size(), 1);
  EXPECT_EQ(result.response->headers(0).name(), "X-Policy");
}

TEST_F(ActionRunnerTest, ARefusingPolicysSessionChangesLast) {
  ActionResponse refusing = Text(401, "log in");
  (*refusing.mutable_session_changes()->mutable_set())["returnTo"] = "\"/user\"";
  policies_.answers["policies/first"] = refusing;
  EXPECT_EQ(Run("user/find: first", true).response->status(), 401);
  EXPECT_EQ(sessions_.stored, R"({"returnTo":"/user"})");
}

}  // namespace
}  // namespace sail::gateway
