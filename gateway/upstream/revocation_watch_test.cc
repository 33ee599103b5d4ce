#include "gateway/upstream/revocation_watch.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>

#include "protos/sail/session/v1/session.grpc.pb.h"

namespace sail::gateway {
namespace {

// A replica that tells what it is given, as its own first revocation, and then ends or stays.
class Replica final : public session::v1::SessionService::Service {
 public:
  explicit Replica(std::string id) : id_(std::move(id)) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~Replica() override { server_->Shutdown(std::chrono::system_clock::now()); }

  grpc::Status WatchRevocations(grpc::ServerContext* context, const session::v1::WatchRevocationsRequest*,
                                grpc::ServerWriter<session::v1::WatchRevocationsResponse>* writer) override {
    session::v1::WatchRevocationsResponse message;
    message.set_in_force(true);
    writer->Write(message);
    message.set_in_force(false);
    message.add_ids(id_);
    writer->Write(message);
    while (!end && !context->IsCancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return {grpc::StatusCode::UNAVAILABLE, "shutting down"};
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  std::atomic<bool> end = false;

 private:
  const std::string id_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

class RevocationWatchTest : public ::testing::Test {
 protected:
  RevocationWatch::Handlers Handlers() {
    return {.on_in_force = [this] { Note("in force"); },
            .on_revoked =
                [this](auto ids) {
                  for (const std::string& id : *ids) Note(id);
                }};
  }
  void Note(const std::string& what) {
    std::lock_guard lock(mutex_);
    seen_.push_back(what);
    more_.notify_all();
  }
  std::vector<std::string> Take(size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(more_.wait_for(lock, std::chrono::seconds(20), [&] { return seen_.size() >= count; }));
    return std::exchange(seen_, {});
  }

  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<std::string> seen_;
};

using ::testing::ElementsAre;

TEST_F(RevocationWatchTest, TwoReplicasAreWatchedAtATime) {
  std::map<std::string, std::unique_ptr<Replica>> replicas;
  std::string target;
  for (const char* id : {"a", "b", "c"}) {
    replicas[id] = std::make_unique<Replica>(id);
    target += (target.empty() ? "" : ",") + replicas[id]->address();
  }
  const auto watch = WatchRevocations(target, Handlers());
  std::set<std::string> told;
  for (const std::string& each : Take(4)) told.insert(each);
  ASSERT_EQ(told.size(), 3u);  // both say that they are in force
  told.erase("in force");
  replicas[*told.begin()]->end = true;
  const auto next = Take(2);
  EXPECT_EQ(next[0], "in force");
  EXPECT_FALSE(told.contains(next[1])) << next[1];
}

TEST_F(RevocationWatchTest, AReplicaThatComesBackIsWatchedAgain) {
  Replica a("a"), b("b");
  const auto watch = WatchRevocations(a.address() + "," + b.address(), Handlers());
  Take(4);
  a.end = true;
  EXPECT_THAT(Take(2), ElementsAre("in force", "a"));
}

TEST_F(RevocationWatchTest, AReplicaThatIsNotThereIsPassedOver) {
  Replica replica("a");
  const auto watch = WatchRevocations("127.0.0.1:1," + replica.address(), Handlers());
  EXPECT_THAT(Take(2), ElementsAre("in force", "a"));
}

TEST_F(RevocationWatchTest, EndsWhileItWatchesAndWhileItTries) {
  Replica replica("a");
  auto watch = WatchRevocations(replica.address(), Handlers());
  Take(2);
  watch.reset();
  watch = WatchRevocations("127.0.0.1:1", Handlers());
  watch.reset();
  EXPECT_TRUE(seen_.empty());
}

}  // namespace
}  // namespace sail::gateway
