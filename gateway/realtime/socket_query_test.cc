// Queries to the sockets of one loop, with clients that are bytes.
#include "gateway/realtime/socket_query.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gateway/http/http_message.h"
#include "gateway/socketio/hub_fixture.h"

namespace sail::gateway {
namespace {

using pubsub::v1::Answer;
using pubsub::v1::Query;
using socketio::Strings;

class SocketQueryTest : public socketio::HubFixture {
 protected:
  Peer Join(const Strings& rooms) {
    Peer peer = Connect();
    for (const std::string& room : rooms) application.last_socket->Join(room);
    sockets.push_back(application.last_socket);
    return peer;
  }

  // Begins; the parts come into `parts`.
  void Ask(Query query, const std::string& nsp = "/") {
    query.set_id(5);
    parts.clear();
    auto answer =
        std::make_shared<QueryAnswer>(5, 1, [this](Answer part) { parts.push_back(std::move(part)); });
    socketio::Namespace* found = hub().FindNamespace(nsp);
    AnswerOnLoop(loop, found == nullptr ? nullptr : &found->rooms,
                 std::make_shared<const Query>(std::move(query)), "g1", answer);
  }
  // All parts as one.
  Answer Whole() {
    Answer whole;
    for (const Answer& part : parts) {
      EXPECT_EQ(part.id(), 5);
      EXPECT_FALSE(whole.last()) << "a part behind the last";
      whole.MergeFrom(part);
    }
    return whole;
  }

  static Query Describe(int64_t limit) {
    Query query;
    query.mutable_describe()->set_rooms(true);
    query.mutable_describe()->set_data(true);
    query.set_limit(limit);
    return query;
  }

