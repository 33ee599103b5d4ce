// Against bytes that @socket.io/redis-adapter 8.3 was seen to write.
#include "services/pubsub/node_wire.h"

#include <gtest/gtest.h>

namespace sail::pubsub {
namespace {

v1::Acknowledgement Ack(const std::string& json, const std::string& attachment = "") {
  v1::Acknowledgement ack;
  ack.set_answer_json(json);
  if (!attachment.empty()) ack.add_attachments(attachment);
  return ack;
}

TEST(NodeWireTest, QuestionsAreTheAdaptersRequestsInJson) {
  v1::Query query;
  query.set_namespace_("/");
  query.mutable_describe();
  EXPECT_EQ(NodeQuestion("yX_2cP", "SiMnNE", query),
            R"({"uid":"yX_2cP","requestId":"SiMnNE","type":5,"opts":{"rooms":[],"except":[]}})");
  query.add_rooms("r");
  query.mutable_count();
  EXPECT_EQ(NodeQuestion("u", "q", query), R"({"uid":"u","requestId":"q","type":0,"rooms":["r"]})");
  query.add_except_rooms("x");
  EXPECT_EQ(NodeQuestion("u", "q", query),
            R"({"uid":"u","requestId":"q","type":5,"opts":{"rooms":["r"],"except":["x"]}})");
  query.mutable_name_rooms();
  EXPECT_EQ(NodeQuestion("u", "q", query), R"({"uid":"u","requestId":"q","type":1})");
  query.mutable_emit_with_ack()->set_data_json(R"(["q",7])");
  query.mutable_emit_with_ack()->set_timeout_ms(500);
  EXPECT_EQ(NodeQuestion("u", "q", query),
            R"({"uid":"u","requestId":"q","type":7,"packet":{"type":2,"data":["q",7],"nsp":"/"},)"
            R"("opts":{"rooms":["r"],"except":["x"],"flags":{"timeout":500}}})");
  EXPECT_EQ(ServerEventRequest("yX_2cP", R"(["ssev",1])"), R"({"uid":"yX_2cP","type":6,"data":["ssev",1]})");
}

TEST(NodeWireTest, AnswersAreByteForByteTheAdapters) {
  EXPECT_EQ(ClientCountAnswer("FlMYcS", 1), R"({"type":8,"requestId":"FlMYcS","clientCount":1})");
  EXPECT_EQ(RoomsAnswer("a", {"r1", "r\"2"}), R"({"requestId":"a","rooms":["r1","r\"2"]})");
  EXPECT_EQ(ServerEventAnswer("a", "\"pong\""), R"({"type":6,"requestId":"a","data":"pong"})");
  const std::string bytes = AckAnswer("FlMYcS", Ack("\"ans-cb\""), false);
  EXPECT_EQ(bytes, std::string("\x83\xa4type\x09\xa9requestId\xa6"
                               "FlMYcS\xa6packet\xa6"
                               "ans-cb"));
}

TEST(NodeWireTest, AnAckWithoutArgumentHasNoPacket) {
  EXPECT_EQ(AckAnswer("a", Ack(""), true), R"({"type":9,"requestId":"a"})");
  EXPECT_EQ(AckAnswer("a", Ack(""), false), std::string("\x82\xa4type\x09\xa9requestId\xa1") + "a");
}

TEST(NodeWireTest, OnTheCommonChannelAnAckIsJsonWhateverItHolds) {
  EXPECT_EQ(
      AckAnswer("a", Ack(R"({"b":{"_placeholder":true,"num":0},"t":"{\"_placeholder\""})", "\x01\xff"), true),
      R"({"type":9,"requestId":"a","packet":{"b":{"type":"Buffer","data":[1,255]},"t":"{\"_placeholder\""}})");
}

TEST(NodeWireTest, ASocketIsDescribedAsNodeDoes) {
  v1::SocketInfo socket;
  socket.set_id("sid1");
  socket.add_rooms("sid1");
  socket.set_data_json(R"({"name":"Ann"})");
  v1::Handshake& handshake = *socket.mutable_handshake();
  handshake.set_address("::1");
  handshake.set_issued_ms(1795351841000);
  handshake.set_url("/socket.io/?EIO=4");
  handshake.set_query_json(R"({"EIO":"4"})");
  handshake.set_auth_json(R"({"token":"t"})");
  handshake.set_headers_json(R"({"host":"h"})");
  handshake.set_cross_origin(true);
  EXPECT_EQ(
      SocketsAnswer("a", {socket}),
      R"({"requestId":"a","sockets":[{"id":"sid1","handshake":{"headers":{"host":"h"},)"
      R"-("time":"Sun Nov 22 2026 12:50:41 GMT+0000 (Coordinated Universal Time)","address":"::1","xdomain":true,)-"
      R"("secure":false,"issued":1795351841000,"url":"/socket.io/?EIO=4","query":{"EIO":"4"},)"
      R"("auth":{"token":"t"}},"rooms":["sid1"],"data":{"name":"Ann"}}]})");
  EXPECT_EQ(SocketIdsAnswer("a", {socket}), R"({"requestId":"a","sockets":["sid1"]})");
  const auto back = DecodeNodeAnswer(SocketsAnswer("a", {socket}));
  ASSERT_TRUE(back.ok()) << back.status();
  ASSERT_EQ(back->sockets.size(), 1);
  EXPECT_EQ(back->sockets[0].SerializeAsString(), socket.SerializeAsString());
}

TEST(NodeWireTest, DecodesWhatNodesAnswer) {
  EXPECT_EQ(DecodeNodeAnswer(R"({"type":8,"requestId":"q","clientCount":3})")->client_count, 3);
  EXPECT_EQ(DecodeNodeAnswer(R"({"requestId":"q","rooms":["a","b"]})")->rooms.size(), 2);
  EXPECT_EQ(DecodeNodeAnswer(R"({"requestId":"q","sockets":["s1","s2"]})")->sockets[1].id(), "s2");
  for (const bool common : {true, false}) {
    const auto ack = DecodeNodeAnswer(AckAnswer("q", Ack(R"({"n":1})"), common));
    ASSERT_TRUE(ack.ok());
    EXPECT_EQ(ack->request_id, "q");
    EXPECT_EQ(ack->ack.answer_json(), R"({"n":1})");
  }
  const auto binary = DecodeNodeAnswer(AckAnswer("q", Ack(R"({"_placeholder":true,"num":0})", "xy"), false));
  EXPECT_EQ(binary->ack.attachments(0), "xy");
  for (const char* bad : {"", "{", "[1]", R"({"requestId":"q","sockets":7})", "\xc1"}) {
    EXPECT_FALSE(DecodeNodeAnswer(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace sail::pubsub
