// Parallel writers through two managers, as two session processes on one Redis.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "platform/json/json_scan.h"
#include "platform/redis/testing/redis_server.h"
#include "services/session/redis_revocation_bus.h"
#include "services/session/redis_session_store.h"
#include "services/session/redis_user_index.h"
#include "services/session/session_manager.h"

namespace sail::session {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(30);

// Counts calls that are open.
class Countdown {
 public:
  explicit Countdown(int open) : open_(open) {}
  void Down() {
    std::lock_guard lock(mutex_);
    if (--open_ == 0) done_.notify_all();
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return open_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  int open_;
};

// What one session process has.
struct Process {
  explicit Process(const platform::redis::testing::RedisServer& server)
      : client(loop, Options(server), registry, {&RedisSessionStore::SwapScript()}),
        store(client, "sess:"),
        index(client, "sess:", 1000),
        bus(loop, client, Options(server).connection, "sess:", registry),
        users(store, index, bus),
        manager(store, users, {}) {}

  static platform::redis::ClientOptions Options(const platform::redis::testing::RedisServer& server) {
    platform::redis::ClientOptions options;
    options.connection.url = server.url();
    return options;
  }

  absl::StatusOr<Session> Wait(const std::function<void(SessionManager::SessionDone)>& call) {
    std::promise<absl::StatusOr<Session>> result;
    call([&](absl::StatusOr<Session> session) { result.set_value(std::move(session)); });
    return result.get_future().get();
  }
  absl::StatusOr<Session> Create() {
    return Wait([this](auto done) { manager.Create({}, kTimeout, done); });
  }
  absl::StatusOr<Session> Get(const std::string& id) {
    return Wait([&](auto done) { manager.Get(id, kTimeout, done); });
  }

  platform::metrics::Registry registry;
  platform::redis::EventLoop loop;
  platform::redis::Client client;
  RedisSessionStore store;
  RedisUserIndex index;
  RedisRevocationBus bus;
  UserSessions users;
  SessionManager manager;
};

TEST(SessionManagerRedisTest, ParallelWritersThroughTwoProcessesLoseNothing) {
  platform::redis::testing::RedisServer server;
  Process processes[2] = {Process(server), Process(server)};
  constexpr int kSessions = 50, kWrites = 100;
  std::vector<std::string> ids;
  for (int i = 0; i < kSessions; ++i) ids.push_back(processes[i % 2].Create()->id);

  std::atomic<int> failed = 0;
  Countdown open(kSessions * kWrites);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int write = t; write < kWrites; write += 4) {
        for (const std::string& id : ids) {
          processes[write / 4 % 2].manager.Update(
              id, {{{"key" + std::to_string(write), std::to_string(write)}}, {}}, kTimeout,
              [&](absl::StatusOr<Session> session) {
                if (!session.ok()) ++failed;
                open.Down();
              });
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  open.Wait();
  EXPECT_EQ(failed, 0);
  for (const std::string& id : ids) {
    absl::StatusOr<Session> session = processes[1].Get(id);
    ASSERT_TRUE(session.ok());
    EXPECT_EQ(platform::json::SplitJsonObject(session->data_json)->size(), static_cast<size_t>(kWrites));
  }
}

TEST(SessionManagerRedisTest, ALogoutDuringWritesWins) {
  platform::redis::testing::RedisServer server;
  Process one(server), other(server);
  for (int round = 0; round < 50; ++round) {
    const std::string id = one.Create()->id;
    Countdown open(20);
    const auto done = [&](const absl::Status& status) {
      EXPECT_TRUE(status.ok() || status.code() == absl::StatusCode::kNotFound) << status;
      open.Down();
    };
    for (int i = 0; i < 9; ++i) {
      one.manager.Update(id, {{{"k" + std::to_string(i), "1"}}, {}}, kTimeout,
                         [&](absl::StatusOr<Session> session) { done(session.status()); });
      other.manager.Touch(id, kTimeout, done);
    }
    other.manager.Destroy(id, kTimeout, done);
    one.manager.Update(id, {{{"late", "1"}}, {}}, kTimeout,
                       [&](absl::StatusOr<Session> session) { done(session.status()); });
    open.Wait();
    EXPECT_EQ(one.Get(id).status().code(), absl::StatusCode::kNotFound);
  }
}

TEST(SessionManagerRedisTest, FailsFastWithoutRedisAndRecovers) {
  platform::redis::testing::RedisServer server;
  Process process(server);
  ASSERT_TRUE(process.Create().ok());
  server.Stop();
  EXPECT_EQ(process.Create().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(process.Get("x").status().code(), absl::StatusCode::kUnavailable);
  server.Start();
  ASSERT_TRUE(process.client.WaitUntilConnected(absl::Seconds(20)));
  EXPECT_TRUE(process.Create().ok());
}

}  // namespace
}  // namespace sail::session
