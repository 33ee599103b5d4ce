#include "gateway/actions/request_session.h"

#include "gateway/upstream/fake_session_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

using action::v1::SessionChanges;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr char kCookie[] = R"({"originalMaxAge":null,"expires":null})";
constexpr char kAgingCookie[] = R"({"originalMaxAge":60000,"expires":"2023-11-14T22:14:20.000Z"})";

class RequestSessionsTest : public ::testing::Test {
 protected:
  RequestSessions Make(std::string first_keys = "{}", std::string cookie = kCookie) {
    return RequestSessions(client_, {.new_cookie_json = [cookie](absl::Time) { return cookie; },
                                     .new_data_json = [first_keys] { return first_keys; },
                                     .touch_interval = absl::Seconds(5),
                                     .clock = [this] { return now_; }});
  }
  absl::StatusOr<RequestSession> Load(RequestSessions& sessions, const std::string& id) {
    absl::StatusOr<RequestSession> loaded = absl::UnknownError("no answer");
    sessions.Load(id, [&](absl::StatusOr<RequestSession> session) { loaded = std::move(session); });
    return loaded;
  }
  absl::StatusOr<CommittedSession> Commit(RequestSessions& sessions, RequestSession session,
                                          const SessionChanges& changes = {}) {
    absl::StatusOr<CommittedSession> committed = absl::UnknownError("no answer");
    sessions.Commit(std::move(session), changes,
                    [&](absl::StatusOr<CommittedSession> session) { committed = std::move(session); });
    return committed;
  }
  static SessionChanges Set(const std::string& key, const std::string& value) {
    SessionChanges changes;
    (*changes.mutable_set())[key] = value;
    return changes;
  }

  FakeSessionClient client_;
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);  // 2023-11-14T22:13:20Z
};

TEST_F(RequestSessionsTest, WithoutAnIdTheStoreIsNotAsked) {
  RequestSessions sessions = Make();
  const auto session = Load(sessions, "");
  ASSERT_TRUE(session.ok());
  EXPECT_EQ(session->id, "");
  EXPECT_THAT(client_.TakeCalls(), IsEmpty());
}

TEST_F(RequestSessionsTest, AnUnknownIdIsNotAdopted) {
  RequestSessions sessions = Make();
  const auto session = Load(sessions, "chosen-by-an-attacker");
  ASSERT_TRUE(session.ok());
  EXPECT_EQ(session->id, "");
  const auto committed = Commit(sessions, *session);
  EXPECT_EQ(committed->session.id, "id1");
  EXPECT_TRUE(committed->id_changed);
  EXPECT_FALSE(client_.sessions.contains("chosen-by-an-attacker"));
}

TEST_F(RequestSessionsTest, ANewSessionIsStoredThoughNothingWasSet) {
  RequestSessions sessions = Make();
  const auto committed = Commit(sessions, *Load(sessions, ""));
  ASSERT_TRUE(committed.ok());
  EXPECT_TRUE(committed->id_changed);
  EXPECT_EQ(client_.sessions["id1"].created_data, "{}");
  EXPECT_EQ(client_.sessions["id1"].cookie, kCookie);
}

TEST_F(RequestSessionsTest, ANewSessionHasItsFirstKeysAndThoseOfTheAction) {
  RequestSessions sessions = Make(R"({"csrfSecret":"s","b":1})");
  const auto session = Load(sessions, "");
  EXPECT_EQ(session->data_json, R"({"csrfSecret":"s","b":1})");
  SessionChanges changes = Set("z", "[1]");
  (*changes.mutable_set())["a\"b"] = "2";
  changes.add_unset("b");
  EXPECT_TRUE(Commit(sessions, *session, changes).ok());
  EXPECT_EQ(client_.sessions["id1"].created_data, R"({"csrfSecret":"s","a\"b":2,"z":[1]})");
}

TEST_F(RequestSessionsTest, AnActionMaySetTheCookieOfANewSession) {
  RequestSessions sessions = Make();
  EXPECT_TRUE(Commit(sessions, *Load(sessions, ""), Set("cookie", kAgingCookie)).ok());
  EXPECT_EQ(client_.sessions["id1"].created_data, "{}");
  EXPECT_EQ(client_.sessions["id1"].cookie, kAgingCookie);
}

