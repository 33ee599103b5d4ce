// Two replicas of the service over real gRPC, on one real Redis.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

#include "platform/redis/client.h"
#include "platform/redis/subscriber.h"
#include "platform/redis/testing/redis_server.h"
#include "protos/sail/pubsub/v1/pubsub.grpc.pb.h"
#include "services/pubsub/cluster_broadcast.h"
#include "services/pubsub/pubsub_service.h"

namespace sail::pubsub {
namespace {

namespace redis = platform::redis;

constexpr std::chrono::seconds kPatience(20);

redis::ConnectionOptions Options(const redis::testing::RedisServer& server) {
  redis::ConnectionOptions options;
  options.url = server.url();
  options.backoff_limit = absl::Milliseconds(100);
  return options;
}

redis::ClientOptions ClientOptions(const redis::testing::RedisServer& server) {
  redis::ClientOptions options;
  options.connection = Options(server);
  return options;
}

// What one pubsub process has.
struct Replica {
  explicit Replica(const redis::testing::RedisServer& server)
      : client(loop, ClientOptions(server), registry, PubSubScripts()),
        publisher(client, names, uid, fresh, HistoryOptions(), registry),
        emitter(client, names, uid),
        bus(Options(server), names, uid, client, fresh, nullptr, registry),
        service({bus, publisher, emitter, nullptr, nullptr, names}, absl::Seconds(20), registry) {
    grpc::ServerBuilder builder;
    builder.RegisterService(service.service());
    grpc_server = builder.BuildAndStart();
    stub = v1::PubSubService::NewStub(grpc_server->InProcessChannel({}));
  }
  ~Replica() {
    service.CloseLinks();
    grpc_server->Shutdown();
  }

  grpc::Status Publish(const std::vector<v1::Operation>& operations) {
    grpc::ClientContext context;
    v1::PublishRequest request;
    for (const v1::Operation& operation : operations) *request.add_operations() = operation;
    v1::PublishResponse response;
    return stub->Publish(&context, request, &response);
  }

  platform::metrics::Registry registry;
  const ChannelNames names{"socket.io"};
  const std::string uid = NewBusUid();
  FreshRooms fresh;
  redis::EventLoop loop;
  redis::Client client;
  Publisher publisher;
  ServerEmitter emitter;
  ClusterBus bus;
  PubSubService service;
  std::unique_ptr<grpc::Server> grpc_server;
  std::unique_ptr<v1::PubSubService::Stub> stub;
};

// A gateway's side of the stream, with a thread that reads.
class Gateway {
 public:
  explicit Gateway(Replica& replica) : stream_(replica.stub->Attach(&context_)) {
    v1::AttachRequest hello;
    hello.mutable_hello()->set_gateway_id("g");
    EXPECT_TRUE(stream_->Write(hello));
    reader_ = std::thread([this] { Read(); });
  }
  ~Gateway() {
    context_.TryCancel();
    reader_.join();
    stream_->Finish();
  }

  // The code of the answer.
  int Add(const std::vector<std::string>& rooms, const std::string& ns = "/") {
    v1::AttachRequest request;
    request.mutable_interest()->set_id(++last_id_);
    for (const std::string& name : rooms) {
      v1::Room* room = request.mutable_interest()->add_add();
      room->set_namespace_(ns);
      room->set_room(name);
    }
    return Ask(request);
  }
  int Publish(const v1::Operation& operation) {
    v1::AttachRequest request;
    request.mutable_publish()->set_id(++last_id_);
    *request.mutable_publish()->add_operations() = operation;
    return Ask(request);
  }
  void Write(const v1::AttachRequest& request) { EXPECT_TRUE(stream_->Write(request)); }

