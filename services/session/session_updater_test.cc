#include "services/session/session_updater.h"

#include <gtest/gtest.h>

#include <deque>
#include <optional>

#include "services/session/in_memory_session_store.h"
#include "services/session/in_memory_users.h"
#include "services/session/session_errors.h"

namespace sail::session {
namespace {

// Holds operations back until the test lets them go, one by one, and counts them.
class HeldStore final : public SessionStore {
 public:
  explicit HeldStore(SessionStore& store) : store_(store) {}

  void Read(const std::string& id, absl::Duration timeout, ReadDone done) override {
    Hold([=, this] { ++reads, store_.Read(id, timeout, done); });
  }
  void Insert(const std::string& id, std::string text, absl::Duration ttl, absl::Duration timeout,
              WriteDone done) override {
    store_.Insert(id, std::move(text), ttl, timeout, std::move(done));
  }
  void Swap(const std::string& id, std::string expected, std::string desired, absl::Duration ttl,
            absl::Duration timeout, SwapDone done) override {
    Hold([=, this] {
      ++swaps;
      last_ttl = ttl;
      if (fail_swaps.ok()) {
        store_.Swap(id, expected, desired, ttl, timeout, done);
      } else {
        done(fail_swaps);
      }
    });
  }
  void Touch(const std::string&, absl::Duration, absl::Duration, WriteDone) override { FAIL(); }
  void Remove(const std::string& id, absl::Duration timeout, ReadDone done) override {
    store_.Remove(id, timeout, std::move(done));
  }

  // Lets one operation go; false if none is held.
  bool Step() {
    if (held_.empty()) return false;
    auto operation = std::move(held_.front());
    held_.pop_front();
    operation();
    return true;
  }
  void Drain() {
    while (Step()) {
    }
  }

  int reads = 0;
  int swaps = 0;
  absl::Duration last_ttl;
  absl::Status fail_swaps;

 private:
  void Hold(std::function<void()> operation) { held_.push_back(std::move(operation)); }

  SessionStore& store_;
  std::deque<std::function<void()>> held_;
};

class SessionUpdaterTest : public ::testing::Test {
 protected:
  SessionUpdaterTest() { Put(R"({"cookie":{},"n":0})"); }

  SessionUpdaterOptions Options() {
    SessionUpdaterOptions options;
    options.clock = [this] { return now_; };
    options.max_bytes = 200;
    options.max_attempts = 3;
    options.max_waiting = 5;
    options.on_conflict = [this] { ++conflicts_; };
    options.on_coalesced = [this] { ++coalesced_; };
    return options;
  }

  void Put(const std::string& text) {
    memory_.Remove("s", absl::Seconds(1), [](absl::StatusOr<std::string>) {});
    memory_.Insert("s", text, absl::Hours(1), absl::Seconds(1), [](absl::Status) {});
  }

  std::string Stored() {
    std::string stored = "none";
    memory_.Read("s", absl::Seconds(1), [&](absl::StatusOr<std::string> text) {
      if (text.ok()) stored = *text;
    });
    return stored;
  }

