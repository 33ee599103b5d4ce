#include "gateway/upstream/answer_check.h"

#include <gtest/gtest.h>

namespace sail::gateway {
namespace {

using action::v1::ActionResponse;

class AnswerCheckTest : public testing::Test {
 protected:
  void ExpectUnusable(std::string_view what) {
    const absl::Status status = CheckAnswer(answer_);
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_NE(std::string(status.message()).find(what), std::string::npos) << status;
  }
  void SetHeader(const std::string& name, const std::string& value) {
    answer_.clear_headers();
    answer_.add_headers()->set_name(name);
    answer_.mutable_headers(0)->set_value(value);
  }

  ActionResponse answer_;
};

TEST_F(AnswerCheckTest, OrdinaryAnswersPass) {
  EXPECT_TRUE(CheckAnswer(answer_).ok());
  answer_.set_status(302);
  answer_.set_body_type(action::v1::BODY_TYPE_JSON);
  answer_.set_body(R"({"a":1})");
  SetHeader("X-Custom", "a\tb");
  (*answer_.mutable_session_changes()->mutable_set())["n"] = "1";
  answer_.add_room_operations()->mutable_broadcast()->set_event("without data");
  answer_.add_room_operations()->mutable_broadcast()->set_data_json("[1]");
  EXPECT_TRUE(CheckAnswer(answer_).ok());
}

TEST_F(AnswerCheckTest, AnAnswerMayBeDeeperThanARequest) {
  answer_.set_body_type(action::v1::BODY_TYPE_JSON);
  const auto deep = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  answer_.set_body("{\"params\":{\"a\":" + deep(64) + "}}");
  EXPECT_TRUE(CheckAnswer(answer_).ok());
  answer_.set_body(deep(129));
  ExpectUnusable("body");
}

TEST_F(AnswerCheckTest, AStatusThatIsNoAnswersIsRefused) {
  for (const int status : {-1, 1, 100, 199, 600, 70000}) {
    answer_.set_status(status);
    ExpectUnusable("status");
  }
}

TEST_F(AnswerCheckTest, AHeaderCannotBreakOutOfItsLine) {
  SetHeader("X-A", "b\r\nSet-Cookie: c=d");
  ExpectUnusable("header");
  SetHeader("X-A\r\nX-B", "c");
  ExpectUnusable("header");
  SetHeader("X-A", std::string("b\0c", 3));
  ExpectUnusable("header");
  SetHeader("", "b");
  ExpectUnusable("header");
}

TEST_F(AnswerCheckTest, WhatIsCalledJsonIsJson) {
  answer_.set_body_type(action::v1::BODY_TYPE_JSON);
  for (const char* body : {"", "{", "{}]", "undefined"}) {
    answer_.set_body(body);
    ExpectUnusable("body");
  }
  answer_.set_body("null");
  (*answer_.mutable_session_changes()->mutable_set())["n"] = "1,\"admin\":true";
  ExpectUnusable("session");
  answer_.clear_session_changes();
  answer_.add_room_operations()->mutable_broadcast()->set_data_json("1],[2");
  ExpectUnusable("broadcast");
}

}  // namespace
}  // namespace sail::gateway
