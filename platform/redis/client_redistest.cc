#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "platform/redis/client.h"
#include "platform/redis/script.h"
#include "platform/redis/testing/redis_server.h"

namespace sail::platform::redis {
namespace {

using testing::RedisServer;

class ClientTest : public ::testing::Test {
 protected:
  ClientOptions Options(const RedisUrl& url) {
    ClientOptions options;
    options.connection.url = url;
    options.connection.client_name = "test";
    options.connection.ping_interval = absl::Milliseconds(400);
    options.connection.unresponsive_after = absl::Milliseconds(400);
    options.connection.backoff_limit = absl::Milliseconds(100);
    return options;
  }

  static absl::StatusOr<Reply> Wait(Client& client, std::vector<std::string> args,
                                    absl::Duration timeout = absl::Seconds(20)) {
    std::promise<absl::StatusOr<Reply>> promise;
    client.Command(std::move(args), timeout,
                   [&](absl::StatusOr<Reply> reply) { promise.set_value(std::move(reply)); });
    return promise.get_future().get();
  }

  static absl::StatusOr<Reply> Run(Client& client, const Script& script, std::vector<std::string> keys,
                                   std::vector<std::string> args) {
    std::promise<absl::StatusOr<Reply>> promise;
    client.Run(script, std::move(keys), std::move(args), absl::Seconds(20),
               [&](absl::StatusOr<Reply> reply) { promise.set_value(std::move(reply)); });
    return promise.get_future().get();
  }

