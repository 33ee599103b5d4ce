#include "services/pubsub/link_queue.h"

#include <gtest/gtest.h>

#include <string>

namespace sail::pubsub {
namespace {

std::shared_ptr<const v1::Operation> Operation(const std::string& data) {
  auto operation = std::make_shared<v1::Operation>();
  operation->mutable_broadcast()->set_data_json(data);
  return operation;
}

// Everything that waits, in short: "d:a,b" deliveries, "done:1", "gap".
std::string Drain(LinkQueue& queue) {
  std::string all;
  v1::AttachEvent event;
  while (queue.Take(&event)) {
    if (!all.empty()) all += ' ';
    if (event.has_gap()) all += "gap";
    if (event.has_done()) all += "done:" + std::to_string(event.done().id());
    if (event.has_deliveries()) {
      all += "d:";
      for (const v1::Operation& operation : event.deliveries().operations()) {
        if (!all.ends_with(':')) all += ',';
        all += operation.broadcast().data_json().substr(0, 1);
      }
    }
  }
  return all;
}

TEST(LinkQueueTest, ARunOfOperationsIsOneMessageAndOrderIsKept) {
  LinkQueue queue;
  queue.Deliver(Operation("a"));
  queue.Deliver(Operation("b"));
  queue.Done(1, absl::OkStatus());
  queue.Deliver(Operation("c"));
  queue.Gap();
  queue.Gap();
  queue.Deliver(Operation("d"));
  EXPECT_EQ(Drain(queue), "d:a,b done:1 d:c gap d:d");
  EXPECT_EQ(Drain(queue), "");
}

TEST(LinkQueueTest, LargeRunsAreSplit) {
  LinkQueue queue;
  queue.Deliver(Operation("a" + std::string(LinkQueue::kMessageBytes * 2, 'x')));
  queue.Deliver(Operation("b"));
  queue.Deliver(Operation("c"));
  EXPECT_EQ(Drain(queue), "d:a d:b,c");
}

TEST(LinkQueueTest, TooManyOperationsBecomeAGap) {
  LinkQueue queue(1 << 20, 3);
  queue.Gap();
  for (const char* data : {"a", "b"}) EXPECT_EQ(queue.Deliver(Operation(data)), 0u);
  queue.Done(1, absl::OkStatus());
  EXPECT_EQ(queue.Deliver(Operation("c")), 0u);
  EXPECT_EQ(queue.Deliver(Operation("d")), 4u);
  EXPECT_EQ(queue.Deliver(Operation("e")), 0u);
  EXPECT_EQ(Drain(queue), "done:1 gap d:e");
}

TEST(LinkQueueTest, TooManyBytesBecomeAGapAndTakingMakesRoom) {
  LinkQueue queue(250, 1000);
  const auto large = [](char c) { return Operation(c + std::string(100, 'x')); };
  EXPECT_EQ(queue.Deliver(large('a')), 0u);
  EXPECT_EQ(queue.Deliver(large('b')), 0u);
  EXPECT_EQ(Drain(queue), "d:a,b");
  EXPECT_EQ(queue.Deliver(large('c')), 0u);
  EXPECT_EQ(queue.Deliver(large('d')), 0u);
  EXPECT_EQ(queue.Deliver(large('e')), 3u);
  EXPECT_EQ(queue.Deliver(large('f')), 0u);
  EXPECT_EQ(Drain(queue), "gap d:f");
}

TEST(LinkQueueTest, AnswersCarryTheStatus) {
  LinkQueue queue;
  queue.Done(7, absl::UnavailableError("down"));
  EXPECT_EQ(queue.dones(), 1u);
  v1::AttachEvent event;
  ASSERT_TRUE(queue.Take(&event));
  EXPECT_EQ(event.done().code(), 14);
  EXPECT_EQ(event.done().message(), "down");
  EXPECT_EQ(queue.dones(), 0u);
}

}  // namespace
}  // namespace sail::pubsub
