#include "services/session/user_sessions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/session/in_memory_session_store.h"
#include "services/session/in_memory_users.h"
#include "services/session/session_manager.h"

namespace sail::session {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Ids = std::vector<std::string>;

constexpr absl::Duration kTimeout = absl::Seconds(5);

class UserSessionsTest : public ::testing::Test {
 protected:
  SessionManagerOptions Options() {
    SessionManagerOptions options;
    options.updater.clock = [this] { return now_; };
    options.new_id = [this] { return "id" + std::to_string(++made_); };
    return options;
  }
  UserSessions& sessions() { return users_.sessions; }

  std::string Create(const std::string& data) {
    absl::StatusOr<Session> result;
    manager_.Create({data, ""}, kTimeout, [&](auto session) { result = std::move(session); });
    return result.value().id;
  }
  absl::StatusCode Update(const std::string& id, SessionChanges changes) {
    absl::StatusOr<Session> result;
    manager_.Update(id, std::move(changes), kTimeout, [&](auto session) { result = std::move(session); });
    return result.status().code();
  }
  void Touch(const std::string& id) {
    manager_.Touch(id, kTimeout, [](absl::Status status) { EXPECT_TRUE(status.ok()) << status; });
  }
  absl::StatusCode Get(const std::string& id) {
    absl::StatusCode code;
    manager_.Get(id, kTimeout, [&](auto session) { code = session.status().code(); });
    return code;
  }
  std::vector<UserSession> List(const std::string& user) {
    std::vector<UserSession> result;
    sessions().List(user, kTimeout, [&](auto list) { result = std::move(list).value(); });
    return result;
  }
  Ids ListIds(const std::string& user) {
    Ids ids;
    for (const UserSession& session : List(user)) ids.push_back(session.id);
    return ids;
  }
  Ids Indexed(const std::string& user) {
    Ids ids;
    users_.index.List(user, kTimeout, [&](auto entries) {
      for (const auto& entry : *entries) ids.push_back(entry.session_id);
    });
    return ids;
  }
  absl::StatusOr<size_t> RevokeAll(const std::string& user, const std::string& except = "") {
    absl::StatusOr<size_t> result;
    sessions().RevokeAll(user, except, kTimeout, [&](auto count) { result = std::move(count); });
    return result;
  }
  absl::Status Revoke(const std::string& id) {
    absl::Status result = absl::UnknownError("no answer");
    sessions().Revoke(id, kTimeout, [&](absl::Status status) { result = std::move(status); });
    return result;
  }

  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  int made_ = 0;
  InMemorySessionStore store_{[this] { return now_; }};
  InMemoryUsers users_{store_, [this] { return now_; }, 3};
  SessionManager manager_{store_, users_.sessions, Options()};
};

TEST_F(UserSessionsTest, ALoginMakesTheSessionTheUsersALogoutNobodys) {
  const std::string id = Create("{}");
  EXPECT_THAT(ListIds("7"), IsEmpty());
  Update(id, {{{"userId", "7"}}, {}});
  EXPECT_THAT(ListIds("7"), ElementsAre(id));
  Update(id, {{{"userId", "\"8\""}}, {}});
  EXPECT_THAT(ListIds("7"), IsEmpty());
  EXPECT_THAT(ListIds("8"), ElementsAre(id));
  Update(id, {{}, {"userId"}});
  EXPECT_THAT(ListIds("8"), IsEmpty());
}

TEST_F(UserSessionsTest, ASessionMadeWithAUserIsTheUsersAtOnce) {
  const std::string id = Create(R"({"userId":7})");
  EXPECT_THAT(ListIds("7"), ElementsAre(id));
  manager_.Regenerate(id, {R"({"userId":7})", ""}, kTimeout, [](auto) {});
  EXPECT_THAT(ListIds("7"), ElementsAre("id2"));
  EXPECT_THAT(Indexed("7"), ElementsAre("id2"));
  manager_.Destroy("id2", kTimeout, [](absl::Status) {});
  EXPECT_THAT(ListIds("7"), IsEmpty());
  EXPECT_THAT(Indexed("7"), IsEmpty());
}

TEST_F(UserSessionsTest, WhatAnotherProgramWroteIsKnownFromItsNextUseOn) {
  store_.Insert("theirs", R"({"cookie":{},"userId":7})", absl::Hours(1), kTimeout, [](absl::Status) {});
  EXPECT_THAT(ListIds("7"), IsEmpty());
  Touch("theirs");
  EXPECT_THAT(ListIds("7"), ElementsAre("theirs"));
}

TEST_F(UserSessionsTest, ListTellsWhatIsKnown) {
  const absl::Time start = now_;
  const std::string first = Create(R"({"userId":7})");
  now_ += absl::Minutes(1);
  const std::string second = Create(R"({"userId":7})");
  now_ += absl::Minutes(1);
  Touch(first);
  const std::vector<UserSession> list = List("7");
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].id, first);
  EXPECT_EQ(list[0].cookie_json, kDefaultCookieJson);
  EXPECT_EQ(list[0].since, start);
  EXPECT_EQ(list[0].last_seen, now_);
  EXPECT_EQ(list[0].expires, now_ + absl::Hours(24));
  EXPECT_EQ(list[1].id, second);
  EXPECT_EQ(list[1].last_seen, start + absl::Minutes(1));
}