  // Waits for so many operations and gaps; gives them in short form.
  std::vector<std::string> WaitFor(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [this, count] { return events_.size() >= count; });
    return {events_.begin(), events_.end()};
  }
  bool WaitForEnd() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [this] { return ended_; });
  }

 private:
  int Ask(const v1::AttachRequest& request) {
    EXPECT_TRUE(stream_->Write(request));
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [this] { return last_done_.id() == last_id_; })) return -1;
    return last_done_.code();
  }

  void Read() {
    v1::AttachEvent event;
    while (stream_->Read(&event)) {
      std::lock_guard lock(mutex_);
      if (event.has_done()) last_done_ = event.done();
      if (event.has_gap()) events_.push_back("gap");
      for (const v1::Operation& operation : event.deliveries().operations()) {
        events_.push_back(operation.has_broadcast()     ? operation.broadcast().data_json()
                          : operation.has_add_members() ? "add"
                          : operation.has_leave_all()   ? "leave_all"
                                                        : "other");
      }
      changed_.notify_all();
    }
    std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::AttachRequest, v1::AttachEvent>> stream_;
  uint64_t last_id_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  v1::Done last_done_;
  std::deque<std::string> events_;
  bool ended_ = false;
  std::thread reader_;
};

v1::Operation Event(const std::vector<std::string>& rooms, const std::string& data,
                    const std::string& dedup = "") {
  v1::Operation operation;
  operation.set_dedup_id(dedup);
  for (const std::string& room : rooms) operation.mutable_broadcast()->add_rooms(room);
  operation.mutable_broadcast()->set_data_json("[\"" + data + "\"]");
  return operation;
}

v1::Operation Join(const std::string& source, const std::string& target) {
  v1::Operation operation;
  operation.mutable_add_members()->add_source_rooms(source);
  operation.mutable_add_members()->add_target_rooms(target);
  return operation;
}

class PubSubServiceTest : public ::testing::Test {
 protected:
  redis::testing::RedisServer server_;
  Replica one_{server_};
  Replica two_{server_};
};

TEST_F(PubSubServiceTest, AnEventReachesTheGatewaysWithInterestOnEveryReplica) {
  Gateway a(one_), b(two_), c(two_);
  ASSERT_EQ(a.Add({"", "r1"}), 0);
  ASSERT_EQ(b.Add({"", "r1", "r2"}), 0);
  ASSERT_EQ(c.Add({"", "r3"}), 0);
  ASSERT_TRUE(one_.Publish({Event({"r1"}, "one"), Event({"r2"}, "two"), Event({"r1", "r2"}, "both"),
                            Event({}, "all")})
                  .ok());
  EXPECT_EQ(a.WaitFor(3), (std::vector<std::string>{R"(["one"])", R"(["both"])", R"(["all"])"}));
  EXPECT_EQ(b.WaitFor(4),
            (std::vector<std::string>{R"(["one"])", R"(["two"])", R"(["both"])", R"(["all"])"}));
  EXPECT_EQ(c.WaitFor(1), (std::vector<std::string>{R"(["all"])"}));
}

TEST_F(PubSubServiceTest, PublishesOfOneLinkArriveInOrderEverywhere) {
  Gateway a(one_), b(two_);
  ASSERT_EQ(a.Add({"r"}), 0);
  ASSERT_EQ(b.Add({"r", "x"}), 0);
  std::vector<std::string> expected;
  for (int i = 0; i < 2000; ++i) {
    v1::AttachRequest request;
    request.mutable_publish()->set_id(1000000 + i);
    // Sometimes by the room's channel, sometimes by the namespace's.
    *request.mutable_publish()->add_operations() =
        i % 3 == 0 ? Event({"r", "x"}, std::to_string(i)) : Event({"r"}, std::to_string(i));
    a.Write(request);
    expected.push_back("[\"" + std::to_string(i) + "\"]");
  }
  EXPECT_EQ(a.WaitFor(2000), expected);
  EXPECT_EQ(b.WaitFor(2000), expected);
}

