#include "gateway/sails/turnstile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace sail::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Turnstile, TicketsPassInTheOrderInWhichTheyWereTaken) {
  Turnstile turns;
  std::vector<int> passed;
  const auto note = [&](int i) { return [&passed, i] { passed.push_back(i); }; };
  const uint64_t first = turns.Take(), second = turns.Take(), third = turns.Take();
  turns.Pass(third, note(3));
  turns.Pass(second, nullptr);
  EXPECT_THAT(passed, IsEmpty());
  turns.Pass(first, note(1));
  EXPECT_THAT(passed, ElementsAre(1, 3));
}

TEST(Turnstile, WhatPassesMayPassOthers) {
  Turnstile turns;
  std::vector<int> passed;
  const uint64_t first = turns.Take(), second = turns.Take();
  turns.Pass(first, [&] {
    turns.Pass(second, [&] { passed.push_back(2); });
    passed.push_back(1);
  });
  EXPECT_THAT(passed, ElementsAre(1, 2));
}

}  // namespace
}  // namespace sail::gateway
