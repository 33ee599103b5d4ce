// What every UserIndex must do, as tests; see session_store_contract.h.
#ifndef SAIL_SESSION_USER_INDEX_CONTRACT_H_
#define SAIL_SESSION_USER_INDEX_CONTRACT_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

#include "services/session/user_index.h"

namespace sail::session {

// A user may have three sessions.
class IndexUnderTest {
 public:
  virtual ~IndexUnderTest() = default;
  virtual UserIndex& index() = 0;
  virtual absl::Time Now() = 0;
  // Lets this much time pass.
  virtual void Wait(absl::Duration time) = 0;
};

template <typename Subject>
class UserIndexContract : public ::testing::Test {
 protected:
  static constexpr absl::Duration kTimeout = absl::Seconds(20);

  // The surplus.
  std::vector<std::string> Add(const std::string& user, const std::string& id, absl::Duration ttl) {
    std::promise<absl::StatusOr<std::vector<std::string>>> result;
    subject_.index().Add(user, id, ttl, kTimeout,
                         [&](auto surplus) { result.set_value(std::move(surplus)); });
    return result.get_future().get().value();
  }
  void Remove(const std::string& user, const std::vector<std::string>& ids) {
    std::promise<absl::Status> result;
    subject_.index().Remove(user, ids, kTimeout, [&](absl::Status status) { result.set_value(status); });
    EXPECT_TRUE(result.get_future().get().ok());
  }
  std::vector<UserIndex::Entry> List(const std::string& user) {
    std::promise<absl::StatusOr<std::vector<UserIndex::Entry>>> result;
    subject_.index().List(user, kTimeout, [&](auto entries) { result.set_value(std::move(entries)); });
    return result.get_future().get().value();
  }
  std::vector<std::string> Ids(const std::string& user) {
    std::vector<std::string> ids;
    for (const UserIndex::Entry& entry : List(user)) ids.push_back(entry.session_id);
    return ids;
  }

  Subject subject_;
};

TYPED_TEST_SUITE_P(UserIndexContract);

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TYPED_TEST_P(UserIndexContract, EachUserHasSessionsOfItsOwn) {
  this->Add("7", "a", absl::Seconds(100));
  this->Add("7", "b", absl::Seconds(100));
  this->Add("user:8", "c", absl::Seconds(100));
  EXPECT_THAT(this->Ids("7"), UnorderedElementsAre("a", "b"));
  EXPECT_THAT(this->Ids("user:8"), ElementsAre("c"));
  EXPECT_THAT(this->Ids("8"), IsEmpty());
}

TYPED_TEST_P(UserIndexContract, WhatIsRemovedIsNotListed) {
  this->Add("7", "a", absl::Seconds(100));
  this->Add("7", "b", absl::Seconds(100));
  this->Remove("7", {"a", "unknown"});
  this->Remove("8", {"a"});
  this->Remove("7", {});
  EXPECT_THAT(this->Ids("7"), ElementsAre("b"));
}

TYPED_TEST_P(UserIndexContract, TellsSinceWhenAndUntilWhen) {
  const absl::Time start = this->subject_.Now();
  this->Add("7", "a", absl::Seconds(100));
  this->subject_.Wait(absl::Milliseconds(1100));
  this->Add("7", "a", absl::Seconds(900));
  const auto entries = this->List("7");
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_GE(entries[0].since, start - absl::Milliseconds(2));
  EXPECT_GE(entries[0].last_seen, entries[0].since + absl::Milliseconds(1100));
  EXPECT_EQ(entries[0].expires, entries[0].last_seen + absl::Seconds(900));
}

TYPED_TEST_P(UserIndexContract, ExpiredOnesLeaveWithTheNextAdd) {
  this->Add("7", "a", absl::Seconds(1));
  this->Add("7", "b", absl::Seconds(100));
  this->subject_.Wait(absl::Milliseconds(1100));
  this->Add("7", "c", absl::Seconds(100));
  EXPECT_THAT(this->Ids("7"), UnorderedElementsAre("b", "c"));
}

TYPED_TEST_P(UserIndexContract, OfTooManyThoseLeaveWhoseTimeRunsOutFirst) {
  EXPECT_THAT(this->Add("7", "a", absl::Seconds(300)), IsEmpty());
  EXPECT_THAT(this->Add("7", "b", absl::Seconds(100)), IsEmpty());
  EXPECT_THAT(this->Add("7", "c", absl::Seconds(200)), IsEmpty());
  EXPECT_THAT(this->Add("7", "a", absl::Seconds(400)), IsEmpty());
  EXPECT_THAT(this->Add("7", "d", absl::Seconds(300)), ElementsAre("b"));
  EXPECT_THAT(this->Ids("7"), UnorderedElementsAre("a", "c", "d"));
}

REGISTER_TYPED_TEST_SUITE_P(UserIndexContract, EachUserHasSessionsOfItsOwn, WhatIsRemovedIsNotListed,
                            TellsSinceWhenAndUntilWhen, ExpiredOnesLeaveWithTheNextAdd,
                            OfTooManyThoseLeaveWhoseTimeRunsOutFirst);

}  // namespace sail::session

#endif  // SAIL_SESSION_USER_INDEX_CONTRACT_H_
