// The batching client and service against each other over real gRPC on loopback.
#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "gtest/gtest.h"
#include "platform/rpc/batch_pool.h"
#include "platform/rpc/batch_service.h"
#include "protos/sail/action/v1/action.grpc.pb.h"

namespace sail::platform::rpc {
namespace {

using sail::action::v1::ActionStreamService;
using sail::action::v1::RunBatch;
using sail::action::v1::RunBatchReply;
using sail::action::v1::RunItem;
using sail::action::v1::RunReply;
using Pool = BatchPool<RunBatch, RunBatchReply>;

// Answers with the action's name as body; "hold" is answered by Release, "fail" with NOT_FOUND. Once
// LoseStore has been called everything is answered with UNAVAILABLE.
class EchoService final : public ActionStreamService::CallbackService {
 public:
  grpc::ServerBidiReactor<RunBatch, RunBatchReply>* RunStream(grpc::CallbackServerContext*) override {
    return StartBatchStream<RunBatch, RunBatchReply>([this](RunItem&& item, auto respond) {
      RunReply reply;
      reply.set_id(item.id());
      reply.mutable_response()->set_body(item.request().action());
      std::lock_guard lock(mutex_);
      if (item.cancel()) {
        cancelled_.push_back(item.id());
        return;
      }
      ++received_;
      last_id_ = item.id();
      if (item.request().action() == "hold") {
        held_.push_back([respond, reply]() mutable { respond(std::move(reply)); });
        return;
      }
      if (item.request().action() == "fail") reply.set_code(5);
      if (store_lost_) reply.set_code(14);
      respond(std::move(reply));
    });
  }
  void Release() {
    std::vector<std::function<void()>> held;
    {
      std::lock_guard lock(mutex_);
      held.swap(held_);
    }
    for (auto& answer : held) answer();
  }
  void LoseStore() {
    std::lock_guard lock(mutex_);
    store_lost_ = true;
  }
  int received() {
    std::lock_guard lock(mutex_);
    return received_;
  }
  uint64_t last_id() {
    std::lock_guard lock(mutex_);
    return last_id_;
  }
  std::vector<uint64_t> cancelled() {
    std::lock_guard lock(mutex_);
    return cancelled_;
  }

 private:
  std::mutex mutex_;
  int received_ = 0;
  uint64_t last_id_ = 0;
  std::vector<uint64_t> cancelled_;
  bool store_lost_ = false;
  std::vector<std::function<void()>> held_;
};

class Replica {
 public:
  explicit Replica(int port = 0) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:" + std::to_string(port), grpc::InsecureServerCredentials(), &port_);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
  }
  ~Replica() { Stop(); }
  void Stop() {
    if (server_) server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
  }
  int port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  EchoService& service() { return service_; }

 private:
  int port_ = 0;
  EchoService service_;
  std::unique_ptr<grpc::Server> server_;
};

std::unique_ptr<Pool> MakePool(const std::string& target, absl::Duration wait = absl::Seconds(5)) {
  BatchPoolOptions options;
  options.name = "echo";
  options.target = target;
  options.wait_for_replica = wait;
  return std::make_unique<Pool>(options, [](std::shared_ptr<grpc::Channel> channel) -> Pool::Client::Open {
    return [stub = std::shared_ptr<ActionStreamService::Stub>(ActionStreamService::NewStub(channel))](
               grpc::ClientContext* context, Pool::Client::Reactor* reactor) {
      stub->async()->RunStream(context, reactor);
    };
  });
}

// Collects the results of calls and waits for them.
class Results {
 public:
  Pool::Callback Collect() {
    return [this](absl::StatusOr<RunReply> reply) {
      std::lock_guard lock(mutex_);
      replies_.push_back(std::move(reply));
      changed_.notify_all();
    };
  }
  std::vector<absl::StatusOr<RunReply>> Wait(size_t n) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(20), [&] { return replies_.size() >= n; }));
    return std::move(replies_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<absl::StatusOr<RunReply>> replies_;
};