TEST_F(PubSubServiceTest, TheSameDedupIdIsDoneOnceAcrossReplicas) {
  Gateway a(one_);
  ASSERT_EQ(a.Add({"r"}), 0);
  ASSERT_TRUE(one_.Publish({Event({"r"}, "1", "id1"), Event({"r"}, "2", "id2")}).ok());
  ASSERT_TRUE(two_.Publish({Event({"r"}, "1", "id1"), Event({"r"}, "3", "id3")}).ok());
  ASSERT_TRUE(two_.Publish({Event({"r"}, "end")}).ok());
  EXPECT_EQ(a.WaitFor(4), (std::vector<std::string>{R"(["1"])", R"(["2"])", R"(["3"])", R"(["end"])"}));
}

TEST_F(PubSubServiceTest, MembersThatJoinGetWhatFollowsAtOnce) {
  Gateway a(one_), b(two_);
  ASSERT_EQ(a.Add({"class"}), 0);
  ASSERT_EQ(b.Add({"class"}), 0);
  // Many times, since it would be a race.
  std::vector<std::string> expected;
  for (int i = 0; i < 50; ++i) {
    const std::string room = "record" + std::to_string(i);
    ASSERT_TRUE(one_.Publish({Join("class", room), Event({room}, std::to_string(i))}).ok());
    expected.insert(expected.end(), {"add", "[\"" + std::to_string(i) + "\"]"});
  }
  EXPECT_EQ(a.WaitFor(100), expected);
  EXPECT_EQ(b.WaitFor(100), expected);
}

TEST_F(PubSubServiceTest, TheWireIsThatOfTheSocketIoAdapter) {
  // Another node of the cluster, as it were.
  redis::EventLoop loop;
  platform::metrics::Registry registry;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> messages;
  redis::Subscriber node(loop, Options(server_),
                         {.on_message =
                              [&](const std::string& channel, std::string&& payload) {
                                std::lock_guard lock(mutex);
                                messages.push_back(channel + " " + payload);
                                changed.notify_all();
                              },
                          .on_gap = [] {}},
                         registry);
  std::promise<absl::Status> subscribed;
  node.Subscribe({"socket.io#/#", "socket.io#/#r1#", "socket.io-request#/#", "socket.io#sails#"},
                 [&](absl::Status status) { subscribed.set_value(status); });
  ASSERT_TRUE(subscribed.get_future().get().ok());
  v1::Operation leave_all;
  leave_all.mutable_leave_all()->set_room("r1");
  ASSERT_TRUE(one_.Publish({Event({"r1"}, "x"), Join("r1", "r2"), leave_all, Event({}, "y")}).ok());
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, kPatience, [&] { return messages.size() == 4; }));
  }
  EXPECT_TRUE(messages[0].starts_with("socket.io#/#r1# \x93\xa6"));
  EXPECT_TRUE(DecodeBroadcast(messages[0].substr(16), "/").ok());
  EXPECT_TRUE(messages[1].starts_with("socket.io-request#/# {\"uid\":\""));
  EXPECT_TRUE(messages[1].ends_with(R"("type":2,"opts":{"rooms":["r1"],"except":[]},"rooms":["r2"]})"));
  EXPECT_TRUE(messages[2].ends_with(R"("event":"leaveAll","payload":{"sourceRoom":"r1"}})"));
  EXPECT_TRUE(messages[3].starts_with("socket.io#/# \x93"));
}

TEST_F(PubSubServiceTest, LeaveAllReachesOwnGatewaysInEveryNamespace) {
  Gateway a(one_), b(two_);
  ASSERT_EQ(a.Add({"r"}, "/chat"), 0);
  ASSERT_EQ(b.Add({"r"}, "/chat"), 0);
  v1::Operation leave_all;
  leave_all.set_namespace_("/chat");
  leave_all.mutable_leave_all()->set_room("r");
  ASSERT_TRUE(one_.Publish({leave_all}).ok());
  EXPECT_EQ(a.WaitFor(1), (std::vector<std::string>{"leave_all"}));
  EXPECT_EQ(b.WaitFor(1), (std::vector<std::string>{"leave_all"}));
}

