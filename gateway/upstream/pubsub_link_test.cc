// The link against a pubsub service that the test plays by hand, over real gRPC on loopback.
#include "gateway/upstream/pubsub_link.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/server_callback.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "protos/sail/pubsub/v1/pubsub.grpc.pb.h"

namespace sail::gateway {
namespace {

using pubsub::v1::AttachEvent;
using pubsub::v1::AttachRequest;
using pubsub::v1::PubSubService;
using ::testing::UnorderedElementsAre;

constexpr auto kPatience = std::chrono::seconds(20);

// Keeps what the gateways say and sends what the test wants. One stream at a time.
class FakePubSub final : public PubSubService::CallbackService {
 public:
  grpc::ServerBidiReactor<AttachRequest, AttachEvent>* Attach(grpc::CallbackServerContext*) override {
    auto* stream = new Stream(this);
    std::lock_guard lock(mutex_);
    stream_ = stream;
    return stream;
  }

  // The next message of the gateway.
  AttachRequest Next() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kPatience, [this] { return !received_.empty(); }));
    AttachRequest request = received_.front();
    received_.pop_front();
    return request;
  }

  void Send(AttachEvent event) {
    std::lock_guard lock(mutex_);
    stream_->Send(std::move(event));
  }
  void SendDone(uint64_t id) {
    AttachEvent event;
    event.mutable_done()->set_id(id);
    Send(std::move(event));
  }
  void EndStream() {
    std::lock_guard lock(mutex_);
    stream_->Finish(grpc::Status(grpc::StatusCode::UNAVAILABLE, "the test says so"));
    stream_ = nullptr;
  }

 private:
  class Stream final : public grpc::ServerBidiReactor<AttachRequest, AttachEvent> {
   public:
    explicit Stream(FakePubSub* service) : service_(service) { StartRead(&incoming_); }
    void OnReadDone(bool ok) override {
      if (!ok) {
        std::lock_guard lock(service_->mutex_);
        if (service_->stream_ == this) {
          service_->stream_ = nullptr;
          Finish(grpc::Status::OK);
        }
        return;
      }
      {
        std::lock_guard lock(service_->mutex_);
        service_->received_.push_back(incoming_);
        service_->changed_.notify_all();
      }
      StartRead(&incoming_);
    }
    void Send(AttachEvent event) {
      queue_.push_back(std::move(event));
      if (queue_.size() == 1) StartWrite(&queue_.front());
    }
    void OnWriteDone(bool ok) override {
      std::lock_guard lock(service_->mutex_);
      queue_.pop_front();
      if (ok && !queue_.empty()) StartWrite(&queue_.front());
    }
    void OnDone() override { delete this; }

   private:
    FakePubSub* const service_;
    AttachRequest incoming_;
    std::deque<AttachEvent> queue_;
  };

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<AttachRequest> received_;
  Stream* stream_ = nullptr;
};

// Counts events and waits for a number of them.
class Tally {
 public:
  void Add() {
    std::lock_guard lock(mutex_);
    ++count_;
    changed_.notify_all();
  }
  bool Wait(int n) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return count_ >= n; });
  }
  int count() {
    std::lock_guard lock(mutex_);
    return count_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

class PubSubLinkTest : public ::testing::Test {
 protected:
  PubSubLinkTest() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    PubSubLink::Handlers handlers;
    handlers.on_deliveries = [this](std::shared_ptr<const pubsub::v1::Deliveries> deliveries) {
      for (int i = 0; i < deliveries->operations_size(); ++i) deliveries_.Add();
    };
    handlers.on_gap = [this] { gaps_.Add(); };
    handlers.on_query = [this](const pubsub::v1::Query& query) {
      pubsub::v1::Answer answer;
      answer.set_id(query.id());
      answer.set_count(7);
      link_->Answer(answer);
    };
    link_ = MakePubSubLink("127.0.0.1:" + std::to_string(port_), "gateway-1", std::move(handlers));
    ExpectHello();
  }
  ~PubSubLinkTest() override {
    link_.reset();
    server_->Shutdown(std::chrono::system_clock::now());
  }

  void ExpectHello() { EXPECT_EQ(service_.Next().hello().gateway_id(), "gateway-1"); }
  std::vector<std::string> Added(const AttachRequest& request) {
    std::vector<std::string> rooms;
    for (const auto& room : request.interest().add()) rooms.push_back(room.namespace_() + " " + room.room());
    return rooms;
  }
  PubSubLink::Done CountIfOk(Tally* tally) {
    return [tally](absl::Status status) {
      EXPECT_TRUE(status.ok()) << status;
      tally->Add();
    };
  }

  int port_ = 0;
  FakePubSub service_;
  std::unique_ptr<grpc::Server> server_;
  Tally deliveries_, gaps_;
  std::unique_ptr<PubSubLink> link_;
};

