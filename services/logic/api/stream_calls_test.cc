#include "services/logic/api/stream_calls.h"

#include <gtest/gtest.h>

namespace sail::logic {
namespace {

TEST(StreamCallsTest, CancelsTheCallOfThatIdAlone) {
  StreamCalls calls;
  const auto first = calls.Begin(1), second = calls.Begin(2);
  calls.Cancel(2);
  calls.Cancel(3);
  EXPECT_FALSE(first->cancelled());
  EXPECT_TRUE(second->cancelled());
}

TEST(StreamCallsTest, ACallThatHasEndedIsNotCancelled) {
  StreamCalls calls;
  const auto call = calls.Begin(1);
  calls.End(1);
  calls.Cancel(1);
  EXPECT_FALSE(call->cancelled());
}

TEST(StreamCallsTest, TheEndOfTheStreamCancelsWhatIsUnderWay) {
  auto calls = std::make_unique<StreamCalls>();
  const auto ended = calls->Begin(1), open = calls->Begin(2);
  calls->End(1);
  calls.reset();
  EXPECT_FALSE(ended->cancelled());
  EXPECT_TRUE(open->cancelled());
}

}  // namespace
}  // namespace sail::logic