  // The place where the result will be.
  std::optional<absl::StatusOr<Session>>* Set(const std::string& key, const std::string& value,
                                              absl::Duration timeout = absl::Seconds(5)) {
    results_.emplace_back();
    auto* result = &results_.back();
    updater_.Update("s", {{{key, value}}, {}}, timeout, [result](absl::StatusOr<Session> session) {
      EXPECT_FALSE(result->has_value());
      result->emplace(std::move(session));
    });
    return result;
  }

  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  InMemorySessionStore memory_{[this] { return now_; }};
  HeldStore store_{memory_};
  int conflicts_ = 0;
  int coalesced_ = 0;
  std::deque<std::optional<absl::StatusOr<Session>>> results_;
  InMemoryUsers users_{memory_, [this] { return now_; }};
  SessionUpdater updater_{store_, users_.sessions, Options()};
};

TEST_F(SessionUpdaterTest, GivesTheSessionAsStored) {
  auto* result = Set("a", "1");
  store_.Drain();
  ASSERT_TRUE((*result)->ok());
  EXPECT_EQ((**result)->data_json, R"({"n":0,"a":1})");
  EXPECT_EQ((**result)->id, "s");
  EXPECT_EQ(Stored(), R"({"cookie":{},"n":0,"a":1})");
}

TEST_F(SessionUpdaterTest, UpdatesThatWaitShareOneSwap) {
  for (const char* key : {"a", "b", "c", "d", "e"}) Set(key, "1");
  store_.Drain();
  for (auto& result : results_) EXPECT_TRUE((*result).ok());
  EXPECT_EQ(Stored(), R"({"cookie":{},"n":0,"a":1,"b":1,"c":1,"d":1,"e":1})");
  EXPECT_EQ(store_.reads, 1);
  EXPECT_EQ(store_.swaps, 1);
  EXPECT_EQ(coalesced_, 4);
}

TEST_F(SessionUpdaterTest, TheNextRoundStartsFromWhatWasStored) {
  Set("a", "1");
  store_.Step();
  Set("a", "2");
  Set("b", "2");
  store_.Drain();
  EXPECT_EQ(Stored(), R"({"cookie":{},"n":0,"a":2,"b":2})");
  EXPECT_EQ(store_.reads, 1);
  EXPECT_EQ(store_.swaps, 2);
  // And a session that nobody updates is forgotten.
  Set("c", "3");
  store_.Drain();
  EXPECT_EQ(store_.reads, 2);
}

TEST_F(SessionUpdaterTest, AnotherProcessesWriteIsKept) {
  auto* result = Set("a", "1");
  store_.Step();
  Put(R"({"cookie":{},"n":0,"theirs":[]})");
  store_.Drain();
  ASSERT_TRUE((*result)->ok());
  EXPECT_EQ(Stored(), R"({"cookie":{},"n":0,"theirs":[],"a":1})");
  EXPECT_EQ(conflicts_, 1);
  EXPECT_EQ(store_.reads, 1);
}

TEST_F(SessionUpdaterTest, GivesUpWhenOthersKeepWinning) {
  auto* result = Set("a", "1");
  store_.Step();
  for (int i = 0; i < 3; ++i) {
    ASSERT_FALSE(result->has_value());
    Put("{\"cookie\":{},\"n\":" + std::to_string(i + 1) + "}");
    store_.Step();
  }
  ASSERT_TRUE(result->has_value());
  EXPECT_EQ((*result)->status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(Stored(), R"({"cookie":{},"n":3})");
}

TEST_F(SessionUpdaterTest, ADestroyedSessionStaysAway) {
  auto* result = Set("a", "1");
  store_.Step();
  memory_.Remove("s", absl::Seconds(1), [](absl::StatusOr<std::string>) {});
  auto* waiting = Set("b", "1");
  store_.Drain();
  EXPECT_EQ((*result)->status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ((*waiting)->status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Stored(), "none");
}

TEST_F(SessionUpdaterTest, OneThatIsTooLargeDoesNotSpoilTheOthers) {
  auto* small = Set("a", "1");
  auto* large = Set("b", "\"" + std::string(200, 'x') + "\"");
  auto* other = Set("c", "1");
  store_.Drain();
  EXPECT_TRUE((*small)->ok());
  EXPECT_EQ((*large)->status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE((*other)->ok());
  EXPECT_EQ(Stored(), R"({"cookie":{},"n":0,"a":1,"c":1})");
}

TEST_F(SessionUpdaterTest, TheStoresErrorReachesEveryUpdateOfTheBatch) {
  Set("a", "1");
  Set("b", "1");
  store_.fail_swaps = absl::UnavailableError("down");
  store_.Drain();
  for (auto& result : results_) EXPECT_EQ(result->status().code(), absl::StatusCode::kUnavailable);
  store_.fail_swaps = absl::OkStatus();
  auto* later = Set("c", "1");
  store_.Drain();
  EXPECT_TRUE((*later)->ok());
}

TEST_F(SessionUpdaterTest, AnUpdateThatWaitedTooLongIsNotDone) {
  auto* first = Set("a", "1");
  store_.Step();
  auto* late = Set("b", "1", absl::Milliseconds(10));
  auto* patient = Set("c", "1");
  now_ += absl::Seconds(1);
  store_.Drain();
  EXPECT_TRUE((*first)->ok());
  EXPECT_EQ((*late)->status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE((*patient)->ok());
  EXPECT_EQ(Stored(), R"({"cookie":{},"n":0,"a":1,"c":1})");
}

TEST_F(SessionUpdaterTest, WaitingUpdatesAreBounded) {
  for (int i = 0; i < 6; ++i) Set("k", std::to_string(i));
  auto* refused = Set("k", "6");
  ASSERT_TRUE(refused->has_value());
  EXPECT_EQ((*refused)->status().code(), absl::StatusCode::kResourceExhausted);
  store_.Drain();
  EXPECT_EQ(Stored(), R"({"cookie":{},"n":0,"k":5})");
}

TEST_F(SessionUpdaterTest, ANewCookieSetsTheTimeToLive) {
  Set("a", "1");
  store_.Drain();
  EXPECT_EQ(store_.last_ttl, absl::Hours(24));
  Set("cookie", R"({"expires":"2023-11-14T22:14:20.000Z"})");
  store_.Drain();
  EXPECT_EQ(store_.last_ttl, absl::Seconds(60));
}

TEST_F(SessionUpdaterTest, AnUnreadableSessionIsSaidToBeSo) {
  Put("garbage");
  auto* result = Set("a", "1");
  store_.Drain();
  EXPECT_EQ((*result)->status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Stored(), "garbage");
}

}  // namespace
}  // namespace sail::session
