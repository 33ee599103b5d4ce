// What a Socket.IO node that asks gets from this replica.
#include "services/pubsub/node_answers.h"

#include <gtest/gtest.h>

#include "services/pubsub/fake_query_wire.h"

namespace sail::pubsub {
namespace {

using Published = std::vector<std::pair<std::string, std::string>>;

class FakeProgram final : public ServerEventSink {
 public:
  void OnServerEvent(const v1::ServerEvent& event) override { events.push_back(event); }
  std::vector<v1::ServerEvent> events;
};

class NodeAnswersTest : public ::testing::Test {
 protected:
  void Request(const std::string& json) {
    auto request = DecodeRequest(json, "/");
    ASSERT_TRUE(request.ok()) << request.status();
    answers.OnRequest("/", *request);
  }
  void GatewaySays(v1::Answer part) {
    part.set_id(gateway->asked.back().id());
    gateways.OnAnswer(1, std::move(part));
  }
  static v1::Answer Last() {
    v1::Answer part;
    part.set_last(true);
    return part;
  }

  absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  platform::metrics::Registry registry;
  FakeQueryWire wire;
  std::shared_ptr<FakeGateway> gateway = std::make_shared<FakeGateway>();
  GatewayQueries gateways{[this](const std::string&, const auto&) {
                            return std::vector<std::pair<LinkId, std::shared_ptr<QuerySink>>>{{1, gateway}};
                          },
                          [this] { return now; }, registry};
  ServerEvents events{"me0000"};
  NodeAnswers answers{ChannelNames("socket.io"), wire, gateways, events};
};

TEST_F(NodeAnswersTest, SocketsAreFetchedFromTheGatewaysAndSentToTheAsker) {
  Request(R"({"uid":"node00","requestId":"q","type":5,"opts":{"rooms":["r"],"except":["x"]}})");
  ASSERT_EQ(gateway->asked.size(), 1u);
  EXPECT_EQ(gateway->asked[0].rooms(0), "r");
  EXPECT_EQ(gateway->asked[0].except_rooms(0), "x");
  EXPECT_TRUE(gateway->asked[0].describe().headers());
  v1::Answer part = Last();
  part.add_sockets()->set_id("s1");
  GatewaySays(part);
  ASSERT_EQ(wire.published.size(), 1u);
  EXPECT_EQ(wire.published[0].first, "socket.io-response#/#node00#");
  EXPECT_TRUE(
      wire.published[0].second.starts_with(R"({"requestId":"q","sockets":[{"id":"s1","handshake":{)"));
}

TEST_F(NodeAnswersTest, WhoGivesNoNameIsAnsweredOnTheCommonChannel) {
  Request(R"({"requestId":"q","type":0,"rooms":[]})");
  v1::Answer part = Last();
  part.add_sockets()->set_id("s1");
  GatewaySays(part);
  EXPECT_EQ(wire.published, (Published{{"socket.io-response#/#", R"({"requestId":"q","sockets":["s1"]})"}}));
}

TEST_F(NodeAnswersTest, AFrozenGatewayDoesNotKeepTheAskerWaiting) {
  Request(R"({"uid":"node00","requestId":"q","type":1})");
  v1::Answer part;
  part.add_rooms("r1");
  GatewaySays(part);
  EXPECT_TRUE(wire.published.empty());
  now += NodeAnswers::kPatience;
  gateways.Tick();
  EXPECT_EQ(wire.published,
            (Published{{"socket.io-response#/#node00#", R"({"requestId":"q","rooms":["r1"]})"}}));
}

TEST_F(NodeAnswersTest, ClientsAreCountedFirstAndThenEachAckIsPassedOn) {
  Request(R"({"uid":"node00","requestId":"q","type":7,"packet":{"type":2,"data":["ev"],"nsp":"/"},)"
          R"("opts":{"rooms":[],"except":[],"flags":{"timeout":500}}})");
  EXPECT_EQ(gateway->asked[0].emit_with_ack().timeout_ms(), 500);
  v1::Answer part;
  part.set_count(1);
  GatewaySays(part);
  part = Last();
  part.add_acks()->set_answer_json("\"yes\"");
  GatewaySays(part);
  ASSERT_EQ(wire.published.size(), 2u);
  EXPECT_EQ(wire.published[0].second, R"({"type":8,"requestId":"q","clientCount":1})");
  EXPECT_EQ(wire.published[1].first, "socket.io-response#/#node00#");
  EXPECT_TRUE(wire.published[1].second.starts_with("\x83\xa4type\x09"));
}

TEST_F(NodeAnswersTest, NothingButJsonIsSaidOnTheCommonChannel) {
  Request(R"({"requestId":"q","type":7,"packet":{"type":2,"data":["ev"],"nsp":"/"},"opts":{"rooms":[]}})");
  v1::Answer part = Last();
  part.set_count(1);
  part.add_acks()->set_answer_json("1");
  GatewaySays(part);
  EXPECT_EQ(wire.published,
            (Published{{"socket.io-response#/#", R"({"type":8,"requestId":"q","clientCount":1})"},
                       {"socket.io-response#/#", R"({"type":9,"requestId":"q","packet":1})"}}));
}

TEST_F(NodeAnswersTest, QuestionsOfOurOwnReplicasArePassedOver) {
  Request(R"({"uid":"sail-other0","requestId":"q","type":5,"opts":{"rooms":[],"except":[]}})");
  EXPECT_TRUE(gateway->asked.empty());
  EXPECT_TRUE(wire.published.empty());
}

TEST_F(NodeAnswersTest, AServerEventThatNobodyWatchesIsAnsweredWithNull) {
  Request(R"({"uid":"node00","requestId":"q","type":6,"data":["ev"]})");
  EXPECT_EQ(wire.published,
            (Published{{"socket.io-response#/#", R"({"type":6,"requestId":"q","data":null})"}}));
  wire.published.clear();
  Request(R"({"uid":"node00","type":6,"data":["ev"]})");
  EXPECT_TRUE(wire.published.empty());
}

TEST_F(NodeAnswersTest, ServerEventsReachThoseWhoWatchTheNamespace) {
  auto program = std::make_shared<FakeProgram>(), elsewhere = std::make_shared<FakeProgram>();
  events.Watch(7, "/", program);
  events.Watch(8, "/other", elsewhere);
  Request(R"({"uid":"node00","requestId":"q","type":6,"data":["ev",1]})");
  ASSERT_EQ(program->events.size(), 1u);
  EXPECT_EQ(program->events[0].data_json(), R"(["ev",1])");
  const auto id = ServerEventId::Parse(program->events[0].ack_id());
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(id->ns, "/");
  EXPECT_EQ(id->request_id, "q");
  EXPECT_TRUE(elsewhere->events.empty());
  EXPECT_TRUE(wire.published.empty()) << "the program is to answer";
  events.Unwatch(7);
  Request(R"({"uid":"node00","type":6,"data":["ev",1]})");
  EXPECT_EQ(program->events.size(), 1u);
}

TEST_F(NodeAnswersTest, AnEventsIdIsNotTakenFromAnybody) {
  for (const char* bad : {"", "x", "a#b", "a#/#", "#/#q", "a#nons#q"}) {
    EXPECT_FALSE(ServerEventId::Parse(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace sail::pubsub
