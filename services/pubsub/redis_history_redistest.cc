// The history, the sessions' records and their scripts on a real Redis.
#include <gtest/gtest.h>

#include <future>

#include "platform/redis/testing/redis_server.h"
#include "services/pubsub/history_converter.h"
#include "services/pubsub/publisher.h"
#include "services/pubsub/recovery_sessions.h"
#include "services/pubsub/redis_history.h"

namespace sail::pubsub {
namespace {

namespace redis = platform::redis;

constexpr absl::Duration kTimeout = absl::Seconds(20);

std::vector<const redis::Script*> Scripts() {
  std::vector<const redis::Script*> scripts = {&Publisher::PublishScript()};
  for (const auto* script : RedisHistory::Scripts()) scripts.push_back(script);
  for (const auto* script : RecoverySessions::Scripts()) scripts.push_back(script);
  return scripts;
}

class RedisHistoryTest : public ::testing::Test {
 protected:
  static redis::ClientOptions ClientOptions(const redis::testing::RedisServer& server) {
    redis::ClientOptions options;
    options.connection.url = server.url();
    options.connection.backoff_limit = absl::Milliseconds(100);
    options.on_connect = {RedisHistory::OnConnect(ChannelNames("socket.io"))};
    return options;
  }

  redis::Reply Command(std::vector<std::string> args) {
    std::promise<absl::StatusOr<redis::Reply>> promise;
    client_.Command(std::move(args), kTimeout, [&](auto reply) { promise.set_value(std::move(reply)); });
    return promise.get_future().get().value_or(redis::Reply());
  }

  static v1::Operation Event(const std::vector<std::string>& rooms, const std::string& data) {
    v1::Operation operation;
    for (const std::string& room : rooms) operation.mutable_broadcast()->add_rooms(room);
    operation.mutable_broadcast()->set_data_json(data);
    return operation;
  }
  absl::Status Publish(const std::vector<v1::Operation>& operations) {
    google::protobuf::RepeatedPtrField<v1::Operation> all(operations.begin(), operations.end());
    std::promise<absl::Status> promise;
    publisher_.Publish(all, kTimeout, [&](absl::Status status) { promise.set_value(std::move(status)); });
    return promise.get_future().get();
  }

  absl::StatusOr<HistoryPage> Read(const std::vector<std::string>& rooms, Position after, int64_t limit = 0,
                                   const std::string& pid = {}, uint64_t generation = 0) {
    v1::ReadHistoryRequest request;
    for (const std::string& room : rooms) request.add_rooms(room);
    request.set_after(after);
    request.set_limit(limit);
    HistoryRead read = *HistoryReadFrom(names_, request);
    read.pid = pid;
    read.generation = generation;
    std::promise<absl::StatusOr<HistoryPage>> promise;
    history_.Read(std::move(read), [&](auto page) { promise.set_value(std::move(page)); });
    return promise.get_future().get();
  }
  // Kills the client's connection and waits for the next.
  void Reconnect() {
    Command({"CLIENT", "KILL", "TYPE", "NORMAL", "SKIPME", "NO"});
    while (!Read({}, 0).ok()) client_.WaitUntilConnected(kTimeout);
  }
  Position Now() { return Read({}, 0)->position; }
  static std::vector<std::string> Names(const HistoryPage& page) {
    std::vector<std::string> names;
    for (const auto& operation : page.operations) names.push_back(operation->broadcast().data_json());
    return names;
  }

