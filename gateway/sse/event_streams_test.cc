#include "gateway/sse/event_streams.h"

#include "gateway/engineio/manual_byte_stream.h"
#include "gateway/engineio/manual_event_loop.h"
#include "gateway/upstream/fake_pubsub_link.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sail::gateway::sse {
namespace {

using pubsub::v1::Deliveries;
using pubsub::v1::Operation;
using ::testing::HasSubstr;

class EventStreamsTest : public ::testing::Test {
 protected:
  EventStreamsTest() {
    rooms_->Attach({[](std::string_view) { return nullptr; }, nullptr, nullptr});
    Start({});
  }
  ~EventStreamsTest() override {
    streams_.reset();
    loop_.Run();
  }
  void Start(EventStreamsOptions options) {
    streams_.reset();
    streams_ = std::make_unique<EventStreams>(loop_, rooms_, std::make_shared<SessionConnections>(loop_),
                                              options, counters_);
  }
  std::shared_ptr<ManualByteStream> Attach(const std::shared_ptr<EventStream>& stream,
                                           std::string_view first = "first\n\n") {
    auto bytes = std::make_shared<ManualByteStream>(&loop_);
    stream->Attach(bytes, first);
    return bytes;
  }
  void Join(const std::shared_ptr<EventStream>& stream, const std::string& room) {
    stream->Join({room}, [](absl::Status) {});
    loop_.Run();
  }
  void Apply(Operation operation) {
    auto deliveries = std::make_shared<Deliveries>();
    *deliveries->add_operations() = std::move(operation);
    LoopOperation out;
    out.owner = deliveries;
    out.operation = &deliveries->operations(0);
    if (out.operation->has_broadcast())
      out.packet = socketio::EncodeEvent("/", out.operation->broadcast().data_json());
    rooms_->Apply(out);
  }
  void Broadcast(const std::string& room, const std::string& data_json, bool is_volatile = false) {
    Operation operation;
    operation.mutable_broadcast()->add_rooms(room);
    operation.mutable_broadcast()->set_data_json(data_json);
    operation.mutable_broadcast()->set_volatile_(is_volatile);
    Apply(std::move(operation));
  }

  ManualEventLoop loop_;
  FakePubSubLink link_;
  platform::metrics::Registry registry_;
  const EventStreamCounters counters_{registry_};
  std::shared_ptr<LoopRooms> rooms_ = std::make_shared<LoopRooms>(loop_, link_);
  std::unique_ptr<EventStreams> streams_;
};

TEST_F(EventStreamsTest, SendsTheAnswerThenWhatIsPublishedInItsRooms) {
  const auto stream = streams_->Open("");
  Join(stream, "r");
  Broadcast("r", R"(["early",1])");
  const auto bytes = Attach(stream);
  Broadcast("r", R"(["later",{"a":2}])");
  Broadcast("other", R"(["never",3])");
  Broadcast(stream->id(), R"(["own",4])");
  EXPECT_EQ(bytes->written,
            "first\n\nevent: early\ndata: 1\n\nevent: later\ndata: {\"a\":2}\n\nevent: own\ndata: 4\n\n");
}

TEST_F(EventStreamsTest, LeavesRooms) {
  const auto stream = streams_->Open("");
  Join(stream, "r");
  const auto bytes = Attach(stream);
  stream->Leave({"r"});
  loop_.Run();
  Broadcast("r", R"(["e"])");
  EXPECT_EQ(bytes->written, "first\n\n");
}

TEST_F(EventStreamsTest, EndsWithTheConnection) {
  auto stream = streams_->Open("");
  const auto bytes = Attach(stream);
  EXPECT_EQ(streams_->size(), 1u);
  bytes->End(absl::OkStatus());
  EXPECT_EQ(streams_->size(), 0u);
  Broadcast(stream->id(), R"(["e"])");
  EXPECT_EQ(bytes->written, "first\n\n");
}

TEST_F(EventStreamsTest, AnAnswerWithoutStreamLeavesNothing) {
  auto stream = streams_->Open("");
  Join(stream, "r");
  stream.reset();
  loop_.Run();
  EXPECT_EQ(streams_->size(), 0u);
  Broadcast("r", R"(["e"])");
}

TEST_F(EventStreamsTest, BeatsAndTellsWhoHasGone) {
  const auto bytes = Attach(streams_->Open(""), "");
  loop_.Advance(std::chrono::seconds(31));
  EXPECT_EQ(bytes->written, ":\n\n:\n\n");
}

TEST_F(EventStreamsTest, ASlowReaderLosesVolatileEventsAndIsCutAtTheLimit) {
  EventStreamsOptions options;
  options.limits.queue_bytes = 1000;
  Start(options);
  const auto stream = streams_->Open("");
  Join(stream, "r");
  const auto bytes = Attach(stream);
  Broadcast("r", R"(["dropped"])", true);
  for (int i = 0; i < 100; ++i) Broadcast("r", R"(["kept",")" + std::string(100, 'x') + R"("])");
  EXPECT_THAT(bytes->written, ::testing::Not(HasSubstr("dropped")));
  EXPECT_LT(bytes->written.size(), 1300u);
  EXPECT_FALSE(bytes->aborted);
  loop_.Run();
  EXPECT_TRUE(bytes->aborted);
  EXPECT_EQ(counters_.evicted->value(), 1u);
  EXPECT_EQ(streams_->size(), 0u);
}

TEST_F(EventStreamsTest, AReaderThatKeepsUpGetsVolatileEvents) {
  const auto stream = streams_->Open("");
  Join(stream, "r");
  const auto bytes = Attach(stream);
  bytes->Drain();
  Broadcast("r", R"(["now"])", true);
  EXPECT_THAT(bytes->written, HasSubstr("event: now"));
}

TEST_F(EventStreamsTest, WhatWaitsForTheAnswerIsBoundedToo) {
  EventStreamsOptions options;
  options.limits.queue_bytes = 1000;
  Start(options);
  const auto stream = streams_->Open("");
  for (int i = 0; i < 100; ++i) Broadcast(stream->id(), R"(["e",")" + std::string(100, 'x') + R"("])");
  loop_.Run();
  EXPECT_EQ(streams_->size(), 0u);
  EXPECT_TRUE(Attach(stream)->aborted);
}

TEST_F(EventStreamsTest, TooManyAreRefused) {
  EventStreamsOptions options;
  options.max_streams = 1;
  Start(options);
  const auto first = streams_->Open("");
  EXPECT_EQ(streams_->Open(""), nullptr);
  EXPECT_EQ(counters_.refused->value(), 1u);
}

TEST_F(EventStreamsTest, IsDisconnectedByTheCluster) {
  const auto stream = streams_->Open("");
  const auto bytes = Attach(stream);
  Operation operation;
  operation.mutable_disconnect()->add_rooms(stream->id());
  Apply(std::move(operation));
  EXPECT_TRUE(bytes->closed());
}

TEST_F(EventStreamsTest, ADrainClosesInPortions) {
  const auto a = streams_->Open(""), b = streams_->Open("");
  const auto first = Attach(a), second = Attach(b);
  streams_->CloseSome(1);
  EXPECT_EQ(first->closed() + second->closed(), 1);
  streams_->CloseSome(5);
  EXPECT_EQ(first->closed() + second->closed(), 2);
  EXPECT_EQ(streams_->size(), 0u);
}

}  // namespace
}  // namespace sail::gateway::sse
