#include "gateway/websocket/message_deflate.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace sail::gateway::websocket {
namespace {

std::optional<std::string> Inflate(std::string_view payload, size_t max_bytes = 1 << 20) {
  bool too_large = false;
  std::optional<std::string> message = InflateMessage(payload, max_bytes, &too_large);
  EXPECT_FALSE(too_large);
  return message;
}

TEST(NegotiateDeflateTest, AcceptsWhatClientsOffer) {
  const std::string accepted = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  for (const char* const offer :
       {"permessage-deflate", "permessage-deflate; client_max_window_bits",
        "permessage-deflate; client_max_window_bits=12; server_max_window_bits=15",
        "permessage-deflate; server_max_window_bits=\"15\"", "x-webkit-deflate-frame, permessage-deflate",
        "permessage-deflate; server_max_window_bits=10, permessage-deflate",
        " permessage-deflate ;server_no_context_takeover; client_no_context_takeover"}) {
    EXPECT_EQ(NegotiateDeflate(offer), accepted) << offer;
  }
}

TEST(NegotiateDeflateTest, DeclinesWhatItCannotKeepOrUnderstand) {
  for (const char* const offer :
       {"", "permessage-bzip2", "permessage-deflate; server_max_window_bits=10",
        "permessage-deflate; server_max_window_bits", "permessage-deflate; client_max_window_bits=16",
        "permessage-deflate; client_max_window_bits=08", "permessage-deflate; unknown",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; client_no_context_takeover; client_no_context_takeover"}) {
    EXPECT_FALSE(NegotiateDeflate(offer).has_value()) << offer;
  }
}

TEST(MessageDeflateTest, TheRfcsExamples) {
  // §7.2.3: "Hello" in one block, and in a block that says it is the last one.
  EXPECT_EQ(Inflate(std::string_view("\xf2\x48\xcd\xc9\xc9\x07\x00", 7)), "Hello");
  EXPECT_EQ(Inflate(std::string_view("\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8)), "Hello");
}

TEST(MessageDeflateTest, WhatIsDeflatedComesBack) {
  std::mt19937 random(1);
  for (const size_t size : {0, 1, 100, 5000, 300'000}) {
    std::string message(size, '\0');
    for (char& c : message) c = static_cast<char>('a' + random() % 20);
    EXPECT_EQ(Inflate(DeflateMessage(message)), message) << size;
  }
}

TEST(MessageDeflateTest, ABombIsNotUnpacked) {
  const std::string bomb = DeflateMessage(std::string(50'000'000, 'x'));
  ASSERT_LT(bomb.size(), 300'000u);
  bool too_large = false;
  EXPECT_FALSE(InflateMessage(bomb, 100'000, &too_large).has_value());
  EXPECT_TRUE(too_large);
}

TEST(MessageDeflateTest, TheLimitItselfIsAllowed) {
  const std::string message(70'000, 'x');
  EXPECT_EQ(Inflate(DeflateMessage(message), message.size()), message);
  bool too_large = false;
  EXPECT_FALSE(InflateMessage(DeflateMessage(message), message.size() - 1, &too_large).has_value());
  EXPECT_TRUE(too_large);
}

TEST(MessageDeflateTest, GarbageIsRefused) {
  EXPECT_FALSE(Inflate("\xff\xff\xff\xff").has_value());
  std::mt19937 random(2);
  for (int i = 0; i < 2000; ++i) {
    std::string garbage(random() % 60, '\0');
    for (char& c : garbage) c = static_cast<char>(random());
    bool too_large = false;
    const auto message = InflateMessage(garbage, 10'000, &too_large);
    if (message) EXPECT_LE(message->size(), 10'000u);
  }
}

}  // namespace
}  // namespace sail::gateway::websocket
