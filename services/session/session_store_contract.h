// What every SessionStore must do, as tests. A test file of a store gives a subclass of StoreUnderTest and
// instantiates the suite with it:
//
//   INSTANTIATE_TYPED_TEST_SUITE_P(InMemory, SessionStoreContract, InMemoryStoreUnderTest);
#ifndef SAIL_SESSION_SESSION_STORE_CONTRACT_H_
#define SAIL_SESSION_SESSION_STORE_CONTRACT_H_

#include <gtest/gtest.h>

#include <future>
#include <string>

#include "services/session/session_store.h"

namespace sail::session {

class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual SessionStore& store() = 0;
  // The whole seconds left, rounded up; 0 for an unknown id.
  virtual int64_t TimeToLive(const std::string& id) = 0;
  // Makes the id's time run out.
  virtual void Expire(const std::string& id) = 0;
};

inline constexpr absl::Duration kTestTimeout = absl::Seconds(20);

inline absl::StatusOr<std::string> Read(SessionStore& store, const std::string& id) {
  std::promise<absl::StatusOr<std::string>> result;
  store.Read(id, kTestTimeout, [&](absl::StatusOr<std::string> text) { result.set_value(std::move(text)); });
  return result.get_future().get();
}

inline absl::StatusCode Insert(SessionStore& store, const std::string& id, const std::string& text,
                               absl::Duration ttl = absl::Seconds(100)) {
  std::promise<absl::Status> result;
  store.Insert(id, text, ttl, kTestTimeout, [&](absl::Status status) { result.set_value(status); });
  return result.get_future().get().code();
}

inline absl::StatusOr<SessionStore::SwapResult> Swap(SessionStore& store, const std::string& id,
                                                     const std::string& expected, const std::string& desired,
                                                     absl::Duration ttl = absl::Seconds(100)) {
  std::promise<absl::StatusOr<SessionStore::SwapResult>> result;
  store.Swap(id, expected, desired, ttl, kTestTimeout,
             [&](absl::StatusOr<SessionStore::SwapResult> swap) { result.set_value(std::move(swap)); });
  return result.get_future().get();
}

inline absl::StatusCode Touch(SessionStore& store, const std::string& id, absl::Duration ttl) {
  std::promise<absl::Status> result;
  store.Touch(id, ttl, kTestTimeout, [&](absl::Status status) { result.set_value(status); });
  return result.get_future().get().code();
}

inline absl::StatusOr<std::string> Remove(SessionStore& store, const std::string& id) {
  std::promise<absl::StatusOr<std::string>> result;
  store.Remove(id, kTestTimeout,
               [&](absl::StatusOr<std::string> text) { result.set_value(std::move(text)); });
  return result.get_future().get();
}

template <typename Subject>
class SessionStoreContract : public ::testing::Test {
 protected:
  SessionStore& store() { return subject_.store(); }
  Subject subject_;
};

TYPED_TEST_SUITE_P(SessionStoreContract);

TYPED_TEST_P(SessionStoreContract, ReadGivesTheBytesInserted) {
  const std::string text("{\"a\":\"\0\r\n\xff\"}", 13);
  EXPECT_EQ(Insert(this->store(), "s", text), absl::StatusCode::kOk);
  EXPECT_EQ(*Read(this->store(), "s"), text);
  EXPECT_EQ(Read(this->store(), "other").status().code(), absl::StatusCode::kNotFound);
}

TYPED_TEST_P(SessionStoreContract, InsertNeverOverwrites) {
  EXPECT_EQ(Insert(this->store(), "s", "first"), absl::StatusCode::kOk);
  EXPECT_EQ(Insert(this->store(), "s", "second"), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(*Read(this->store(), "s"), "first");
}

TYPED_TEST_P(SessionStoreContract, InsertSetsTheTimeToLive) {
  Insert(this->store(), "s", "x", absl::Seconds(77));
  EXPECT_NEAR(this->subject_.TimeToLive("s"), 77, 1);
}

TYPED_TEST_P(SessionStoreContract, SwapReplacesTheExpectedTextAndRestartsTheTime) {
  Insert(this->store(), "s", "old", absl::Seconds(50));
  auto result = Swap(this->store(), "s", "old", "new", absl::Seconds(500));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_TRUE(result->swapped);
  EXPECT_EQ(*Read(this->store(), "s"), "new");
  EXPECT_NEAR(this->subject_.TimeToLive("s"), 500, 1);
}

TYPED_TEST_P(SessionStoreContract, SwapShowsWhatIsThereInstead) {
  Insert(this->store(), "s", "theirs", absl::Seconds(50));
  auto result = Swap(this->store(), "s", "old", "new", absl::Seconds(500));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_FALSE(result->swapped);
  EXPECT_EQ(result->current, "theirs");
  EXPECT_EQ(*Read(this->store(), "s"), "theirs");
  EXPECT_NEAR(this->subject_.TimeToLive("s"), 50, 1);
}

TYPED_TEST_P(SessionStoreContract, SwapNeverMakesASession) {
  EXPECT_EQ(Swap(this->store(), "s", "", "new").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Read(this->store(), "s").status().code(), absl::StatusCode::kNotFound);
}

TYPED_TEST_P(SessionStoreContract, TouchChangesTheTimeAlone) {
  Insert(this->store(), "s", "x", absl::Seconds(50));
  EXPECT_EQ(Touch(this->store(), "s", absl::Seconds(900)), absl::StatusCode::kOk);
  EXPECT_NEAR(this->subject_.TimeToLive("s"), 900, 1);
  EXPECT_EQ(*Read(this->store(), "s"), "x");
  EXPECT_EQ(Touch(this->store(), "gone", absl::Seconds(900)), absl::StatusCode::kNotFound);
  EXPECT_EQ(Read(this->store(), "gone").status().code(), absl::StatusCode::kNotFound);
}

TYPED_TEST_P(SessionStoreContract, WhatIsRemovedStaysAway) {
  Insert(this->store(), "s", "x");
  EXPECT_EQ(*Remove(this->store(), "s"), "x");
  EXPECT_EQ(Read(this->store(), "s").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Swap(this->store(), "s", "x", "late").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Touch(this->store(), "s", absl::Seconds(9)), absl::StatusCode::kNotFound);
  EXPECT_EQ(*Remove(this->store(), "s"), "");
  EXPECT_EQ(Insert(this->store(), "s", "new"), absl::StatusCode::kOk);
}

TYPED_TEST_P(SessionStoreContract, WhatHasExpiredIsGone) {
  Insert(this->store(), "s", "x");
  this->subject_.Expire("s");
  EXPECT_EQ(Read(this->store(), "s").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Swap(this->store(), "s", "x", "late").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Touch(this->store(), "s", absl::Seconds(9)), absl::StatusCode::kNotFound);
  EXPECT_EQ(Insert(this->store(), "s", "new"), absl::StatusCode::kOk);
}

REGISTER_TYPED_TEST_SUITE_P(SessionStoreContract, ReadGivesTheBytesInserted, InsertNeverOverwrites,
                            InsertSetsTheTimeToLive, SwapReplacesTheExpectedTextAndRestartsTheTime,
                            SwapShowsWhatIsThereInstead, SwapNeverMakesASession, TouchChangesTheTimeAlone,
                            WhatIsRemovedStaysAway, WhatHasExpiredIsGone);

}  // namespace sail::session

#endif  // SAIL_SESSION_SESSION_STORE_CONTRACT_H_
