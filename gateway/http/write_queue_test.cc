#include "gateway/http/write_queue.h"

#include <random>
#include <string>

#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

TEST(WriteQueue, CopiesManySmallPiecesTogether) {
  WriteQueue queue;
  for (int i = 0; i < 100; ++i) queue.Push(MakeSharedBytes("frame" + std::to_string(i % 10)));
  WriteQueue::Pieces pieces;
  const auto front = queue.Front(&pieces);
  ASSERT_EQ(front.size(), 1u);
  EXPECT_EQ(front[0].iov_len, 600u);
  EXPECT_EQ(queue.bytes(), 600u);
}

TEST(WriteQueue, SharesLargePieces) {
  WriteQueue queue;
  const SharedBytes large = MakeSharedBytes(std::string(5000, 'x'));
  for (int i = 0; i < 100; ++i) queue.Push(large);
  WriteQueue::Pieces pieces;
  const auto front = queue.Front(&pieces);
  ASSERT_EQ(front.size(), WriteQueue::kMaxPieces);
  EXPECT_EQ(front[0].iov_base, large->data());
  EXPECT_EQ(front[63].iov_base, large->data());
}

TEST(WriteQueue, ForgetsAllOnClear) {
  WriteQueue queue;
  queue.Push(MakeSharedBytes("abc"));
  queue.Consume(1);
  queue.Clear();
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0u);
  EXPECT_EQ(queue.total_sent(), 1u);
}

TEST(WriteQueue, KeepsEveryByteInOrderWhateverTheSocketTakes) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    WriteQueue queue;
    std::string expected, received;
    for (int step = 0; step < 200; ++step) {
      for (unsigned pushes = random() % 12; pushes > 0; --pushes) {
        std::string bytes(random() % 8 == 0 ? random() % 4000 : random() % 60,
                          static_cast<char>('a' + random() % 26));
        expected += bytes;
        queue.Push(MakeSharedBytes(std::move(bytes)));
      }
      WriteQueue::Pieces pieces;
      std::string front;
      for (const iovec& piece : queue.Front(&pieces))
        front.append(static_cast<char*>(piece.iov_base), piece.iov_len);
      const size_t taken = front.empty() ? 0 : random() % (front.size() + 1);
      received += front.substr(0, taken);
      queue.Consume(taken);
      ASSERT_EQ(queue.bytes(), expected.size() - received.size());
    }
    ASSERT_EQ(received, expected.substr(0, received.size()));
    ASSERT_EQ(queue.total_sent(), received.size());
  }
}

}  // namespace
}  // namespace sail::gateway
