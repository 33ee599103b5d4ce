// Revocations through two processes on one Redis.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "platform/redis/testing/redis_server.h"
#include "services/session/redis_revocation_bus.h"
#include "services/session/redis_session_store.h"
#include "services/session/redis_user_index.h"
#include "services/session/session_manager.h"

namespace sail::session {
namespace {

using ::testing::ElementsAre;

constexpr absl::Duration kTimeout = absl::Seconds(20);

class Witness final : public RevocationWatcher {
 public:
  void OnInForce() override { Note("in force"); }
  void OnRevoked(const std::vector<std::string>& ids) override {
    for (const std::string& id : ids) Note(id);
  }
  // Waits until there are so many, and takes them.
  std::vector<std::string> Take(size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(more_.wait_for(lock, std::chrono::seconds(20), [&] { return seen_.size() >= count; }));
    return std::exchange(seen_, {});
  }

 private:
  void Note(std::string what) {
    std::lock_guard lock(mutex_);
    seen_.push_back(std::move(what));
    more_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<std::string> seen_;
};

// What one session process has.
struct Process {
  explicit Process(const platform::redis::testing::RedisServer& server)
      : client(loop, Options(server), registry),
        store(client, "sess:"),
        index(client, "sess:", 1000),
        bus(loop, client, Options(server).connection, "sess:", registry),
        users(store, index, bus),
        manager(store, users, {}) {
    bus.Watch(witness);
  }

  static platform::redis::ClientOptions Options(const platform::redis::testing::RedisServer& server) {
    platform::redis::ClientOptions options;
    options.connection.url = server.url();
    return options;
  }

  std::string Create(const std::string& data) {
    std::promise<absl::StatusOr<Session>> result;
    manager.Create({data, ""}, kTimeout, [&](auto session) { result.set_value(std::move(session)); });
    return result.get_future().get().value().id;
  }
  absl::Status Get(const std::string& id) {
    std::promise<absl::Status> result;
    manager.Get(id, kTimeout, [&](auto session) { result.set_value(session.status()); });
    return result.get_future().get();
  }
  size_t RevokeAll(const std::string& user) {
    std::promise<absl::StatusOr<size_t>> result;
    users.RevokeAll(user, "", kTimeout, [&](auto count) { result.set_value(std::move(count)); });
    return result.get_future().get().value();
  }
  size_t Count(const std::string& user) {
    std::promise<size_t> result;
    users.List(user, kTimeout, [&](auto list) { result.set_value(list.value().size()); });
    return result.get_future().get();
  }

  platform::metrics::Registry registry;
  platform::redis::EventLoop loop;
  platform::redis::Client client;
  RedisSessionStore store;
  RedisUserIndex index;
  RedisRevocationBus bus;
  UserSessions users;
  SessionManager manager;
  std::shared_ptr<Witness> witness = std::make_shared<Witness>();
};

class UserSessionsRedisTest : public ::testing::Test {
 protected:
  platform::redis::testing::RedisServer server_;
  Process one_{server_};
  Process other_{server_};
};

TEST_F(UserSessionsRedisTest, EveryProcessHearsWhatOneRevokes) {
  EXPECT_THAT(one_.witness->Take(1), ElementsAre("in force"));
  EXPECT_THAT(other_.witness->Take(1), ElementsAre("in force"));
  const std::string id = one_.Create(R"({"userId":"7 \" x"})");
  EXPECT_EQ(other_.Count("7 \" x"), 1u);
  EXPECT_EQ(other_.RevokeAll("7 \" x"), 1u);
  EXPECT_THAT(one_.witness->Take(1), ElementsAre(id));
  EXPECT_THAT(other_.witness->Take(1), ElementsAre(id));
  EXPECT_EQ(one_.Get(id).code(), absl::StatusCode::kNotFound);
}

TEST_F(UserSessionsRedisTest, AGapIsToldWhenItHasEnded) {
  one_.witness->Take(1);
  server_.Stop();
  server_.Start();
  EXPECT_THAT(one_.witness->Take(1), ElementsAre("in force"));
}

TEST_F(UserSessionsRedisTest, WhoWatchesNoMoreIsNotTold) {
  other_.witness->Take(1);
  one_.witness->Take(1);
  one_.bus.Unwatch(one_.witness);
  one_.bus.Watch(other_.witness);
  EXPECT_THAT(other_.witness->Take(1), ElementsAre("in force"));
  std::promise<void> done;
  one_.users.Revoke("abc", kTimeout, [&](absl::Status) { done.set_value(); });
  done.get_future().wait();
  EXPECT_THAT(other_.witness->Take(2), ElementsAre("abc", "abc"));
  EXPECT_THAT(one_.witness->Take(0), ElementsAre());
}

}  // namespace
}  // namespace sail::session
