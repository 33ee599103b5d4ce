// Questions to a cluster that the test plays: replicas of ours, and Node processes.
#include "services/pubsub/cluster_query.h"

#include <gtest/gtest.h>

#include "services/pubsub/fake_query_wire.h"
#include "services/pubsub/node_wire.h"

namespace sail::pubsub {
namespace {

using Names = std::vector<std::string>;

class ClusterQueryTest : public ::testing::Test {
 protected:
  static v1::Query Describe(int64_t limit = 10) {
    v1::Query query;
    query.set_namespace_("/");
    query.set_limit(limit);
    query.mutable_describe()->set_handshake(true);
    return query;
  }
  static v1::Query Emit() {
    v1::Query query;
    query.set_namespace_("/");
    query.mutable_emit_with_ack()->set_data_json(R"(["q"])");
    return query;
  }

  void Ask(const v1::Query& query, bool own_clients_only = false) {
    queries.Ask(query, {absl::Seconds(5), own_clients_only},
                [this](absl::StatusOr<ClusterAnswer> given) { answer = std::move(given); });
  }
  bool answered() const { return answer.status().code() != absl::StatusCode::kUnknown; }
  // "answered/nodes".
  std::string coverage() const {
    return std::to_string(answer->coverage.answered()) + "/" + std::to_string(answer->coverage.nodes());
  }
  // Hands the question to our replicas back to us, as Redis does, since we are one of them.
  void Loopback() {
    v1::PeerMessage message;
    ASSERT_TRUE(message.ParseFromString(wire.published.front().second));
    queries.OnPeerQuery(message.query());
  }
  void PeerSays(v1::PeerAnswer part) {
    part.mutable_answer()->set_id(1);
    queries.OnMessage("socket.io-sail-answer#me0000#", part.SerializeAsString());
  }
  void NodeSays(const std::string& payload) { queries.OnMessage("socket.io-response#/#", payload); }
  void GatewaySays(LinkId link, v1::Answer part) {
    part.set_id(gateway(link).asked.back().id());
    gateways.OnAnswer(link, std::move(part));
  }
  FakeGateway& gateway(LinkId link) { return *sinks[link - 1].second; }

  static v1::Answer Last(const Names& ids, int64_t count) {
    v1::Answer part;
    for (const std::string& id : ids) part.add_sockets()->set_id(id);
    part.set_count(count);
    part.set_last(true);
    return part;
  }

  absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  platform::metrics::Registry registry;
  FakeQueryWire wire;
  std::vector<std::pair<LinkId, std::shared_ptr<FakeGateway>>> sinks;
  GatewayQueries gateways{[this](const std::string&, const auto&) {
                            return std::vector<std::pair<LinkId, std::shared_ptr<QuerySink>>>(sinks.begin(),
                                                                                              sinks.end());
                          },
                          [this] { return now; }, registry};
  ClusterQueries queries{ChannelNames("socket.io"), "me0000", wire, gateways,
                         [this] { return now; },    registry};
  absl::StatusOr<ClusterAnswer> answer = absl::UnknownError("not yet");
  const std::string request_id = "sail-me0000-1";
};

TEST_F(ClusterQueryTest, NobodyIsAClusterToo) {
  Ask(Describe());
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(coverage(), "0/0");
  EXPECT_TRUE(wire.published.empty());
}

TEST_F(ClusterQueryTest, OwnGatewaysAnswerWithoutRedisInBetween) {
  sinks = {{1, std::make_shared<FakeGateway>()}, {2, std::make_shared<FakeGateway>()}};
  wire.counts = std::vector<int64_t>{1, 1};
  Ask(Describe());
  Loopback();
  GatewaySays(1, Last({"a", "b"}, 2));
  EXPECT_FALSE(answered());
  GatewaySays(2, Last({"c"}, 1));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->sockets.size(), 3);
  EXPECT_EQ(answer->count, 3);
  EXPECT_EQ(coverage(), "2/2");
  EXPECT_EQ(wire.published.size(), 1) << "only the question";
}

TEST_F(ClusterQueryTest, AGatewayThatLeavesOrFreezesMakesTheAnswerPartial) {
  sinks = {{1, std::make_shared<FakeGateway>()},
           {2, std::make_shared<FakeGateway>()},
           {3, std::make_shared<FakeGateway>()}};
  wire.counts = std::vector<int64_t>{1, 1};
  Ask(Describe());
  Loopback();
  GatewaySays(1, Last({"a"}, 1));
  gateways.OnDetach(2);
  now += absl::Seconds(4);
  gateways.Tick();
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->count, 1);
  EXPECT_EQ(coverage(), "1/3");
}

TEST_F(ClusterQueryTest, AReplicaThatIsSilentMakesTheAnswerPartial) {
  wire.counts = std::vector<int64_t>{2, 2};
  Ask(Describe());
  v1::PeerAnswer part;
  part.mutable_answer()->add_sockets()->set_id("a");
  PeerSays(part);
  part = {};
  part.mutable_answer()->set_last(true);
  part.set_gateways(3);
  part.set_gateways_answered(3);
  PeerSays(part);
  now += absl::Seconds(4.9);
  queries.Tick();
  EXPECT_FALSE(answered());
  now += absl::Seconds(0.2);
  queries.Tick();
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->sockets.size(), 1);
  EXPECT_EQ(coverage(), "3/4");
  EXPECT_TRUE(queries.idle());
}

