#include "platform/redis/redis_url.h"

#include <gtest/gtest.h>

namespace sail::platform::redis {
namespace {

TEST(RedisUrlTest, HostAlone) {
  auto url = ParseRedisUrl("redis://cache");
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_EQ(url->transport, Transport::kTcp);
  EXPECT_EQ(url->host, "cache");
  EXPECT_EQ(url->port, 6379);
  EXPECT_EQ(url->database, 0);
  EXPECT_EQ(url->password, "");
}

TEST(RedisUrlTest, UserPasswordPortAndDatabase) {
  auto url = ParseRedisUrl("rediss://app:p%40ss%2Fword@cache.example:7000/3");
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_EQ(url->transport, Transport::kTls);
  EXPECT_EQ(url->user, "app");
  EXPECT_EQ(url->password, "p@ss/word");
  EXPECT_EQ(url->host, "cache.example");
  EXPECT_EQ(url->port, 7000);
  EXPECT_EQ(url->database, 3);
}

TEST(RedisUrlTest, PasswordWithoutUser) {
  auto url = ParseRedisUrl("redis://:se:cr/et@h/");
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_EQ(url->user, "");
  EXPECT_EQ(url->password, "se:cr/et");
  EXPECT_EQ(url->host, "h");
}

TEST(RedisUrlTest, Ipv6) {
  auto url = ParseRedisUrl("redis://[::1]:6380/1");
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, 6380);
  EXPECT_EQ(url->Redacted(), "redis://[::1]:6380/1");
}

TEST(RedisUrlTest, UnixSocketWithDatabase) {
  auto url = ParseRedisUrl("unix:///run/redis%20a.sock?db=2");
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_EQ(url->transport, Transport::kUnix);
  EXPECT_EQ(url->path, "/run/redis a.sock");
  EXPECT_EQ(url->database, 2);
}

TEST(RedisUrlTest, RedactedHasNoCredentials) {
  EXPECT_EQ(ParseRedisUrl("redis://app:secret@h:1/2")->Redacted(), "redis://h:1/2");
}

TEST(RedisUrlTest, RefusesWhatItCannotRead) {
  for (const char* text :
       {"", "cache:6379", "http://cache", "redis://", "redis://:secret@", "redis://h:0", "redis://h:70000",
        "redis://h:x", "redis://h/x", "redis://h/-1", "redis://[::1", "redis://[::1]x", "redis://u:%zz@h",
        "redis://u:secret%2@h", "unix://relative", "unix:///p?x=1", "redis://h?db=1"}) {
    auto url = ParseRedisUrl(text);
    EXPECT_FALSE(url.ok()) << text;
    EXPECT_EQ(url.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(url.status().message().find("secret"), absl::string_view::npos) << text;
  }
}

}  // namespace
}  // namespace sail::platform::redis