TEST_F(UserSessionsTest, ASessionThatHasExpiredIsNotListed) {
  Create(R"({"userId":7})");
  now_ += absl::Hours(25);
  EXPECT_THAT(ListIds("7"), IsEmpty());
}

TEST_F(UserSessionsTest, RevokeAllEndsTheUsersSessionsButOne) {
  const Ids ids = {Create(R"({"userId":7})"), Create(R"({"userId":7})"), Create(R"({"userId":7})")};
  const std::string other = Create(R"({"userId":8})");
  EXPECT_EQ(*RevokeAll("7", ids[1]), 2u);
  EXPECT_THAT(users_.bus.TakeAnnounced(), UnorderedElementsAre(ids[0], ids[2]));
  EXPECT_THAT(ListIds("7"), ElementsAre(ids[1]));
  EXPECT_EQ(Get(ids[0]), absl::StatusCode::kNotFound);
  EXPECT_EQ(Get(other), absl::StatusCode::kOk);
  EXPECT_EQ(*RevokeAll("7"), 1u);
  EXPECT_EQ(*RevokeAll("7"), 0u);
  EXPECT_THAT(Indexed("7"), IsEmpty());
}

TEST_F(UserSessionsTest, NoUpdateBringsARevokedSessionBack) {
  const std::string id = Create(R"({"userId":7})");
  EXPECT_TRUE(Revoke(id).ok());
  EXPECT_EQ(Update(id, {{{"a", "1"}}, {}}), absl::StatusCode::kNotFound);
  EXPECT_EQ(Get(id), absl::StatusCode::kNotFound);
  EXPECT_THAT(Indexed("7"), IsEmpty());
}

TEST_F(UserSessionsTest, RevokeAnnouncesAgainWhenItIsRepeated) {
  const std::string id = Create("{}");
  EXPECT_TRUE(Revoke(id).ok());
  EXPECT_TRUE(Revoke(id).ok());
  EXPECT_THAT(users_.bus.TakeAnnounced(), ElementsAre(id, id));
}

TEST_F(UserSessionsTest, RevokeAllAnnouncesWhatAnInterruptedOneHadRemoved) {
  const std::string id = Create(R"({"userId":7})");
  store_.Remove(id, kTimeout, [](auto) {});
  EXPECT_EQ(*RevokeAll("7"), 0u);
  EXPECT_THAT(users_.bus.TakeAnnounced(), ElementsAre(id));
  EXPECT_THAT(Indexed("7"), IsEmpty());
}

TEST_F(UserSessionsTest, ASessionThatHasBecomeSomebodyElsesStays) {
  const std::string id = Create(R"({"userId":7})");
  Update(id, {{{"userId", "8"}}, {}});
  EXPECT_EQ(*RevokeAll("7"), 0u);
  EXPECT_THAT(users_.bus.TakeAnnounced(), IsEmpty());
  EXPECT_EQ(Get(id), absl::StatusCode::kOk);
}

TEST_F(UserSessionsTest, OneSessionTooManyEndsTheOneThatWouldExpireFirst) {
  Ids ids;
  for (int i = 0; i < 3; ++i) {
    ids.push_back(Create(R"({"userId":7})"));
    now_ += absl::Seconds(1);
  }
  Touch(ids[0]);
  Create(R"({"userId":7})");
  EXPECT_EQ(Get(ids[1]), absl::StatusCode::kNotFound);
  EXPECT_EQ(Get(ids[0]), absl::StatusCode::kOk);
  EXPECT_THAT(users_.bus.TakeAnnounced(), ElementsAre(ids[1]));
}

TEST_F(UserSessionsTest, ManySessionsAreRevokedInBatches) {
  InMemoryUsers many(
      store_, [this] { return now_; }, 1000);
  SessionManager manager(store_, many.sessions, Options());
  for (int i = 0; i < 300; ++i) manager.Create({R"({"userId":7})", ""}, kTimeout, [](auto) {});
  absl::StatusOr<size_t> count;
  many.sessions.RevokeAll("7", "id5", kTimeout, [&](auto result) { count = std::move(result); });
  EXPECT_EQ(*count, 299u);
  EXPECT_EQ(many.bus.TakeAnnounced().size(), 299u);
  EXPECT_EQ(Get("id5"), absl::StatusCode::kOk);
}

TEST_F(UserSessionsTest, RefusesBadInput) {
  EXPECT_EQ(RevokeAll("").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(RevokeAll(std::string(257, 'x')).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(RevokeAll("7", "a b").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Revoke("").code(), absl::StatusCode::kInvalidArgument);
  absl::Status status;
  sessions().List("", kTimeout, [&](auto list) { status = list.status(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace sail::session
