// Bytes as captured from @socket.io/redis-adapter 8.3, @socket.io/redis-emitter 5.1 and
// @sailshq/socket.io-redis 6.1.
#include <gtest/gtest.h>

#include <random>

#include "services/pubsub/channel_names.h"
#include "services/pubsub/cluster_broadcast.h"
#include "services/pubsub/cluster_request.h"
#include "services/pubsub/msgpack.h"

namespace sail::pubsub {
namespace {

std::string FromHex(std::string_view hex) {
  std::string bytes, digits;
  for (const char c : hex) {
    if (c != ' ') digits.push_back(c);
  }
  for (size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

constexpr char kEmit[] =
    "93 a6 79585f326350 83 a474797065 02 a464617461 9c a26576 01 ff ccc8 ce00011170 d1ff38 "
    "cb3ff8000000000000 a2c3a9 c0 "
    "c3 91 01 81 a161 81 a162 01 a36e7370 a12f 83 a5726f6f6d73 90 a6657863657074 90 a5666c616773 80";
constexpr char kEmitJson[] = R"(["ev",1,-1,200,70000,-200,1.5,"é",null,true,[1],{"a":{"b":1}}])";

TEST(ChannelNamesTest, AreThoseOfTheClassicAdapter) {
  const ChannelNames names("socket.io");
  EXPECT_EQ(names.All("/"), "socket.io#/#");
  EXPECT_EQ(names.Room("/", "r1"), "socket.io#/#r1#");
  EXPECT_EQ(names.Room("/chat", "42"), "socket.io#/chat#42#");
  EXPECT_EQ(names.Request("/"), "socket.io-request#/#");
  EXPECT_EQ(names.Response("/"), "socket.io-response#/#");
  EXPECT_EQ(names.Admin(), "socket.io#sails#");
  EXPECT_EQ(ChannelNames("app").Admin(), "app");
}

TEST(ClusterBroadcastTest, EncodesByteForByteAsTheAdapterDoes) {
  v1::Broadcast broadcast;
  broadcast.set_data_json(kEmitJson);
  EXPECT_EQ(*EncodeBroadcast("yX_2cP", "/", broadcast), FromHex(kEmit));
}

TEST(ClusterBroadcastTest, DecodesTheAdaptersBytes) {
  auto operation = DecodeBroadcast(FromHex(kEmit), "/");
  ASSERT_TRUE(operation.ok()) << operation.status();
  EXPECT_EQ(operation->namespace_(), "/");
  EXPECT_EQ(operation->broadcast().data_json(), kEmitJson);
  EXPECT_EQ(operation->broadcast().rooms_size(), 0);
  EXPECT_FALSE(operation->broadcast().volatile_());
}

TEST(ClusterBroadcastTest, DecodesTheEmittersKeyOrder) {
  auto operation =
      DecodeBroadcast(FromHex("93 a7 656d6974746572 83 a474797065 02 a464617461 92 a26576 01 a36e7370 a12f "
                              "83 a5726f6f6d73 91 a27231 a5666c616773 80 a6657863657074 91 a178"),
                      "/");
  ASSERT_TRUE(operation.ok()) << operation.status();
  EXPECT_EQ(operation->broadcast().data_json(), R"(["ev",1])");
  ASSERT_EQ(operation->broadcast().rooms_size(), 1);
  EXPECT_EQ(operation->broadcast().rooms(0), "r1");
  EXPECT_EQ(operation->broadcast().except_rooms(0), "x");
}

TEST(ClusterBroadcastTest, FlagsNumericRoomsAndFurtherElements) {
  // volatile.compress(false), room 42 as a number, an element of the future behind the options.
  auto operation =
      DecodeBroadcast(FromHex("94 a6 79585f326350 83 a474797065 02 a464617461 91 a26576 a36e7370 a12f 83 "
                              "a5726f6f6d73 91 2a a6657863657074 "
                              "90 a5666c616773 82 a8766f6c6174696c65 c3 a8636f6d7072657373 c2 81 a16f 01"),
                      "/");
  ASSERT_TRUE(operation.ok()) << operation.status();
  EXPECT_EQ(operation->broadcast().rooms(0), "42");
  EXPECT_TRUE(operation->broadcast().volatile_());
}

TEST(ClusterBroadcastTest, BinaryArgumentsStayInTheEventPacket) {
  v1::Broadcast broadcast;
  broadcast.set_data_json(R"(["bin",{"_placeholder":true,"num":0}])");
  broadcast.add_attachments("\1\2\3");
  broadcast.add_rooms("r1");
  broadcast.set_volatile_(true);
  const std::string bytes = FromHex(
      "93 a3616263 83 a474797065 02 a464617461 92 a362696e c403010203 a36e7370 a12f 83 a5726f6f6d73 91 "
      "a27231 "
      "a6657863657074 90 a5666c616773 81 a8766f6c6174696c65 c3");
  EXPECT_EQ(*EncodeBroadcast("abc", "/", broadcast), bytes);
  auto operation = DecodeBroadcast(bytes, "/");
  ASSERT_TRUE(operation.ok());
  EXPECT_EQ(operation->broadcast().SerializeAsString(), broadcast.SerializeAsString());
}

TEST(ClusterBroadcastTest, RefusesDataThatIsNoEvent) {
  for (const char* data : {"", "{}", "[]", "[1]", "\"ev\"", "[\"ev\""}) {
    v1::Broadcast broadcast;
    broadcast.set_data_json(data);
    EXPECT_EQ(EncodeBroadcast("u", "/", broadcast).status().code(), absl::StatusCode::kInvalidArgument)
        << data;
  }
}

TEST(ClusterBroadcastTest, RefusesForeignMessages) {
  EXPECT_FALSE(DecodeBroadcast(FromHex(kEmit), "/other").ok());
  EXPECT_FALSE(DecodeBroadcast("", "/").ok());
  EXPECT_FALSE(DecodeBroadcast("{\"type\":2}", "/").ok());
  EXPECT_FALSE(DecodeBroadcast(FromHex("93 a161 80 80"), "/").ok());
  EXPECT_FALSE(
      DecodeBroadcast(FromHex("93 a161 83 a474797065 03 a464617461 91 a161 a36e7370 a12f 80"), "/").ok());
}

TEST(ClusterBroadcastTest, SurvivesEveryTruncationAndFlippedByte) {
  const std::string bytes = FromHex(kEmit);
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(DecodeBroadcast(bytes.substr(0, size), "/").ok());
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string mutant = bytes;
      mutant[at] = static_cast<char>(value);
      // The result may be either; what counts is that it comes.
      (void)DecodeBroadcast(mutant, "/");
      (void)DecodeRequest(mutant, "/");
    }
  }
}

v1::Operation Move(bool join) {
  v1::Operation operation;
  operation.set_namespace_("/");
  v1::MoveMembers* move = join ? operation.mutable_add_members() : operation.mutable_remove_members();
  move->add_source_rooms("r1");
  move->add_target_rooms("r2");
  move->add_target_rooms("r3");
  return operation;
}

TEST(ClusterRequestTest, EncodesByteForByteAsTheAdapterDoes) {
  EXPECT_EQ(EncodeRequest("yX_2cP", Move(true)),
            R"({"uid":"yX_2cP","type":2,"opts":{"rooms":["r1"],"except":[]},"rooms":["r2","r3"]})");
  EXPECT_EQ(EncodeRequest("yX_2cP", Move(false)),
            R"({"uid":"yX_2cP","type":3,"opts":{"rooms":["r1"],"except":[]},"rooms":["r2","r3"]})");
  v1::Operation disconnect;
  disconnect.mutable_disconnect()->add_rooms("r1");
  disconnect.mutable_disconnect()->set_close(true);
  EXPECT_EQ(EncodeRequest("u", disconnect),
            R"({"uid":"u","type":4,"opts":{"rooms":["r1"],"except":[]},"close":true})");
}

TEST(ClusterRequestTest, DecodesWhatItEncodes) {
  for (const bool join : {true, false}) {
    auto request = DecodeRequest(EncodeRequest("u", Move(join)), "/");
    ASSERT_TRUE(request.ok()) << request.status();
    EXPECT_EQ(request->operation->SerializeAsString(), Move(join).SerializeAsString());
    EXPECT_FALSE(request->one_socket);
  }
}

TEST(ClusterRequestTest, ExceptRoomsTravelBothWays) {
  v1::Operation operation = Move(true);
  operation.mutable_add_members()->add_except_rooms("x");
  const std::string json = EncodeRequest("u", operation);
  EXPECT_EQ(json, R"({"uid":"u","type":2,"opts":{"rooms":["r1"],"except":["x"]},"rooms":["r2","r3"]})");
  EXPECT_EQ(DecodeRequest(json, "/")->operation->SerializeAsString(), operation.SerializeAsString());
}

TEST(ClusterRequestTest, DecodesTheEmittersRequests) {
  auto join = DecodeRequest(R"({"type":2,"opts":{"rooms":[7],"except":[]},"rooms":["r9"]})", "/chat");
  ASSERT_TRUE(join.ok()) << join.status();
  EXPECT_EQ(join->operation->namespace_(), "/chat");
  EXPECT_EQ(join->operation->add_members().source_rooms(0), "7");
  auto disconnect = DecodeRequest(R"({"type":4,"opts":{"rooms":[],"except":["a"]},"close":false})", "/");
  ASSERT_TRUE(disconnect.ok());
  EXPECT_EQ(disconnect->operation->disconnect().except_rooms(0), "a");
  EXPECT_FALSE(disconnect->operation->disconnect().close());
}

TEST(ClusterRequestTest, DecodesTheOldFormsForOneSocket) {
  auto join = DecodeRequest(R"({"requestId":"q","type":2,"sid":"s1","room":"r"})", "/");
  ASSERT_TRUE(join.ok());
  EXPECT_TRUE(join->one_socket);
  EXPECT_EQ(join->request_id, "q");
  EXPECT_EQ(join->operation->add_members().source_rooms(0), "s1");
  EXPECT_EQ(join->operation->add_members().target_rooms(0), "r");
  auto leave = DecodeRequest(R"({"requestId":"q","type":3,"sid":"s1","room":"r"})", "/");
  EXPECT_TRUE(leave.ok() && leave->operation->has_remove_members());
  auto disconnect = DecodeRequest(R"({"requestId":"q","type":4,"sid":"s1","close":true})", "/");
  ASSERT_TRUE(disconnect.ok());
  EXPECT_EQ(disconnect->operation->disconnect().rooms(0), "s1");
  EXPECT_TRUE(disconnect->operation->disconnect().close());
}

TEST(ClusterRequestTest, DecodesQuestions) {
  auto sockets = DecodeRequest(R"({"requestId":"a","type":0,"rooms":["r",7]})", "/");
  ASSERT_TRUE(sockets.ok());
  EXPECT_FALSE(sockets->operation.has_value());
  EXPECT_EQ(sockets->uid, "");
  EXPECT_EQ(sockets->rooms.Get(1), "7");
  auto fetch =
      DecodeRequest(R"({"uid":"u","requestId":"a\"","type":5,"opts":{"rooms":["r"],"except":["x"]}})", "/");
  ASSERT_TRUE(fetch.ok());
  EXPECT_EQ(fetch->uid, "u");
  EXPECT_EQ(fetch->request_id, "a\"");
  EXPECT_EQ(fetch->except.Get(0), "x");
  auto emit = DecodeRequest(R"({"uid":"u","type":6,"data":["ev", 1],"requestId":"a"})", "/");
  ASSERT_TRUE(emit.ok());
  EXPECT_EQ(emit->data_json, R"(["ev", 1])");
  EXPECT_EQ(DecodeRequest(R"({"type":12,"requestId":"a"})", "/")->type, ClusterRequest::Type::kUnknown);
}

TEST(ClusterRequestTest, DecodesTheRequestForAcksInBothForms) {
  const std::string bytes = FromHex(
      "85 a3756964 a6 79585f326350 a9726571756573744964 a6466c4d596353 a474797065 07 a67061636b6574 83 "
      "a474797065 02 "
      "a464617461 92 a171 07 a36e7370 a12f a46f707473 83 a5726f6f6d73 90 a6657863657074 90 a5666c616773 81 "
      "a774696d656f7574 cd01f4");
  const std::string json =
      R"({"uid":"yX_2cP","requestId":"FlMYcS","type":7,"packet":{"type":2,"data":["q",7],"nsp":"/"},)"
      R"("opts":{"rooms":[],"except":[],"flags":{"timeout":500}}})";
  for (const std::string& payload : {bytes, json}) {
    auto request = DecodeRequest(payload, "/");
    ASSERT_TRUE(request.ok()) << request.status();
    EXPECT_EQ(request->uid, "yX_2cP");
    EXPECT_EQ(request->request_id, "FlMYcS");
    EXPECT_EQ(request->data_json, R"(["q",7])");
    EXPECT_EQ(request->timeout_ms, 500);
  }
}

TEST(ClusterRequestTest, RefusesWhatItCannotCarryOut) {
  for (const char* json :
       {"", "{", "[]", "garbage", R"({"type":2})", R"({"type":2,"sid":"s"})", R"({"type":4})",
        R"({"type":2,"opts":1})", R"({"type":2,"opts":{"rooms":[{}]},"rooms":[]})",
        R"({"type":5,"requestId":"a"})", R"({"type":6,"data":[]})",
        R"({"type":7,"requestId":"a","packet":{"data":[7]},"opts":{}})"}) {
    EXPECT_EQ(DecodeRequest(json, "/").status().code(), absl::StatusCode::kInvalidArgument) << json;
  }
}

TEST(AdminBusTest, LeaveAllBothWays) {
  v1::LeaveAll leave_all;
  leave_all.set_room("r1");
  const std::string json = EncodeAdmin("abc123", leave_all);
  EXPECT_EQ(json, R"({"uid":"abc123","event":"leaveAll","payload":{"sourceRoom":"r1"}})");
  EXPECT_EQ(DecodeAdmin(json)->leave_all().room(), "r1");
}

TEST(AdminBusTest, JoinAndLeaveWithOneOrSeveralRooms) {
  auto join = DecodeAdmin(R"({"uid":"u","event":"join","payload":{"sourceRoom":"a","destRooms":["b","c"]}})");
  ASSERT_TRUE(join.ok());
  EXPECT_EQ(join->add_members().source_rooms(0), "a");
  EXPECT_EQ(join->add_members().target_rooms_size(), 2);
  auto leave = DecodeAdmin(R"({"uid":"u","event":"leave","payload":{"sourceRoom":"a","destRooms":"b"}})");
  ASSERT_TRUE(leave.ok());
  EXPECT_EQ(leave->remove_members().target_rooms(0), "b");
  for (const char* json :
       {"", "{}", R"({"event":"join"})", R"({"event":"x","payload":{"sourceRoom":"a"}})"}) {
    EXPECT_FALSE(DecodeAdmin(json).ok()) << json;
  }
}

}  // namespace
}  // namespace sail::pubsub
