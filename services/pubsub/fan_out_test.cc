#include "services/pubsub/fan_out.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "services/pubsub/cluster_broadcast.h"

namespace sail::pubsub {
namespace {

using Names = std::vector<std::string>;

// Writes down what it is asked to do.
class FakeChannels final : public Channels {
 public:
  void Subscribe(std::vector<std::string> channels, std::function<void(absl::Status)> done) override {
    log->push_back("subscribe");
    subscribed.insert(subscribed.end(), channels.begin(), channels.end());
    if (confirm) {
      done(up ? absl::OkStatus() : absl::UnavailableError("down"));
    } else {
      waiting.push_back(std::move(done));
    }
  }
  void Unsubscribe(std::vector<std::string> channels) override {
    unsubscribed.insert(unsubscribed.end(), channels.begin(), channels.end());
  }
  bool connected() const override { return up; }
  void Publish(std::string channel, std::string payload) override {
    published.push_back(channel + " " + payload);
  }

  bool confirm = true;
  bool up = true;
  Names* log = nullptr;
  Names subscribed, unsubscribed, published;
  std::vector<std::function<void(absl::Status)>> waiting;
};

class FakeSink final : public DeliverySink {
 public:
  explicit FakeSink(Names* log) : log_(log) {}
  void Deliver(const std::shared_ptr<const v1::Operation>& operation) override {
    log_->push_back(operation->has_broadcast() ? operation->broadcast().data_json()
                                               : operation->ShortDebugString());
    received.push_back(log_->back());
  }
  void Gap() override { received.push_back("gap"); }

  Names received;

 private:
  Names* const log_;
};

class FanOutTest : public ::testing::Test {
 protected:
  FanOutTest() {
    channels_.log = &log_;
    for (LinkId link : {1, 2}) {
      sinks_.push_back(std::make_shared<FakeSink>(&log_));
      fan_out_.Attach(link, sinks_.back());
    }
  }

  absl::Status Add(LinkId link, const Names& rooms) {
    v1::InterestChange change;
    for (const std::string& room : rooms) change.add_add()->set_room(room);
    return Change(link, change);
  }
  absl::Status Change(LinkId link, const v1::InterestChange& change) {
    absl::Status result = absl::UnknownError("not answered");
    fan_out_.ChangeInterest(link, change,
                            [&](const absl::StatusOr<Position>& position) { result = position.status(); });
    return result;
  }

  std::string Broadcast(const Names& rooms, const std::string& data) {
    v1::Broadcast broadcast;
    for (const std::string& room : rooms) broadcast.add_rooms(room);
    broadcast.set_data_json(data);
    return *EncodeBroadcast("somebo", "/", broadcast);
  }

  const Names& received(LinkId link) { return sinks_[link - 1]->received; }

