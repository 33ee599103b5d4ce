#include "services/session/session_manager.h"

#include <gtest/gtest.h>

#include "services/session/in_memory_session_store.h"
#include "services/session/in_memory_users.h"

namespace sail::session {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(5);

class SessionManagerTest : public ::testing::Test {
 protected:
  SessionManagerOptions Options() {
    SessionManagerOptions options;
    options.updater.clock = [this] { return now_; };
    options.updater.max_bytes = 300;
    options.new_id = [this] { return ids_.empty() ? "id" + std::to_string(++made_) : ids_; };
    return options;
  }

  absl::StatusOr<Session> Create(const SessionContent& content) {
    absl::StatusOr<Session> result;
    manager_.Create(content, kTimeout, [&](absl::StatusOr<Session> session) { result = std::move(session); });
    return result;
  }
  absl::StatusOr<Session> Get(const std::string& id) {
    absl::StatusOr<Session> result;
    manager_.Get(id, kTimeout, [&](absl::StatusOr<Session> session) { result = std::move(session); });
    return result;
  }
  absl::StatusOr<Session> Update(const std::string& id, SessionChanges changes) {
    absl::StatusOr<Session> result;
    manager_.Update(id, std::move(changes), kTimeout,
                    [&](absl::StatusOr<Session> session) { result = std::move(session); });
    return result;
  }
  absl::StatusCode Touch(const std::string& id) {
    absl::Status result;
    manager_.Touch(id, kTimeout, [&](absl::Status status) { result = std::move(status); });
    return result.code();
  }
  absl::StatusCode Destroy(const std::string& id) {
    absl::Status result;
    manager_.Destroy(id, kTimeout, [&](absl::Status status) { result = std::move(status); });
    return result.code();
  }
  absl::StatusOr<Session> Regenerate(const std::string& old_id, const SessionContent& content) {
    absl::StatusOr<Session> result;
    manager_.Regenerate(old_id, content, kTimeout,
                        [&](absl::StatusOr<Session> session) { result = std::move(session); });
    return result;
  }

  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  std::string ids_;
  int made_ = 0;
  InMemorySessionStore store_{[this] { return now_; }};
  InMemoryUsers users_{store_, [this] { return now_; }};
  SessionManager manager_{store_, users_.sessions, Options()};
};

TEST_F(SessionManagerTest, WhatIsCreatedCanBeRead) {
  absl::StatusOr<Session> created = Create({R"({"a":1})", ""});
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->cookie_json, kDefaultCookieJson);
  absl::StatusOr<Session> read = Get(created->id);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->data_json, R"({"a":1})");
  EXPECT_EQ(read->cookie_json, kDefaultCookieJson);
}

TEST_F(SessionManagerTest, GetReturnsNotFoundAfterTtl) {
  const std::string id = Create({})->id;
  now_ += absl::Hours(24) - absl::Seconds(1);
  EXPECT_TRUE(Get(id).ok());
  now_ += absl::Seconds(1);
  EXPECT_EQ(Get(id).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(SessionManagerTest, TheCookiesExpiryIsTheTimeToLive) {
  const std::string id = Create({"", R"({"originalMaxAge":60000,"expires":"2023-11-14T22:14:20.000Z"})"})->id;
  now_ += absl::Seconds(59);
  EXPECT_TRUE(Get(id).ok());
  EXPECT_EQ(Touch(id), absl::StatusCode::kOk);
  now_ += absl::Seconds(59);
  EXPECT_TRUE(Get(id).ok());
  now_ += absl::Seconds(1);
  EXPECT_EQ(Get(id).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(SessionManagerTest, TouchAndUpdateRestartTheTime) {
  const std::string id = Create({})->id;
  now_ += absl::Hours(23);
  EXPECT_EQ(Touch(id), absl::StatusCode::kOk);
  now_ += absl::Hours(23);
  EXPECT_TRUE(Update(id, {{{"a", "1"}}, {}}).ok());
  now_ += absl::Hours(23);
  EXPECT_TRUE(Get(id).ok());
}

TEST_F(SessionManagerTest, NothingBringsADestroyedSessionBack) {
  const std::string id = Create({})->id;
  EXPECT_EQ(Destroy(id), absl::StatusCode::kOk);
  EXPECT_EQ(Update(id, {{{"a", "1"}}, {}}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Touch(id), absl::StatusCode::kNotFound);
  EXPECT_EQ(Get(id).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Destroy(id), absl::StatusCode::kOk);
}

TEST_F(SessionManagerTest, RegenerateLeavesOnlyTheNewSession) {
  const std::string old_id = Create({R"({"a":1})", ""})->id;
  absl::StatusOr<Session> session = Regenerate(old_id, {R"({"userId":7})", ""});
  ASSERT_TRUE(session.ok());
  EXPECT_NE(session->id, old_id);
  EXPECT_EQ(session->data_json, R"({"userId":7})");
  EXPECT_EQ(Get(old_id).status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(Get(session->id).ok());
  EXPECT_TRUE(Regenerate("unknown", {}).ok());
}

TEST_F(SessionManagerTest, BadContentOfRegenerateLeavesTheOldSession) {
  const std::string old_id = Create({})->id;
  EXPECT_EQ(Regenerate(old_id, {"[]", ""}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(Get(old_id).ok());
}

TEST_F(SessionManagerTest, AnIdThatIsTakenIsNotShared) {
  ids_ = "same";
  EXPECT_TRUE(Create({R"({"mine":1})", ""}).ok());
  EXPECT_EQ(Create({}).status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(Get("same")->data_json, R"({"mine":1})");
}

TEST_F(SessionManagerTest, RefusesBadInput) {
  EXPECT_EQ(Get("a b").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Touch(""), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Destroy("*"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Update("a/b", {}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Regenerate("a/b", {}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Create({"{\"a\":\"" + std::string(300, 'x') + "\"}", ""}).status().code(),
            absl::StatusCode::kInvalidArgument);
  const std::string id = Create({})->id;
  EXPECT_EQ(Update(id, {{{"a", "nope"}}, {}}).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace sail::session