RunItem Item(const std::string& action) {
  RunItem item;
  item.mutable_request()->set_action(action);
  return item;
}

TEST(BatchPool, EveryCallGetsItsOwnAnswer) {
  Replica replica;
  auto pool = MakePool(replica.address());
  Results results;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        pool->Call(Item(std::to_string(t * 500 + i)), absl::Seconds(20), false, results.Collect());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<std::string> bodies;
  for (const auto& reply : results.Wait(2000)) {
    ASSERT_TRUE(reply.ok()) << reply.status();
    bodies.insert(reply->response().body());
  }
  EXPECT_EQ(bodies.size(), 2000u);
}

TEST(BatchPool, ManyLargeMessagesDoNotExceedWhatAMessageMayCarry) {
  Replica replica;
  auto pool = MakePool(replica.address());
  Results results;
  // 40 MB up and down, collected while the first is on its way.
  for (int i = 0; i < 40; ++i) {
    pool->Call(Item(std::string(1'000'000, static_cast<char>('a' + i % 26))), absl::Seconds(20), false,
               results.Collect());
  }
  for (const auto& reply : results.Wait(40)) {
    ASSERT_TRUE(reply.ok()) << reply.status();
    EXPECT_EQ(reply->response().body().size(), 1'000'000u);
  }
}

TEST(BatchPool, ErrorsOfTheServiceComeAsStatus) {
  Replica replica;
  auto pool = MakePool(replica.address());
  Results results;
  pool->Call(Item("fail"), absl::Seconds(10), true, results.Collect());
  EXPECT_TRUE(absl::IsNotFound(results.Wait(1)[0].status()));
}

TEST(BatchPool, ACallWithoutAnswerEndsAtItsDeadline) {
  Replica replica;
  auto pool = MakePool(replica.address());
  Results results;
  pool->Call(Item("hold"), absl::Milliseconds(100), true, results.Collect());
  EXPECT_TRUE(absl::IsDeadlineExceeded(results.Wait(1)[0].status()));
  replica.service().Release();  // the late answer is dropped
  pool->Call(Item("next"), absl::Seconds(10), false, results.Collect());
  EXPECT_EQ(results.Wait(1)[0]->response().body(), "next");
}

TEST(BatchPool, ACancelledCallEndsAndTheServiceIsTold) {
  Replica replica;
  auto pool = MakePool(replica.address());
  Results results;
  auto cancellation = std::make_shared<Cancellation>();
  pool->Call(Item("hold"), absl::Seconds(20), true, results.Collect(), 0, cancellation);
  while (replica.service().received() == 0) std::this_thread::yield();
  cancellation->Cancel();
  EXPECT_TRUE(absl::IsCancelled(results.Wait(1)[0].status()));
  while (replica.service().cancelled().empty()) std::this_thread::yield();
  EXPECT_EQ(replica.service().cancelled(), std::vector<uint64_t>{replica.service().last_id()});
  replica.service().Release();  // the late answer is dropped
  pool->Call(Item("next"), absl::Seconds(10), false, results.Collect(), 0, std::make_shared<Cancellation>());
  EXPECT_EQ(results.Wait(1)[0]->response().body(), "next");
}

TEST(BatchPool, ACallThatWasCancelledBeforeIsNotSent) {
  Replica replica;
  auto pool = MakePool(replica.address());
  Results results;
  auto cancellation = std::make_shared<Cancellation>();
  cancellation->Cancel();
  pool->Call(Item("never"), absl::Seconds(20), true, results.Collect(), 0, cancellation);
  EXPECT_TRUE(absl::IsCancelled(results.Wait(1)[0].status()));
  pool->Call(Item("next"), absl::Seconds(10), false, results.Collect());
  EXPECT_EQ(results.Wait(1)[0]->response().body(), "next");
  EXPECT_EQ(replica.service().received(), 1);
}