TEST_F(PubSubServiceTest, QueriesFindTheirGatewaysThroughEitherReplica) {
  // It answers nothing: what is found is that it was asked, and that nobody waits for it longer than said.
  Gateway silent(two_);
  ASSERT_EQ(silent.Add({"r"}), 0);
  for (Replica* replica : {&one_, &two_}) {
    grpc::ClientContext context;
    v1::CountSocketsRequest request;
    request.mutable_selection()->add_rooms("r");
    request.set_timeout_ms(300);
    v1::CountSocketsResponse response;
    ASSERT_TRUE(replica->stub->CountSockets(&context, request, &response).ok());
    EXPECT_EQ(response.coverage().nodes(), 1);
    EXPECT_EQ(response.coverage().answered(), 0);
  }
  server_.Stop();
  grpc::ClientContext context;
  v1::CountSocketsResponse response;
  EXPECT_EQ(one_.stub->CountSockets(&context, {}, &response).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(PubSubServiceTest, ALostConnectionIsAGapAndThenAllGoesOn) {
  Gateway a(one_);
  ASSERT_EQ(a.Add({"r"}), 0);
  server_.Stop();
  EXPECT_EQ(one_.Publish({Event({"r"}, "lost")}).error_code(), grpc::StatusCode::UNAVAILABLE);
  server_.Start();
  EXPECT_EQ(a.WaitFor(1), (std::vector<std::string>{"gap"}));
  ASSERT_TRUE(one_.client.WaitUntilConnected(absl::Seconds(20)));
  ASSERT_TRUE(one_.Publish({Event({"r"}, "back")}).ok());
  EXPECT_EQ(a.WaitFor(2), (std::vector<std::string>{"gap", R"(["back"])"}));
}

TEST_F(PubSubServiceTest, InterestEndsWithTheLink) {
  const auto subscribers = [this] {
    std::promise<int64_t> count;
    one_.client.Command(
        {"PUBSUB", "NUMSUB", "socket.io#/#r#"}, absl::Seconds(20),
        [&](absl::StatusOr<redis::Reply> reply) { count.set_value(reply->elements[1].integer); });
    return count.get_future().get();
  };
  {
    Gateway a(one_);
    ASSERT_EQ(a.Add({"r"}), 0);
    EXPECT_EQ(subscribers(), 1);
  }
  const absl::Time limit = absl::Now() + absl::Seconds(20);
  while (subscribers() != 0 && absl::Now() < limit) std::this_thread::yield();
  EXPECT_EQ(subscribers(), 0);
}

TEST_F(PubSubServiceTest, MalformedOperationsAreRefusedAsAWhole) {
  Gateway a(one_);
  ASSERT_EQ(a.Add({"r"}), 0);
  v1::Operation bad = Event({"r"}, "x");
  bad.mutable_broadcast()->set_data_json("{}");
  EXPECT_EQ(one_.Publish({Event({"r"}, "before"), bad}).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(one_.Publish({v1::Operation()}).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  bad = Event({""}, "x");
  EXPECT_EQ(a.Publish(bad), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(a.Publish(Event({"r"}, "good")), 0);
  EXPECT_EQ(a.WaitFor(1), (std::vector<std::string>{R"(["good"])"}));
}

TEST_F(PubSubServiceTest, ALinkBeginsWithHello) {
  grpc::ClientContext context;
  auto stream = one_.stub->Attach(&context);
  v1::AttachRequest request;
  request.mutable_interest()->set_id(1);
  stream->Write(request);
  v1::AttachEvent event;
  EXPECT_FALSE(stream->Read(&event));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(PubSubServiceTest, DrainEndsTheLinks) {
  Gateway a(one_);
  ASSERT_EQ(a.Add({"r"}), 0);
  one_.service.CloseLinks();
  EXPECT_TRUE(a.WaitForEnd());
}

}  // namespace
}  // namespace sail::pubsub