  metrics::Registry registry_;
  EventLoop loop_;
};

TEST_F(ClientTest, SetsAndGetsBytes) {
  RedisServer server;
  Client client(loop_, Options(server.url()), registry_);
  const std::string value("a\0\r\n\xff", 5);
  ASSERT_EQ(Wait(client, {"SET", "k", value})->text, "OK");
  EXPECT_EQ(Wait(client, {"GET", "k"})->text, value);
  EXPECT_TRUE(Wait(client, {"GET", "none"})->is_nil());
  EXPECT_EQ(Wait(client, {"SET", "k", ""})->text, "OK");
  EXPECT_EQ(Wait(client, {"STRLEN", "k"})->integer, 0);
}

TEST_F(ClientTest, CommandsGivenBeforeTheConnectionWaitForIt) {
  RedisServer server;
  for (int i = 0; i < 20; ++i) {
    Client client(loop_, Options(server.url()), registry_);
    EXPECT_TRUE(Wait(client, {"PING"}).ok());
  }
}

TEST_F(ClientTest, UnixSocketAndDatabase) {
  RedisServer server;
  RedisUrl url = server.unix_url();
  url.database = 3;
  Client in_three(loop_, Options(url), registry_);
  Client in_zero(loop_, Options(server.url()), registry_);
  ASSERT_TRUE(Wait(in_three, {"SET", "k", "v"}).ok());
  EXPECT_TRUE(Wait(in_zero, {"GET", "k"})->is_nil());
  EXPECT_EQ(Wait(in_three, {"GET", "k"})->text, "v");
  EXPECT_EQ(Wait(in_three, {"CLIENT", "GETNAME"})->text, "test");
}

TEST_F(ClientTest, LogsInWithPassword) {
  RedisServer server({"--requirepass", "secret"});
  RedisUrl url = server.url();
  Client without(loop_, Options(url), registry_);
  EXPECT_EQ(Wait(without, {"PING"}).status().code(), absl::StatusCode::kUnavailable);
  url.password = "secret";
  Client with(loop_, Options(url), registry_);
  EXPECT_TRUE(Wait(with, {"PING"}).ok());
  url.user = "default";
  Client with_user(loop_, Options(url), registry_);
  EXPECT_TRUE(Wait(with_user, {"PING"}).ok());
}

TEST_F(ClientTest, ErrorRepliesBecomeStatuses) {
  RedisServer server;
  Client client(loop_, Options(server.url()), registry_);
  ASSERT_TRUE(Wait(client, {"SET", "k", "v"}).ok());
  EXPECT_EQ(Wait(client, {"LPUSH", "k", "x"}).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Wait(client, {"NO-SUCH"}).status().code(), absl::StatusCode::kInternal);
  EXPECT_TRUE(Wait(client, {"PING"}).ok());
}

TEST_F(ClientTest, ManyThreadsGetTheirOwnReplies) {
  RedisServer server;
  Client client(loop_, Options(server.url()), registry_);
  constexpr int kThreads = 8, kEach = 2000;
  std::atomic<int> right = 0, done = 0;
  std::promise<void> all;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const std::string text = std::to_string(t) + "/" + std::to_string(i);
        client.Command({"ECHO", text}, absl::Seconds(30), [&, text](absl::StatusOr<Reply> reply) {
          if (reply.ok() && reply->text == text) ++right;
          if (++done == kThreads * kEach) all.set_value();
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  all.get_future().wait();
  EXPECT_EQ(right, kThreads * kEach);
}

TEST_F(ClientTest, CommandsOfOneCallerArriveInOrder) {
  RedisServer server;
  Client client(loop_, Options(server.url()), registry_);
  for (int i = 0; i < 1000; ++i) {
    client.Command({"RPUSH", "list", std::to_string(i)}, absl::Seconds(30), [](absl::StatusOr<Reply>) {});
  }
  absl::StatusOr<Reply> list = Wait(client, {"LRANGE", "list", "0", "-1"});
  ASSERT_EQ(list->elements.size(), 1000u);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(list->elements[i].text, std::to_string(i));
}

TEST_F(ClientTest, FailsFastWhileRedisIsDownAndComesBack) {
  RedisServer server;
  Client client(loop_, Options(server.url()), registry_);
  ASSERT_TRUE(Wait(client, {"PING"}).ok());
  server.Stop();
  // The first may have been sent before the break was seen; both are UNAVAILABLE.
  EXPECT_EQ(Wait(client, {"PING"}).status().code(), absl::StatusCode::kUnavailable);
  const absl::Time before = absl::Now();
  EXPECT_EQ(Wait(client, {"PING"}).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_LT(absl::Now() - before, absl::Seconds(1));
  server.Start();
  ASSERT_TRUE(client.WaitUntilConnected(absl::Seconds(20)));
  EXPECT_TRUE(Wait(client, {"PING"}).ok());
}

TEST_F(ClientTest, ReplacesAConnectionThatWasCutWhileIdleUnseen) {
  RedisServer server;
  ClientOptions options = Options(server.url());
  options.connection.first_backoff = absl::ZeroDuration();
  Client client(loop_, options, registry_);
  Client other(loop_, options, registry_);
  for (int i = 0; i < 20; ++i) {
    const absl::StatusOr<Reply> id = Wait(client, {"CLIENT", "ID"});
    ASSERT_TRUE(id.ok()) << id.status();
    ASSERT_TRUE(Wait(other, {"CLIENT", "KILL", "ID", std::to_string(id->integer)}).ok());
    const absl::StatusOr<Reply> next = Wait(client, {"CLIENT", "ID"});
    // It may have left before the cut was seen; it must not be refused for want of a connection.
    if (next.ok()) {
      EXPECT_NE(next->integer, id->integer);
    } else {
      EXPECT_NE(next.status().message().find("outcome unknown"), absl::string_view::npos) << next.status();
    }
  }
}

TEST_F(ClientTest, ABrokenConnectionLeavesTheOutcomeUnknown) {
  RedisServer server;
  Client client(loop_, Options(server.url()), registry_);
  ASSERT_TRUE(Wait(client, {"PING"}).ok());
  server.Freeze();
  std::promise<absl::StatusOr<Reply>> promise;
  client.Command({"INCR", "n"}, absl::Seconds(30),
                 [&](absl::StatusOr<Reply> reply) { promise.set_value(reply); });
  // The frozen server is noticed by its silence, long before the command's own timeout.
  absl::StatusOr<Reply> reply = promise.get_future().get();
  EXPECT_EQ(reply.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(std::string(reply.status().message()).find("outcome unknown"), std::string::npos)
      << reply.status();
  server.Thaw();
  ASSERT_TRUE(client.WaitUntilConnected(absl::Seconds(20)));
  EXPECT_TRUE(Wait(client, {"PING"}).ok());
}

TEST_F(ClientTest, AnIdleConnectionToAFrozenServerIsNoticed) {
  RedisServer server;
  Client client(loop_, Options(server.url()), registry_);
  ASSERT_TRUE(Wait(client, {"PING"}).ok());
  server.Freeze();
  const absl::Time limit = absl::Now() + absl::Seconds(20);
  while (client.connected() && absl::Now() < limit) std::this_thread::yield();
  EXPECT_FALSE(client.connected());
  server.Thaw();
  EXPECT_TRUE(client.WaitUntilConnected(absl::Seconds(20)));
}

TEST_F(ClientTest, TimeoutIsDeadlineExceededAndLaterRepliesStillFit) {
  RedisServer server;
  ClientOptions options = Options(server.url());
  options.connection.unresponsive_after = absl::Seconds(60);
  Client client(loop_, options, registry_);
  ASSERT_TRUE(Wait(client, {"PING"}).ok());
  server.Freeze();
  EXPECT_EQ(Wait(client, {"ECHO", "late"}, absl::Milliseconds(50)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(Wait(client, {"ECHO", "never"}, absl::ZeroDuration()).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  server.Thaw();
  EXPECT_EQ(Wait(client, {"ECHO", "next"})->text, "next");
}

TEST_F(ClientTest, AFullQueueRefuses) {
  RedisServer server;
  ClientOptions options = Options(server.url());
  options.connection.unresponsive_after = absl::Seconds(60);
  options.max_commands = 3;
  options.max_bytes = 1000;
  Client client(loop_, options, registry_);
  ASSERT_TRUE(Wait(client, {"PING"}).ok());
  EXPECT_EQ(Wait(client, {"ECHO", std::string(1000, 'x')}).status().code(),
            absl::StatusCode::kResourceExhausted);
  server.Freeze();
  std::atomic<int> answered = 0;
  for (int i = 0; i < 3; ++i)
    client.Command({"PING"}, absl::Seconds(30), [&](absl::StatusOr<Reply>) { ++answered; });
  EXPECT_EQ(Wait(client, {"PING"}).status().code(), absl::StatusCode::kResourceExhausted);
  server.Thaw();
  while (answered < 3) std::this_thread::yield();
  EXPECT_TRUE(Wait(client, {"PING"}).ok());
}

TEST_F(ClientTest, DestructionAnswersWhatIsOpen) {
  RedisServer server;
  int answered = 0;
  {
    Client client(loop_, Options(server.url()), registry_);
    ASSERT_TRUE(Wait(client, {"PING"}).ok());
    server.Freeze();
    for (int i = 0; i < 5; ++i) {
      client.Command({"PING"}, absl::Seconds(30), [&](absl::StatusOr<Reply> reply) {
        EXPECT_EQ(reply.status().code(), absl::StatusCode::kUnavailable);
        ++answered;
        // Nothing is taken any more, and nothing hangs.
        client.Command({"PING"}, absl::Seconds(30),
                       [](absl::StatusOr<Reply> reply) { EXPECT_FALSE(reply.ok()); });
      });
    }
  }
  EXPECT_EQ(answered, 5);
  server.Thaw();
}

TEST_F(ClientTest, ScriptIsLoadedAtTheConnectionAndAfterAFlush) {
  RedisServer server;
  const Script script("return {KEYS[1], ARGV[1]}");
  EXPECT_EQ(script.sha1().size(), 40u);
  Client client(loop_, Options(server.url()), registry_, {&script});
  absl::StatusOr<Reply> reply = Run(client, script, {"k"}, {"v"});
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->elements[1].text, "v");
  EXPECT_EQ(Wait(client, {"SCRIPT", "EXISTS", script.sha1()})->elements[0].integer, 1);
  ASSERT_TRUE(Wait(client, {"SCRIPT", "FLUSH"}).ok());
  EXPECT_TRUE(Run(client, script, {"k"}, {"v"}).ok());
  EXPECT_EQ(Wait(client, {"SCRIPT", "EXISTS", script.sha1()})->elements[0].integer, 1);
}

TEST_F(ClientTest, ManyCommandsLeaveInFewWrites) {
  RedisServer server;
  Client client(loop_, Options(server.url()), registry_);
  ASSERT_TRUE(Wait(client, {"CONFIG", "RESETSTAT"}).ok());
  std::promise<void> gate;
  loop_.Post([&] { gate.get_future().wait(); });
  for (int i = 0; i < 1000; ++i) client.Command({"PING"}, absl::Seconds(30), [](absl::StatusOr<Reply>) {});
  gate.set_value();
  const std::string info = Wait(client, {"INFO", "stats"})->text;
  const size_t at = info.find("total_reads_processed:");
  ASSERT_NE(at, std::string::npos);
  EXPECT_LT(std::stoi(info.substr(at + 22)), 20);
}

}  // namespace
}  // namespace sail::platform::redis