TEST_F(RequestSessionsTest, ChangesAreWrittenByKey) {
  RequestSessions sessions = Make();
  client_.sessions["known"].cookie = kCookie;
  SessionChanges changes = Set("n", "2");
  changes.add_unset("gone");
  const auto committed = Commit(sessions, *Load(sessions, "known"), changes);
  ASSERT_TRUE(committed.ok());
  EXPECT_FALSE(committed->id_changed);
  EXPECT_TRUE(committed->data_changed);
  EXPECT_THAT(client_.sessions["known"].data, ElementsAre(Pair("n", "2")));
  EXPECT_THAT(client_.sessions["known"].unset, ElementsAre("gone"));
  EXPECT_EQ(client_.sessions["known"].cookie, kCookie);
}

TEST_F(RequestSessionsTest, AChangeSlidesTheStoredExpiry) {
  RequestSessions sessions = Make();
  client_.sessions["known"].cookie = kAgingCookie;
  const auto session = Load(sessions, "known");
  now_ += absl::Seconds(30);
  const auto committed = Commit(sessions, *session, Set("n", "2"));
  EXPECT_EQ(committed->session.cookie_json,
            R"({"originalMaxAge":60000,"expires":"2023-11-14T22:14:50.000Z"})");
}

TEST_F(RequestSessionsTest, ASessionThatIsOnlyReadIsTouchedNowAndThen) {
  RequestSessions sessions = Make();
  client_.sessions["known"].cookie = kCookie;
  const auto read = [&] {
    const auto committed = Commit(sessions, *Load(sessions, "known"));
    EXPECT_FALSE(committed->id_changed);
    EXPECT_FALSE(committed->data_changed);
    return client_.TakeCalls();
  };
  EXPECT_THAT(read(), ElementsAre("get known", "touch known"));
  now_ += absl::Seconds(4);
  EXPECT_THAT(read(), ElementsAre("get known"));
  now_ += absl::Seconds(1);
  EXPECT_THAT(read(), ElementsAre("get known", "touch known"));
}

TEST_F(RequestSessionsTest, ReadingASessionWithAMaxAgeSlidesItsStoredExpiry) {
  RequestSessions sessions = Make();
  client_.sessions["known"].cookie = kAgingCookie;
  const auto session = Load(sessions, "known");
  now_ += absl::Seconds(30);
  EXPECT_TRUE(Commit(sessions, *session).ok());
  EXPECT_THAT(client_.TakeCalls(), ElementsAre("get known", "update known"));
  EXPECT_EQ(client_.sessions["known"].cookie,
            R"({"originalMaxAge":60000,"expires":"2023-11-14T22:14:50.000Z"})");
}

TEST_F(RequestSessionsTest, EachUseTellsTheClientOfALaterEnd) {
  RequestSessions sessions = Make();
  client_.sessions["known"].cookie = kAgingCookie;
  for (const char* expires : {"2023-11-14T22:14:20.000Z", "2023-11-14T22:14:22.000Z"}) {
    const auto committed = Commit(sessions, *Load(sessions, "known"));
    EXPECT_EQ(committed->session.cookie_json,
              std::string(R"({"originalMaxAge":60000,"expires":")") + expires + "\"}");
    now_ += absl::Seconds(2);
  }
  EXPECT_THAT(client_.TakeCalls(), ElementsAre("get known", "update known", "get known"));
}

TEST_F(RequestSessionsTest, RegeneratingLeavesNothingOfTheOldSession) {
  RequestSessions sessions = Make(R"({"csrfSecret":"new"})");
  client_.sessions["known"].created_data = R"({"csrfSecret":"old","userId":1})";
  SessionChanges changes = Set("fresh", "true");
  changes.set_regenerate(true);
  const auto committed = Commit(sessions, *Load(sessions, "known"), changes);
  ASSERT_TRUE(committed.ok());
  EXPECT_TRUE(committed->id_changed);
  EXPECT_EQ(committed->session.id, "id1");
  EXPECT_FALSE(client_.sessions.contains("known"));
  EXPECT_EQ(client_.sessions["id1"].created_data, R"({"csrfSecret":"new","fresh":true})");
}

TEST_F(RequestSessionsTest, DestroyingDeletesAndGivesNoNewId) {
  RequestSessions sessions = Make();
  client_.sessions["known"];
  SessionChanges changes = Set("ignored", "1");
  changes.set_destroy(true);
  const auto committed = Commit(sessions, *Load(sessions, "known"), changes);
  ASSERT_TRUE(committed.ok());
  EXPECT_EQ(committed->session.id, "");
  EXPECT_FALSE(committed->id_changed);
  EXPECT_THAT(client_.sessions, IsEmpty());
}