TEST_F(ClusterQueryTest, NodesAreAskedWithTheAdaptersRequestAndTheirAnswersAreCounted) {
  wire.counts = std::vector<int64_t>{2, 0};
  Ask(Describe());
  ASSERT_EQ(wire.published.size(), 1);
  EXPECT_EQ(wire.published[0].first, "socket.io-request#/#");
  EXPECT_EQ(wire.published[0].second,
            R"({"uid":"sail-me0000","requestId":"sail-me0000-1","type":5,"opts":{"rooms":[],"except":[]}})");
  EXPECT_EQ(wire.subscribed, (Names{"socket.io-sail-answer#me0000#", "socket.io-response#/#",
                                    "socket.io-response#/#sail-me0000#"}));
  NodeSays(R"({"requestId":"somebody else's","sockets":[]})");
  NodeSays(R"({"requestId":"sail-me0000-1","sockets":[]})");
  EXPECT_FALSE(answered());
  NodeSays(R"({"requestId":"sail-me0000-1","sockets":[{"id":"n1","handshake":{"headers":{"cookie":"c"},)"
           R"("address":"::1"},"rooms":["n1"],"data":{"x":1}}]})");
  ASSERT_TRUE(answer.ok());
  ASSERT_EQ(answer->sockets.size(), 1);
  EXPECT_EQ(answer->sockets[0].data_json(), R"({"x":1})");
  EXPECT_EQ(answer->sockets[0].handshake().address(), "::1");
  EXPECT_EQ(answer->sockets[0].handshake().headers_json(), "") << "not asked for";
  EXPECT_EQ(coverage(), "2/2");
  EXPECT_EQ(wire.unsubscribed.size(), 2);
}

TEST_F(ClusterQueryTest, TheLimitHoldsForTheWholeCluster) {
  wire.counts = std::vector<int64_t>{2, 2};
  Ask(Describe(2));
  for (int i = 0; i < 2; ++i) {
    v1::PeerAnswer part;
    *part.mutable_answer() = Last({"a" + std::to_string(i), "b" + std::to_string(i)}, 2);
    PeerSays(part);
  }
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->sockets.size(), 2);
  EXPECT_EQ(answer->count, 4);
  EXPECT_TRUE(answer->truncated);
}

TEST_F(ClusterQueryTest, ARoomOfSeveralNodesIsNamedOnce) {
  wire.counts = std::vector<int64_t>{2, 0};
  v1::Query query;
  query.set_namespace_("/");
  query.set_limit(10);
  query.mutable_name_rooms()->set_prefix("r");
  Ask(query);
  NodeSays(R"({"requestId":"sail-me0000-1","rooms":["r1","x"]})");
  NodeSays(R"({"requestId":"sail-me0000-1","rooms":["r1","r2"]})");
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->rooms, (Names{"r1", "r2"}));
}

TEST_F(ClusterQueryTest, AcksAreAwaitedFromEveryClientThatNodesCounted) {
  wire.counts = std::vector<int64_t>{1, 0};
  wire.channels = {"socket.io-response#/#nodeid#"};
  Ask(Emit());
  NodeSays(R"({"type":8,"requestId":"sail-me0000-1","clientCount":2})");
  v1::Acknowledgement ack;
  ack.set_answer_json("1");
  NodeSays(AckAnswer(request_id, ack, false));
  EXPECT_FALSE(answered());
  NodeSays(AckAnswer(request_id, ack, true));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->count, 2);
  EXPECT_EQ(answer->acks.size(), 2);
}

TEST_F(ClusterQueryTest, NodesWhoseAnswersWouldEndOthersAreNotAskedForAcks) {
  // Two nodes, of which one has a response channel of its own; ours does not count.
  wire.counts = std::vector<int64_t>{2, 0};
  wire.channels = {"socket.io-response#/#nodeid#", "socket.io-response#/#sail-other1#"};
  Ask(Emit());
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(wire.published.empty());
}

TEST_F(ClusterQueryTest, BinaryEventsForAcksAreForOwnClientsOnly) {
  wire.counts = std::vector<int64_t>{2, 1};
  v1::Query query = Emit();
  query.mutable_emit_with_ack()->add_attachments("bytes");
  Ask(query);
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(wire.published.empty());
  Ask(query, true);
  ASSERT_EQ(wire.published.size(), 1);
  EXPECT_EQ(wire.published[0].first, "socket.io-sail#/#");
}

TEST_F(ClusterQueryTest, WithoutRedisAQuestionFailsAtOnce) {
  wire.counts = absl::UnavailableError("no connection");
  Ask(Describe());
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(ClusterQueryTest, ClosingEndsWhatIsUnderWay) {
  wire.counts = std::vector<int64_t>{1, 1};
  Ask(Describe());
  EXPECT_FALSE(answered());
  queries.Close();
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace sail::pubsub