TEST_F(PubSubLinkTest, InterestIsConfirmedByItsOwnDone) {
  service_.SendDone(service_.Next().interest().id());
  Tally done;
  link_->AddInterest({{"/", "a"}, {"/", "b"}}, CountIfOk(&done));
  const AttachRequest change = service_.Next();
  EXPECT_THAT(Added(change), UnorderedElementsAre("/ a", "/ b"));
  EXPECT_EQ(done.count(), 0);
  service_.SendDone(change.interest().id());
  EXPECT_TRUE(done.Wait(1));
  // Wanted already: no message, done at once.
  link_->AddInterest({{"/", "a"}}, CountIfOk(&done));
  EXPECT_EQ(done.count(), 2);
}

TEST_F(PubSubLinkTest, ARoomIsRemovedWhenItWasRemovedAsOftenAsAdded) {
  service_.SendDone(service_.Next().interest().id());
  Tally done;
  link_->AddInterest({{"/", "a"}}, CountIfOk(&done));
  link_->AddInterest({{"/", "a"}}, CountIfOk(&done));
  service_.SendDone(service_.Next().interest().id());
  ASSERT_TRUE(done.Wait(2));
  link_->RemoveInterest({{"/", "a"}});
  link_->RemoveInterest({{"/", "a"}});
  const AttachRequest change = service_.Next();
  ASSERT_EQ(change.interest().remove_size(), 1);
  EXPECT_EQ(change.interest().remove(0).room(), "a");
}

TEST_F(PubSubLinkTest, AfterABreakTheWholeInterestIsStatedAgainAndAGapIsReported) {
  service_.SendDone(service_.Next().interest().id());
  Tally done;
  link_->AddInterest({{"/", "a"}, {"/x", ""}}, CountIfOk(&done));
  service_.SendDone(service_.Next().interest().id());
  ASSERT_TRUE(done.Wait(1));
  service_.EndStream();
  ExpectHello();
  const AttachRequest change = service_.Next();
  EXPECT_THAT(Added(change), UnorderedElementsAre("/ a", "/x "));
  EXPECT_EQ(gaps_.count(), 0);
  service_.SendDone(change.interest().id());
  EXPECT_TRUE(gaps_.Wait(1));
  EXPECT_TRUE(link_->attached());
}

TEST_F(PubSubLinkTest, InterestAddedWhileDetachedIsConfirmedByTheNextReplica) {
  service_.SendDone(service_.Next().interest().id());
  service_.EndStream();
  Tally done;
  link_->AddInterest({{"/", "late"}}, CountIfOk(&done));
  // Either it went with the new stream's first statement, or behind it.
  ExpectHello();
  for (AttachRequest change = service_.Next();; change = service_.Next()) {
    service_.SendDone(change.interest().id());
    if (!Added(change).empty()) break;
  }
  EXPECT_TRUE(done.Wait(1));
}

TEST_F(PubSubLinkTest, PublicationsAreAnsweredById) {
  service_.SendDone(service_.Next().interest().id());
  Tally done;
  pubsub::v1::Operation operation;
  operation.mutable_broadcast()->set_data_json("[\"e\",1]");
  link_->Publish({operation, operation}, CountIfOk(&done));
  const AttachRequest request = service_.Next();
  EXPECT_EQ(request.publish().operations_size(), 2);
  EXPECT_EQ(done.count(), 0);
  service_.SendDone(request.publish().id());
  EXPECT_TRUE(done.Wait(1));
}

TEST_F(PubSubLinkTest, APublicationWhoseLinkBreaksFailsAsUnavailable) {
  service_.SendDone(service_.Next().interest().id());
  Tally failed;
  pubsub::v1::Operation operation;
  operation.mutable_broadcast()->set_data_json("[\"e\",1]");
  link_->Publish({operation}, [&](absl::Status status) {
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    failed.Add();
  });
  service_.Next();
  service_.EndStream();
  EXPECT_TRUE(failed.Wait(1));
}

TEST_F(PubSubLinkTest, DeliveriesAndGapsComeThrough) {
  service_.SendDone(service_.Next().interest().id());
  AttachEvent event;
  event.mutable_deliveries()->add_operations();
  event.mutable_deliveries()->add_operations();
  service_.Send(event);
  EXPECT_TRUE(deliveries_.Wait(2));
  event.mutable_gap();
  service_.Send(event);
  EXPECT_TRUE(gaps_.Wait(1));
}

TEST_F(PubSubLinkTest, AQueryIsAnsweredUnderItsId) {
  service_.SendDone(service_.Next().interest().id());
  AttachEvent event;
  event.mutable_query()->set_id(42);
  event.mutable_query()->mutable_count();
  service_.Send(event);
  const AttachRequest request = service_.Next();
  ASSERT_TRUE(request.has_answer());
  EXPECT_EQ(request.answer().id(), 42);
  EXPECT_EQ(request.answer().count(), 7);
}

}  // namespace
}  // namespace sail::gateway