TEST_F(RequestSessionsTest, DestroyingASessionThatIsNotStoredStoresNothing) {
  RequestSessions sessions = Make();
  SessionChanges changes;
  changes.set_destroy(true);
  EXPECT_TRUE(Commit(sessions, *Load(sessions, ""), changes).ok());
  EXPECT_THAT(client_.TakeCalls(), IsEmpty());
}

TEST_F(RequestSessionsTest, ASessionThatVanishedMeanwhileStaysAway) {
  RequestSessions sessions = Make();
  client_.sessions["known"];
  const auto session = Load(sessions, "known");
  client_.sessions.clear();
  const auto committed = Commit(sessions, *session, Set("userId", "1"));
  ASSERT_TRUE(committed.ok());
  EXPECT_FALSE(committed->id_changed);
  EXPECT_THAT(client_.sessions, IsEmpty());
}

TEST_F(RequestSessionsTest, ADisabledSessionTouchesNothing) {
  RequestSessions sessions = Make();
  RequestSession disabled;
  disabled.enabled = false;
  EXPECT_TRUE(Commit(sessions, disabled, Set("a", "1")).ok());
  EXPECT_THAT(client_.TakeCalls(), IsEmpty());
}

TEST_F(RequestSessionsTest, AStoreThatIsAwayOrSlowIsUnavailable) {
  RequestSessions sessions = Make();
  client_.sessions["known"];
  const auto session = Load(sessions, "known");
  SessionChanges destroy, regenerate;
  destroy.set_destroy(true);
  regenerate.set_regenerate(true);
  for (const absl::Status& failure : {absl::UnavailableError("redis"), absl::DeadlineExceededError("redis"),
                                      absl::AbortedError("others kept winning")}) {
    client_.failure = failure;
    EXPECT_TRUE(absl::IsUnavailable(Load(sessions, "known").status())) << failure;
    EXPECT_TRUE(absl::IsUnavailable(Commit(sessions, RequestSession()).status())) << failure;
    EXPECT_TRUE(absl::IsUnavailable(Commit(sessions, *session, Set("a", "1")).status())) << failure;
    EXPECT_TRUE(absl::IsUnavailable(Commit(sessions, *session, destroy).status())) << failure;
    EXPECT_TRUE(absl::IsUnavailable(Commit(sessions, *session, regenerate).status())) << failure;
    EXPECT_TRUE(Commit(sessions, *session).ok()) << "nobody waits for a touch";
  }
}

TEST_F(RequestSessionsTest, ChangesThatCannotBeStoredAreNotTheClientsFault) {
  RequestSessions sessions = Make();
  client_.sessions["known"];
  const auto session = Load(sessions, "known");
  client_.failure = absl::InvalidArgumentError("larger than the limit");
  EXPECT_TRUE(absl::IsInternal(Commit(sessions, *session, Set("a", "1")).status()));
}

TEST_F(RequestSessionsTest, WhereNothingIsSavedUninitializedAnEmptySessionIsNotStored) {
  RequestSessions sessions(
      client_, {.new_cookie_json = [](absl::Time) { return kCookie; }, .save_uninitialized = false});
  auto session = Load(sessions, "unknown");
  EXPECT_EQ(Commit(sessions, *session)->session.id, "");
  EXPECT_THAT(client_.sessions, IsEmpty());
  EXPECT_EQ(Commit(sessions, *session, Set("n", "1"))->session.id, "id1");
}

TEST_F(RequestSessionsTest, RequestsThatShareASlotMakeOneSession) {
  RequestSessions sessions = Make();
  const auto slot = std::make_shared<SessionSlot>();
  auto first = Load(sessions, ""), second = Load(sessions, "");
  first->slot = second->slot = slot;
  // The first is being made while the second comes.
  slot->Enter([&](const std::string& id) { EXPECT_EQ(id, ""); });
  std::vector<std::string> ids;
  for (auto* session : {&*first, &*second}) {
    sessions.Commit(*session, Set("n", "1"), [&](absl::StatusOr<CommittedSession> committed) {
      ids.push_back(committed->session.id);
    });
  }
  EXPECT_THAT(ids, IsEmpty());
  slot->Done("");  // failed: the next one makes it
  EXPECT_THAT(ids, ElementsAre("id1", "id1"));
  EXPECT_EQ(client_.sessions.size(), 1u);
  EXPECT_EQ(Commit(sessions, *first, Set("m", "2"))->session.id, "id1");
}

}  // namespace
}  // namespace sail::gateway