TEST(BatchPool, WithoutAReplicaCallsFailSoon) {
  auto pool = MakePool("127.0.0.1:1", absl::Milliseconds(50));
  Results results;
  const absl::Time start = absl::Now();
  pool->Call(Item("x"), absl::Seconds(10), true, results.Collect());
  EXPECT_TRUE(absl::IsUnavailable(results.Wait(1)[0].status()));
  EXPECT_LT(absl::Now() - start, absl::Seconds(2));
}

TEST(BatchPool, ABrokenStreamFailsItsCallsAndIsOpenedAnew) {
  auto replica = std::make_unique<Replica>();
  const int port = replica->port();
  auto pool = MakePool(replica->address());
  Results results;
  pool->Call(Item("hold"), absl::Seconds(20), false, results.Collect());
  while (replica->service().received() == 0) std::this_thread::yield();
  replica->Stop();
  EXPECT_TRUE(absl::IsUnavailable(results.Wait(1)[0].status()));
  Replica second(port);
  pool->Call(Item("again"), absl::Seconds(20), false, results.Collect());
  EXPECT_EQ(results.Wait(1)[0]->response().body(), "again");
}

TEST(BatchPool, ARepeatableCallGoesToAnotherReplicaWhenItsOwnDies) {
  auto first = std::make_unique<Replica>();
  auto pool = MakePool(first->address());
  Results results;
  pool->Call(Item("hold"), absl::Seconds(20), true, results.Collect());
  while (first->service().received() == 0) std::this_thread::yield();
  const int port = first->port();
  first->Stop();
  Replica second(port);
  while (second.service().received() == 0) std::this_thread::yield();
  second.service().Release();
  const auto replies = results.Wait(1);
  ASSERT_TRUE(replies[0].ok()) << replies[0].status();
}

TEST(BatchPool, CallsAreSpreadOverTheReplicas) {
  Replica a, b;
  auto pool = MakePool(a.address() + "," + b.address());
  Results results;
  // Held calls show as in flight, so that the pool prefers the other replica as soon as both are connected.
  size_t calls = 0;
  while (a.service().received() == 0 || b.service().received() == 0) {
    pool->Call(Item("hold"), absl::Seconds(20), false, results.Collect());
    ++calls;
    std::this_thread::yield();
  }
  while (static_cast<size_t>(a.service().received() + b.service().received()) < calls)
    std::this_thread::yield();
  a.service().Release();
  b.service().Release();
  for (const auto& reply : results.Wait(calls)) EXPECT_TRUE(reply.ok()) << reply.status();
}

TEST(BatchPool, AReplicaThatHasLostItsStoreCostsNoRepeatableCall) {
  Replica a, b;
  auto pool = MakePool(a.address() + "," + b.address());
  Results results;
  const auto call = [&] {
    pool->Call(Item("x"), absl::Seconds(20), true, results.Collect());
    return results.Wait(1)[0].status();
  };
  while (a.service().received() == 0 || b.service().received() == 0) ASSERT_TRUE(call().ok());
  a.service().LoseStore();
  const int before = a.service().received();
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(call().ok()) << "call " << i;
  EXPECT_GT(a.service().received(), before) << "it was never tried";
  EXPECT_LT(a.service().received(), before + 100) << "it was tried every time";
}

TEST(BatchPool, CallsWithTheSameAffinityKeepTheirReplicaAndTheirOrder) {
  Replica a, b;
  auto pool = MakePool(a.address() + "," + b.address());
  Results results;
  while (a.service().received() == 0 || b.service().received() == 0) {
    pool->Call(Item("x"), absl::Seconds(5), false, results.Collect());
    results.Wait(1);
  }
  for (uint64_t affinity = 1; affinity <= 20; ++affinity) {
    const int before_a = a.service().received(), before_b = b.service().received();
    for (int i = 0; i < 10; ++i)
      pool->Call(Item(std::to_string(i)), absl::Seconds(5), false, results.Collect(), affinity);
    const auto answers = results.Wait(10);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(answers[i]->response().body(), std::to_string(i));
    const bool on_a = a.service().received() == before_a + 10, on_b = b.service().received() == before_b + 10;
    EXPECT_NE(on_a, on_b);
  }
}

}  // namespace
}  // namespace sail::platform::rpc
