#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "platform/redis/client.h"
#include "platform/redis/subscriber.h"
#include "platform/redis/testing/redis_server.h"

namespace sail::platform::redis {
namespace {

using testing::RedisServer;

class SubscriberTest : public ::testing::Test {
 protected:
  ConnectionOptions Options() {
    ConnectionOptions options;
    options.url = server_.url();
    options.ping_interval = absl::Milliseconds(400);
    options.unresponsive_after = absl::Milliseconds(400);
    options.backoff_limit = absl::Milliseconds(100);
    return options;
  }

  void Connect() {
    subscriber_ = std::make_unique<Subscriber>(
        loop_, Options(),
        Subscriber::Handlers{.on_message =
                                 [this](const std::string& channel, std::string&& payload) {
                                   std::lock_guard lock(mutex_);
                                   messages_.push_back(channel + "=" + payload);
                                   changed_.notify_all();
                                 },
                             .on_gap =
                                 [this] {
                                   std::lock_guard lock(mutex_);
                                   messages_.push_back("gap");
                                   changed_.notify_all();
                                 }},
        registry_);
    ClientOptions options;
    options.connection = Options();
    client_ = std::make_unique<Client>(loop_, options, registry_);
  }

  absl::Status Subscribe(std::vector<std::string> channels) {
    std::promise<absl::Status> promise;
    subscriber_->Subscribe(std::move(channels), [&](absl::Status status) { promise.set_value(status); });
    return promise.get_future().get();
  }

  int64_t Publish(const std::string& channel, const std::string& payload) {
    std::promise<int64_t> promise;
    client_->Command({"PUBLISH", channel, payload}, absl::Seconds(20), [&](absl::StatusOr<Reply> reply) {
      promise.set_value(reply.ok() ? reply->integer : -1);
    });
    return promise.get_future().get();
  }

  std::vector<std::string> WaitFor(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [this, count] { return messages_.size() >= count; });
    return messages_;
  }

  RedisServer server_;
  metrics::Registry registry_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> messages_;
  EventLoop loop_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<Subscriber> subscriber_;
};

TEST_F(SubscriberTest, AConfirmedChannelMissesNothing) {
  Connect();
  ASSERT_TRUE(Subscribe({"a", "b"}).ok());
  EXPECT_EQ(Publish("a", "1"), 1);
  EXPECT_EQ(Publish("b", std::string("x\0y", 3)), 1);
  EXPECT_EQ(Publish("c", "nobody"), 0);
  EXPECT_EQ(Publish("a", "2"), 1);
  EXPECT_EQ(WaitFor(3), (std::vector<std::string>{"a=1", std::string("b=x\0y", 5), "a=2"}));
}

TEST_F(SubscriberTest, SubscribingAgainIsConfirmedAgainAndDeliversOnce) {
  Connect();
  ASSERT_TRUE(Subscribe({"a"}).ok());
  ASSERT_TRUE(Subscribe({"a", "a"}).ok());
  ASSERT_TRUE(Subscribe({}).ok());
  EXPECT_EQ(Publish("a", "1"), 1);
  EXPECT_EQ(Publish("a", "2"), 1);
  EXPECT_EQ(WaitFor(2), (std::vector<std::string>{"a=1", "a=2"}));
}

TEST_F(SubscriberTest, UnsubscribedChannelsAreSilent) {
  Connect();
  ASSERT_TRUE(Subscribe({"a", "b"}).ok());
  subscriber_->Unsubscribe({"a", "never"});
  ASSERT_TRUE(Subscribe({"c"}).ok());
  EXPECT_EQ(Publish("a", "1"), 0);
  EXPECT_EQ(Publish("b", "2"), 1);
  EXPECT_EQ(WaitFor(1), (std::vector<std::string>{"b=2"}));
}

TEST_F(SubscriberTest, ThousandsOfChannelsInOneCall) {
  Connect();
  std::vector<std::string> channels;
  for (int i = 0; i < 5000; ++i) channels.push_back("ch" + std::to_string(i));
  ASSERT_TRUE(Subscribe(channels).ok());
  EXPECT_EQ(Publish("ch0", "x"), 1);
  EXPECT_EQ(Publish("ch4999", "y"), 1);
  EXPECT_EQ(WaitFor(2), (std::vector<std::string>{"ch0=x", "ch4999=y"}));
}

TEST_F(SubscriberTest, ManyMessagesStayInOrder) {
  Connect();
  ASSERT_TRUE(Subscribe({"a", "b"}).ok());
  std::vector<std::string> expected;
  for (int i = 0; i < 5000; ++i) {
    const std::string channel = i % 3 == 0 ? "a" : "b";
    expected.push_back(channel + "=" + std::to_string(i));
    client_->Command({"PUBLISH", channel, std::to_string(i)}, absl::Seconds(20),
                     [](absl::StatusOr<Reply>) {});
  }
  EXPECT_EQ(WaitFor(5000), expected);
}

TEST_F(SubscriberTest, AfterARestartEverythingIsSubscribedAndAGapReported) {
  Connect();
  ASSERT_TRUE(Subscribe({"a", "b"}).ok());
  subscriber_->Unsubscribe({"b"});
  server_.Stop();
  while (subscriber_->connected()) std::this_thread::yield();
  // Wanted all the same, but not confirmed.
  EXPECT_EQ(Subscribe({"c"}).code(), absl::StatusCode::kUnavailable);
  server_.Start();
  EXPECT_EQ(WaitFor(1), (std::vector<std::string>{"gap"}));
  ASSERT_TRUE(client_->WaitUntilConnected(absl::Seconds(20)));
  EXPECT_EQ(Publish("a", "1"), 1);
  EXPECT_EQ(Publish("b", "2"), 0);
  EXPECT_EQ(Publish("c", "3"), 1);
  EXPECT_EQ(WaitFor(3), (std::vector<std::string>{"gap", "a=1", "c=3"}));
}

TEST_F(SubscriberTest, AFrozenServerIsNoticedAndAGapReported) {
  Connect();
  ASSERT_TRUE(Subscribe({"a"}).ok());
  server_.Freeze();
  const absl::Time limit = absl::Now() + absl::Seconds(20);
  while (subscriber_->connected() && absl::Now() < limit) std::this_thread::yield();
  ASSERT_FALSE(subscriber_->connected());
  server_.Thaw();
  EXPECT_EQ(WaitFor(1), (std::vector<std::string>{"gap"}));
}

TEST_F(SubscriberTest, AnIdleConnectionStaysUp) {
  Connect();
  ASSERT_TRUE(Subscribe({"a"}).ok());
  ASSERT_TRUE(client_->WaitUntilConnected(absl::Seconds(20)));
  // Several PINGs long; the time passes in Redis, not in a sleep of ours.
  std::promise<void> done;
  ClientOptions options;
  options.connection = Options();
  options.connection.unresponsive_after = absl::Seconds(30);
  Client blocking(loop_, options, registry_);
  blocking.Command({"BLPOP", "nothing", "1.5"}, absl::Seconds(20),
                   [&](absl::StatusOr<Reply>) { done.set_value(); });
  done.get_future().wait();
  EXPECT_TRUE(subscriber_->connected());
  EXPECT_EQ(Publish("a", "1"), 1);
  EXPECT_EQ(WaitFor(1), (std::vector<std::string>{"a=1"}));
}

}  // namespace
}  // namespace sail::platform::redis
