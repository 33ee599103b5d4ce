#include "platform/redis/reply_reader.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace sail::platform::redis {
namespace {

Reply ReadOne(std::string_view bytes) {
  ReplyReader reader;
  reader.Feed(bytes);
  Reply reply;
  auto got = reader.Next(&reply);
  EXPECT_TRUE(got.ok() && *got) << bytes;
  return reply;
}

TEST(ReplyReaderTest, ReadsEachType) {
  EXPECT_EQ(ReadOne("+OK\r\n").type, Reply::Type::kStatus);
  EXPECT_EQ(ReadOne("+OK\r\n").text, "OK");
  EXPECT_EQ(ReadOne("-ERR no\r\n").type, Reply::Type::kError);
  EXPECT_EQ(ReadOne("-ERR no\r\n").text, "ERR no");
  EXPECT_EQ(ReadOne(":-42\r\n").integer, -42);
  EXPECT_EQ(ReadOne("$5\r\na\r\nbc\r\n").text, "a\r\nbc");
  EXPECT_EQ(ReadOne("$0\r\n\r\n").type, Reply::Type::kString);
  EXPECT_TRUE(ReadOne("$-1\r\n").is_nil());
  EXPECT_TRUE(ReadOne("*-1\r\n").is_nil());
  EXPECT_TRUE(ReadOne("*0\r\n").is_array());
}

TEST(ReplyReaderTest, ReadsNestedArraysInOrder) {
  Reply reply = ReadOne("*4\r\n*2\r\n:1\r\n*1\r\n$1\r\nx\r\n$-1\r\n*1\r\n:3\r\n-ERR e\r\n");
  ASSERT_EQ(reply.elements.size(), 4u);
  ASSERT_EQ(reply.elements[0].elements.size(), 2u);
  EXPECT_EQ(reply.elements[0].elements[0].integer, 1);
  EXPECT_EQ(reply.elements[0].elements[1].elements[0].text, "x");
  EXPECT_TRUE(reply.elements[1].is_nil());
  EXPECT_EQ(reply.elements[2].elements[0].integer, 3);
  EXPECT_TRUE(reply.elements[3].is_error());
}

TEST(ReplyReaderTest, TakesBytesInAnyPortions) {
  const std::string bytes = "*3\r\n$7\r\nmessage\r\n$2\r\nch\r\n$3\r\nabc\r\n:7\r\n+PONG\r\n";
  for (size_t step = 1; step <= bytes.size(); ++step) {
    ReplyReader reader;
    int replies = 0;
    for (size_t at = 0; at < bytes.size(); at += step) {
      reader.Feed(std::string_view(bytes).substr(at, step));
      Reply reply;
      while (true) {
        auto got = reader.Next(&reply);
        ASSERT_TRUE(got.ok());
        if (!*got) break;
        ++replies;
      }
    }
    EXPECT_EQ(replies, 3) << step;
  }
}

TEST(ReplyReaderTest, AnnouncedSizesReserveNothing) {
  ReplyReader reader;
  reader.Feed("*2147483647\r\n:1\r\n");
  Reply reply;
  auto got = reader.Next(&reply);
  EXPECT_FALSE(got.ok() && *got);
}

TEST(ReplyReaderTest, RefusesDeepNestingAndOtherProtocols) {
  for (std::string bytes :
       {std::string("HTTP/1.1 200 OK\r\n"),
        std::string("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n")}) {
    ReplyReader reader;
    reader.Feed(bytes);
    Reply reply;
    EXPECT_EQ(reader.Next(&reply).status().code(), absl::StatusCode::kInternal) << bytes;
    EXPECT_FALSE(reader.Next(&reply).ok());
  }
}

TEST(ReplyReaderTest, RefusesAReplyOverTheLimit) {
  ReplyReader reader(100);
  reader.Feed("$1000\r\n" + std::string(200, 'x'));
  Reply reply;
  EXPECT_EQ(reader.Next(&reply).status().code(), absl::StatusCode::kInternal);
}

TEST(ReplyReaderTest, SurvivesGarbage) {
  std::mt19937 random(7);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes;
    static constexpr char kLikely[] = "*$:+-\r\n0123456789\0x";
    for (int i = random() % 40; i > 0; --i) bytes.push_back(kLikely[random() % (sizeof kLikely - 1)]);
    ReplyReader reader;
    reader.Feed(bytes);
    Reply reply;
    for (int i = 0; i < 50; ++i) {
      auto got = reader.Next(&reply);
      if (!got.ok() || !*got) break;
    }
  }
}

TEST(ReplyTest, ErrorTextsBecomeStatuses) {
  EXPECT_EQ(StatusFromErrorText("LOADING Redis is loading").code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(StatusFromErrorText("READONLY You can't").code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(StatusFromErrorText("OOM command not allowed").code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(StatusFromErrorText("NOAUTH Authentication required.").code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(StatusFromErrorText("NOSCRIPT No matching").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(StatusFromErrorText("ERR unknown command").code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace sail::platform::redis