  Names log_;
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  platform::metrics::Registry registry_;
  FakeChannels channels_;
  FreshRooms fresh_{[this] { return now_; }};
  std::vector<std::shared_ptr<FakeSink>> sinks_;
  FanOut fan_out_{ChannelNames("socket.io"), channels_, fresh_, [this] { return now_; }, registry_};
};

TEST_F(FanOutTest, AMessageGoesToTheLinksOfItsRoomsAlone) {
  ASSERT_TRUE(Add(1, {"", "a"}).ok());
  ASSERT_TRUE(Add(2, {"b"}).ok());
  fan_out_.OnMessage("socket.io#/#a#", Broadcast({"a"}, R"(["1"])"));
  fan_out_.OnMessage("socket.io#/#", Broadcast({"a", "b"}, R"(["2"])"));
  fan_out_.OnMessage("socket.io#/#", Broadcast({}, R"(["3"])"));
  fan_out_.OnMessage("socket.io#/#c#", Broadcast({"c"}, R"(["4"])"));
  EXPECT_EQ(received(1), (Names{R"(["1"])", R"(["2"])", R"(["3"])"}));
  EXPECT_EQ(received(2), (Names{R"(["2"])"}));
}

TEST_F(FanOutTest, InterestIsAnsweredOnlyOnceItIsConfirmed) {
  channels_.confirm = false;
  absl::Status first = absl::UnknownError(""), second = absl::UnknownError("");
  v1::InterestChange change;
  change.add_add()->set_room("a");
  fan_out_.ChangeInterest(1, change,
                          [&](const absl::StatusOr<Position>& position) { first = position.status(); });
  fan_out_.ChangeInterest(2, change,
                          [&](const absl::StatusOr<Position>& position) { second = position.status(); });
  EXPECT_EQ(first.code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(second.code(), absl::StatusCode::kUnknown);
  for (const auto& done : channels_.waiting) done(absl::OkStatus());
  EXPECT_TRUE(first.ok());
  EXPECT_TRUE(second.ok());
}

TEST_F(FanOutTest, WithoutRedisInterestIsUnavailableButHolds) {
  ASSERT_TRUE(Add(1, {"a"}).ok());
  channels_.up = false;
  EXPECT_EQ(Add(1, {"a"}).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Add(1, {"b"}).code(), absl::StatusCode::kUnavailable);
  fan_out_.OnMessage("socket.io#/#b#", Broadcast({"b"}, R"(["1"])"));
  EXPECT_EQ(received(1), (Names{R"(["1"])"}));
}

TEST_F(FanOutTest, BadRoomsChangeNothing) {
  v1::InterestChange change;
  change.add_add()->set_room("good");
  change.add_add()->set_namespace_("no-slash");
  EXPECT_EQ(Change(1, change).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(channels_.subscribed.empty());
  change.Clear();
  change.add_add()->set_room(std::string(2000, 'x'));
  EXPECT_EQ(Change(1, change).code(), absl::StatusCode::kInvalidArgument);
  change.Clear();
  change.add_add()->set_namespace_("/a#b");
  EXPECT_EQ(Change(1, change).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(FanOutTest, MembersThatMoveAreFollowedBeforeTheGatewayHearsOfIt) {
  ASSERT_TRUE(Add(1, {"class"}).ok());
  ASSERT_TRUE(Add(2, {"other"}).ok());
  log_.clear();
  channels_.subscribed.clear();
  fan_out_.OnMessage("socket.io-request#/#",
                     R"({"uid":"x","type":2,"opts":{"rooms":["class"],"except":[]},"rooms":["record"]})");
  EXPECT_EQ(channels_.subscribed, (Names{"socket.io#/#record#"}));
  ASSERT_EQ(log_.size(), 2u);
  EXPECT_EQ(log_[0], "subscribe");
  EXPECT_EQ(received(1).size(), 1u);
  EXPECT_TRUE(received(2).empty());
  EXPECT_TRUE(fresh_.IsFresh("/", "record"));
  // What comes at once on the room's channel, or by the namespace's, reaches the link.
  fan_out_.OnMessage("socket.io#/#record#", Broadcast({"record"}, R"(["1"])"));
  fan_out_.OnMessage("socket.io#/#", Broadcast({"record"}, R"(["2"])"));
  EXPECT_EQ(received(1).size(), 3u);
  EXPECT_TRUE(received(2).empty());
}

TEST_F(FanOutTest, WhatNobodyClaimsIsDroppedLater) {
  ASSERT_TRUE(Add(1, {"class"}).ok());
  for (const char* room : {"claimed", "unclaimed"}) {
    fan_out_.OnMessage(
        "socket.io-request#/#",
        std::string(R"({"type":2,"opts":{"rooms":["class"],"except":[]},"rooms":[")") + room + "\"]}");
  }
  ASSERT_TRUE(Add(1, {"claimed"}).ok());
  now_ += FanOut::kProvisional;
  fan_out_.Tick();
  EXPECT_EQ(channels_.unsubscribed, (Names{"socket.io#/#unclaimed#"}));
}

TEST_F(FanOutTest, LeaveDisconnectAndLeaveAllGoWhereTheirRoomsAre) {
  ASSERT_TRUE(Add(1, {"a"}).ok());
  ASSERT_TRUE(Add(2, {"b"}).ok());
  fan_out_.OnMessage("socket.io-request#/#",
                     R"({"type":3,"opts":{"rooms":["a"],"except":[]},"rooms":["x"]})");
  fan_out_.OnMessage("socket.io-request#/#", R"({"type":4,"opts":{"rooms":["a"],"except":[]},"close":true})");
  fan_out_.OnMessage("socket.io#sails#", R"({"uid":"u","event":"leaveAll","payload":{"sourceRoom":"a"}})");
  EXPECT_EQ(received(1).size(), 3u);
  EXPECT_TRUE(received(2).empty());
}

class NotingQuestions final : public QuestionHandler {
 public:
  void OnRequest(const std::string& ns, const ClusterRequest& request) override {
    noted.push_back(ns + " " + request.request_id);
  }
  void OnPeerQuery(const v1::PeerQuery& query) override { noted.push_back("peer " + query.uid()); }
  Names noted;
};

TEST_F(FanOutTest, QuestionsGoToTheirHandler) {
  NotingQuestions questions;
  fan_out_.set_question_handler(&questions);
  ASSERT_TRUE(Add(1, {"socket1"}).ok());
  fan_out_.OnMessage("socket.io-request#/#", R"({"requestId":"q1","type":0,"rooms":["r"]})");
  v1::PeerMessage message;
  message.mutable_query()->set_uid("p1");
  fan_out_.OnMessage("socket.io-sail#/#", message.SerializeAsString());
  EXPECT_EQ(questions.noted, (Names{"/ q1", "peer p1"}));
  EXPECT_TRUE(received(1).empty());
}

TEST_F(FanOutTest, OldRequestsForOneSocketAreAnsweredByWhoHasIt) {
  ASSERT_TRUE(Add(1, {"socket1"}).ok());
  fan_out_.OnMessage("socket.io-request#/#", R"({"requestId":"q5","type":2,"sid":"socket1","room":"x"})");
  fan_out_.OnMessage("socket.io-request#/#", R"({"requestId":"q6","type":2,"sid":"elsewhere","room":"x"})");
  fan_out_.OnMessage("socket.io-request#/#",
                     R"({"uid":"u","requestId":"q7","type":4,"sid":"socket1","close":true})");
  EXPECT_EQ(channels_.published, (Names{R"(socket.io-response#/# {"requestId":"q5"})",
                                        R"(socket.io-response#/#u# {"requestId":"q7"})"}));
  EXPECT_EQ(received(1).size(), 2u);
}

TEST_F(FanOutTest, PeersCarryWhatTheAdaptersWireCannot) {
  v1::InterestChange change;
  change.add_add()->set_namespace_("/chat");
  change.mutable_add(0)->set_room("r");
  ASSERT_TRUE(Change(1, change).ok());
  v1::PeerMessage message;
  message.mutable_operation()->set_namespace_("/chat");
  message.mutable_operation()->mutable_leave_all()->set_room("r");
  fan_out_.OnMessage("socket.io-sail#/chat#", message.SerializeAsString());
  EXPECT_EQ(received(1).size(), 1u);
}

TEST_F(FanOutTest, GarbageIsCountedAndDropped) {
  ASSERT_TRUE(Add(1, {"", "a"}).ok());
  for (const char* channel : {"socket.io#/#", "socket.io#/#a#", "socket.io-request#/#", "socket.io-sail#/#",
                              "socket.io#sails#", "unknown"}) {
    fan_out_.OnMessage(channel, "garbage");
  }
  EXPECT_TRUE(received(1).empty());
  EXPECT_NE(registry_.Text().find("sail_pubsub_undecodable_total 5"), std::string::npos) << registry_.Text();
}

TEST_F(FanOutTest, GapsReachEveryLinkAndDetachedLinksNothing) {
  ASSERT_TRUE(Add(1, {"a"}).ok());
  ASSERT_TRUE(Add(2, {"a"}).ok());
  fan_out_.OnGap();
  fan_out_.Detach(2);
  fan_out_.OnGap();
  fan_out_.OnMessage("socket.io#/#a#", Broadcast({"a"}, R"(["1"])"));
  EXPECT_EQ(received(1), (Names{"gap", "gap", R"(["1"])"}));
  EXPECT_EQ(received(2), (Names{"gap"}));
  EXPECT_EQ(Add(2, {"b"}).code(), absl::StatusCode::kCancelled);
  fan_out_.Detach(1);
  std::sort(channels_.subscribed.begin(), channels_.subscribed.end());
  std::sort(channels_.unsubscribed.begin(), channels_.unsubscribed.end());
  EXPECT_EQ(channels_.unsubscribed, channels_.subscribed);
}

}  // namespace
}  // namespace sail::pubsub