  absl::StatusOr<std::vector<uint32_t>> Save(const std::string& pid, uint64_t generation,
                                             bool forget = false) {
    v1::SaveSessions save;
    auto& change = *save.add_changes();
    change.mutable_session()->set_pid(pid);
    change.mutable_session()->set_socket_id("S");
    change.mutable_session()->set_generation(generation);
    change.mutable_session()->add_rooms("3:odd");
    change.mutable_session()->add_rooms("b");
    change.mutable_session()->set_data(std::string("\0data", 5));
    change.mutable_session()->set_position(7);
    change.set_ttl_ms(60'000);
    change.set_forget(forget);
    std::promise<absl::StatusOr<std::vector<uint32_t>>> promise;
    sessions_.Save(save, [&](auto lost) { promise.set_value(std::move(lost)); });
    return promise.get_future().get();
  }
  absl::StatusOr<v1::RecoverySession> Resume(const std::string& pid, const std::string& ns = "/") {
    std::promise<absl::StatusOr<v1::RecoverySession>> promise;
    sessions_.Resume(pid, ns, [&](auto session) { promise.set_value(std::move(session)); });
    return promise.get_future().get();
  }

  redis::testing::RedisServer server_;
  platform::metrics::Registry registry_;
  const ChannelNames names_{"socket.io"};
  const HistoryOptions options_{absl::Seconds(60), 1000};
  FreshRooms fresh_;
  redis::EventLoop loop_;
  redis::Client client_{loop_, ClientOptions(server_), registry_, Scripts()};
  Publisher publisher_{client_, names_, "sailed", fresh_, options_, registry_};
  RedisHistory history_{client_, names_, options_, kTimeout, registry_};
  RecoverySessions sessions_{client_, names_, kTimeout};
};

using Strings = std::vector<std::string>;

TEST_F(RedisHistoryTest, GivesWhatWasPublishedInTheRoomsInOrderAndOnce) {
  const Position begin = Now();
  ASSERT_TRUE(Publish({Event({"a"}, R"(["1"])"), Event({"b"}, R"(["2"])"), Event({"a", "b"}, R"(["3"])"),
                       Event({}, R"(["4"])"), Event({"c"}, R"(["5"])")})
                  .ok());
  const HistoryPage page = *Read({"a", "b", ""}, begin);
  EXPECT_TRUE(page.reaches_back);
  EXPECT_FALSE(page.more);
  EXPECT_EQ(Names(page), (Strings{R"(["1"])", R"(["2"])", R"(["3"])", R"(["4"])"}));
  EXPECT_EQ(Names(*Read({"a"}, page.operations[0]->seq())), (Strings{R"(["3"])"}));
  EXPECT_TRUE(Read({"a"}, page.position)->operations.empty());
}

TEST_F(RedisHistoryTest, VolatileAndRepeatedMessagesAreNotRecorded) {
  const Position begin = Now();
  v1::Operation is_volatile = Event({"a"}, R"(["v"])");
  is_volatile.mutable_broadcast()->set_volatile_(true);
  v1::Operation once = Event({"a"}, R"(["once"])");
  once.set_dedup_id("d");
  ASSERT_TRUE(Publish({is_volatile, once, once}).ok());
  EXPECT_EQ(Names(*Read({"a"}, begin)), (Strings{R"(["once"])"}));
}

TEST_F(RedisHistoryTest, PagesMeetWithoutLossOrDouble) {
  const Position begin = Now();
  std::vector<v1::Operation> operations;
  for (int i = 0; i < 100; ++i)
    operations.push_back(Event({i % 3 ? "a" : "b"}, "[\"" + std::to_string(i) + "\"]"));
  ASSERT_TRUE(Publish(operations).ok());
  Strings all;
  Position after = begin;
  bool more = true;
  while (more) {
    const HistoryPage page = *Read({"a", "b"}, after, 7);
    ASSERT_TRUE(page.reaches_back);
    for (const std::string& name : Names(page)) all.push_back(name);
    after = page.position;
    more = page.more;
  }
  ASSERT_EQ(all.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(all[i], "[\"" + std::to_string(i) + "\"]");
}

TEST_F(RedisHistoryTest, DoesNotReachBackBehindWhatWasTrimmed) {
  const Position begin = Now();
  for (int i = 0; i < 13; ++i) {
    ASSERT_TRUE(Publish(std::vector<v1::Operation>(100, Event({"a"}, R"(["n"])"))).ok());
  }
  EXPECT_FALSE(Read({"a"}, begin)->reaches_back);
  EXPECT_TRUE(Read({"b"}, begin)->reaches_back);
}

TEST_F(RedisHistoryTest, DoesNotReachBackBehindItsAgeOrIntoTheFuture) {
  EXPECT_FALSE(Read({"a"}, Now() - 61'000'000)->reaches_back);
  EXPECT_FALSE(Read({"a"}, Now() + 60'000'000)->reaches_back);
}

TEST_F(RedisHistoryTest, ACutConnectionKeepsHistoryAndAnotherRedisBeginsItAnew) {
  const Position begin = Now();
  ASSERT_TRUE(Publish({Event({"a"}, R"(["1"])")}).ok());
  Reconnect();
  EXPECT_EQ(Names(*Read({"a"}, begin)), (Strings{R"(["1"])"}));
  // As if the data had come from a file or from a replica.
  Command({"HSET", names_.HistoryHead(), "run_id", "another"});
  Reconnect();
  EXPECT_FALSE(Read({"a"}, begin)->reaches_back);
  EXPECT_TRUE(Read({"a"}, Now())->reaches_back);
}

TEST_F(RedisHistoryTest, AnEmptiedRedisBeginsItAnew) {
  const Position begin = Now();
  Command({"FLUSHALL"});
  history_.Mark("marks", 1);
  ASSERT_TRUE(Publish({Event({"a"}, R"(["1"])")}).ok());
  EXPECT_FALSE(Read({"a"}, begin)->reaches_back);
  EXPECT_TRUE(Read({"a"}, Now())->reaches_back);
}

TEST_F(RedisHistoryTest, PositionsGrowThoughTheClockGoesBack) {
  const std::string future = std::to_string(Now() + 3'600'000'000);
  Command({"HSET", names_.HistoryHead(), "last", future});
  ASSERT_TRUE(Publish({Event({"a"}, R"(["1"])"), Event({"a"}, R"(["2"])")}).ok());
  const HistoryPage page = *Read({"a"}, std::stoull(future));
  EXPECT_EQ(Names(page), (Strings{R"(["1"])", R"(["2"])"}));
  EXPECT_EQ(page.position, std::stoull(future) + 2);
}

TEST_F(RedisHistoryTest, ASessionIsResumedByTheNextGenerationAlone) {
  ASSERT_TRUE(Save("p", 1)->empty());
  EXPECT_EQ(Resume("p", "/other").status().code(), absl::StatusCode::kNotFound);
  const v1::RecoverySession session = *Resume("p");
  EXPECT_EQ(session.generation(), 2u);
  EXPECT_EQ(session.socket_id(), "S");
  EXPECT_EQ(Strings(session.rooms().begin(), session.rooms().end()), (Strings{"3:odd", "b"}));
  EXPECT_EQ(session.data(), std::string("\0data", 5));
  EXPECT_EQ(session.position(), 7u);
  // The former owner can neither store nor forget it.
  EXPECT_EQ(*Save("p", 1), (std::vector<uint32_t>{0}));
  EXPECT_EQ(*Save("p", 1, true), (std::vector<uint32_t>{0}));
  EXPECT_TRUE(Save("p", 2)->empty());
  EXPECT_EQ(Resume("p")->generation(), 3u);
  EXPECT_EQ(Read({"a"}, Now(), 0, "p", 2).status().code(), absl::StatusCode::kAborted);
  EXPECT_TRUE(Read({"a"}, Now(), 0, "p", 3)->reaches_back);
  EXPECT_TRUE(Save("p", 3, true)->empty());
  EXPECT_EQ(Resume("p").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace sail::pubsub