  std::vector<Answer> parts;
  std::vector<std::shared_ptr<socketio::Socket>> sockets;
};

TEST_F(SocketQueryTest, SelectsByRoomsAndExceptRooms) {
  const Peer a = Join({"r"}), b = Join({"r", "x"}), c = Join({});
  sockets[0]->set_data_json(R"({"name":"a"})");
  Query query = Describe(10);
  query.add_rooms("r");
  query.add_except_rooms("x");
  Ask(query);
  const Answer answer = Whole();
  EXPECT_TRUE(answer.last());
  EXPECT_EQ(answer.count(), 1);
  ASSERT_EQ(answer.sockets_size(), 1);
  EXPECT_EQ(answer.sockets(0).id(), sockets[0]->id());
  EXPECT_EQ(answer.sockets(0).gateway_id(), "g1");
  EXPECT_EQ(answer.sockets(0).data_json(), R"({"name":"a"})");
  EXPECT_EQ(answer.sockets(0).rooms_size(), 2);
  EXPECT_FALSE(answer.sockets(0).has_handshake());
}

TEST_F(SocketQueryTest, SocketsThatAreStillConnectingAreNotCounted) {
  const Peer a = Join({});
  application.accept_at_once = false;
  const Peer waiting = Open();
  Send(waiting, "40");
  Query query;
  query.mutable_count();
  Ask(query);
  EXPECT_EQ(Whole().count(), 1);
  EXPECT_TRUE(Whole().last());
}

TEST_F(SocketQueryTest, MoreThanTheLimitIsCountedAndCut) {
  std::vector<Peer> peers;
  for (int i = 0; i < 3; ++i) peers.push_back(Join({}));
  Ask(Describe(2));
  EXPECT_EQ(Whole().sockets_size(), 2);
  EXPECT_EQ(Whole().count(), 3);
  EXPECT_TRUE(Whole().truncated());
}

TEST_F(SocketQueryTest, ManySocketsAreDescribedInPortions) {
  std::vector<Peer> peers;
  for (int i = 0; i < 450; ++i) {
    peers.push_back(Open());
    Send(peers.back(), "40");
  }
  // The fixture's ids repeat after 255, which does not matter here.
  Ask(Describe(1000));
  EXPECT_FALSE(Whole().last());
  loop.Run();
  EXPECT_EQ(Whole().sockets_size(), 450);
  EXPECT_TRUE(Whole().last());
}

TEST_F(SocketQueryTest, NamesRoomsByPrefix) {
  const Peer a = Join({"news:1", "news:2", "chat"});
  Query query;
  query.set_limit(1);
  query.mutable_name_rooms()->set_prefix("news:");
  Ask(query);
  EXPECT_EQ(Whole().rooms_size(), 1);
  EXPECT_TRUE(Whole().truncated());
  query.set_limit(2);
  Ask(query);
  EXPECT_EQ(Whole().rooms_size(), 2);
  EXPECT_FALSE(Whole().truncated());
}

TEST_F(SocketQueryTest, AnUnknownNamespaceIsEmpty) {
  Ask(Describe(10), "/nowhere");
  EXPECT_EQ(Whole().count(), 0);
  EXPECT_TRUE(Whole().last());
}

TEST_F(SocketQueryTest, AcksComeOnceTheCountIsSaidAndEndWithTheLastOne) {
  const Peer a = Join({"r"}), b = Join({"r"}), c = Join({});
  Query query;
  query.add_rooms("r");
  query.mutable_emit_with_ack()->set_data_json(R"(["q",7])");
  query.mutable_emit_with_ack()->set_timeout_ms(500);
  Ask(query);
  EXPECT_EQ(Whole().count(), 2);
  EXPECT_EQ(Sent(a), Strings{R"(420["q",7])"});
  EXPECT_EQ(Sent(b), Strings{R"(420["q",7])"});
  EXPECT_EQ(Sent(c), Strings{});
  Send(a, R"(430[{"ok":1},"more"])");
  loop.Run();
  EXPECT_FALSE(Whole().last());
  Send(b, "430[]");
  loop.Run();
  const Answer answer = Whole();
  ASSERT_EQ(answer.acks_size(), 2);
  EXPECT_EQ(answer.acks(0).answer_json(), R"({"ok":1})");
  EXPECT_EQ(answer.acks(1).answer_json(), "");
  EXPECT_TRUE(answer.last());
}

TEST_F(SocketQueryTest, ASocketThatNeverAnswersEndsWithTheTimeout) {
  const Peer a = Join({});
  Query query;
  query.mutable_emit_with_ack()->set_data_json(R"(["q"])");
  query.mutable_emit_with_ack()->set_timeout_ms(500);
  Ask(query);
  EXPECT_FALSE(Whole().last());
  loop.Advance(std::chrono::milliseconds(501));
  EXPECT_EQ(Whole().acks_size(), 0);
  EXPECT_TRUE(Whole().last());
}

TEST_F(SocketQueryTest, TheHandshakeHasNodesShape) {
  auto request = std::make_shared<HttpRequest>();
  request->target = "/socket.io/?EIO=4&transport=websocket&token=t";
  request->remote_address = "10.0.0.9";
  request->headers = {{"Host", "h"}, {"Cookie", "a=1"}, {"cookie", "b=2"}, {"Origin", "http://o"}};
  const Peer peer{std::make_shared<ManualByteStream>(&loop), {}};
  hub().sessions().OpenWebSocket(peer.stream, {}, request, engineio::Version::kV4, /*takes_binary=*/true);
  Send(peer, R"(40{"k":"v"})");
  Query query;
  query.set_limit(1);
  query.mutable_describe()->set_handshake(true);
  query.mutable_describe()->set_headers(true);
  Ask(query);
  ASSERT_EQ(Whole().sockets_size(), 1);
  const pubsub::v1::Handshake handshake = Whole().sockets(0).handshake();
  EXPECT_EQ(handshake.address(), "10.0.0.9");
  EXPECT_EQ(handshake.url(), "/socket.io/?EIO=4&transport=websocket&token=t");
  EXPECT_EQ(handshake.query_json(), R"({"EIO":"4","transport":"websocket","token":"t"})");
  EXPECT_EQ(handshake.auth_json(), R"({"k":"v"})");
  EXPECT_EQ(handshake.headers_json(), R"({"host":"h","cookie":"a=1; b=2","origin":"http://o"})");
  EXPECT_TRUE(handshake.cross_origin());
  EXPECT_GT(handshake.issued_ms(), 0);
}

}  // namespace
}  // namespace sail::gateway
