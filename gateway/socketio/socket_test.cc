// What passes between a client and its sockets: events, acknowledgements, binary, rooms, bounds.
#include "gateway/socketio/socket.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "gateway/socketio/hub_fixture.h"

namespace sail::gateway::socketio {
namespace {

using namespace std::chrono_literals;
using engineio::Version;

class SocketTest : public HubFixture {
 protected:
  // Says what became of an emit with ack.
  AckCallback Note() {
    return [this](absl::StatusOr<AckReply> reply) {
      if (!reply.ok()) {
        answers.push_back(std::string(absl::StatusCodeToString(reply.status().code())));
        return;
      }
      std::string line;
      for (const std::string_view arg : reply->args) line += std::string(arg) + ";";
      for (const std::string& attachment : reply->attachments) line += "<" + attachment + ">";
      answers.push_back(line);
    };
  }

  Strings answers;
};

TEST_F(SocketTest, EventsArriveWithTheirRawArguments) {
  const Peer peer = Connect();
  Send(peer, R"(42["ev",1,{"a": [1, 2]},"é"])");
  Send(peer, R"(42["bare"])");
  EXPECT_EQ(application.Take(), (Strings{R"(event / ev [1,{"a": [1, 2]},"é"])", "event / bare []"}));
}

TEST_F(SocketTest, VirtualRequestIsAnsweredWithItsAck) {
  const Peer peer = Open(Version::kV3);
  application.Take();
  Send(peer, R"(420["get",{"method":"get","headers":{},"data":{},"url":"/user?x=1"}])");
  EXPECT_EQ(application.Take(),
            Strings{R"(event / get [{"method":"get","headers":{},"data":{},"url":"/user?x=1"}] ack)"});
  EXPECT_TRUE(application.last_ack.Send(R"([{"body":[],"headers":{},"statusCode":200}])"));
  EXPECT_EQ(Sent(peer), Strings{R"(430[{"body":[],"headers":{},"statusCode":200}])"});
}

TEST_F(SocketTest, AckIsSentOnce) {
  const Peer peer = Connect();
  Send(peer, R"(4212["ev",1])");
  const AckResponder copy = application.last_ack;
  EXPECT_TRUE(application.last_ack.Send(R"(["ok"])"));
  EXPECT_FALSE(copy.Send(R"(["again"])"));
  EXPECT_EQ(Sent(peer), Strings{R"(4312["ok"])"});
}

TEST_F(SocketTest, EventWithoutIdHasNoAck) {
  const Peer peer = Connect();
  Send(peer, R"(42["ev"])");
  EXPECT_FALSE(application.last_ack);
  EXPECT_FALSE(application.last_ack.Send("[]"));
}

TEST_F(SocketTest, OnePacketIsAcknowledgedByEachOfItsSockets) {
  const Peer first = Connect();
  const auto one = application.last_socket;
  const Peer second = Connect();
  const auto two = application.last_socket;
  const uint64_t id = one->TakeAckId();
  const EncodedPacket packet = EncodeEvent("/", R"(["q"])", {}, id);
  EXPECT_TRUE(one->DeliverWithAck(packet, id, 1s, Note()));
  EXPECT_TRUE(two->DeliverWithAck(packet, id, 1s, Note()));
  EXPECT_EQ(Sent(first), Strings{R"(420["q"])"});
  EXPECT_EQ(Sent(second), Strings{R"(420["q"])"});
  Send(second, R"(430["b"])");
  Send(first, R"(430["a"])");
  EXPECT_EQ(answers, (Strings{R"("b";)", R"("a";)"}));
}

TEST_F(SocketTest, KeepsWhatTheClientSentAlong) {
  const Peer peer = Open();
  Send(peer, R"(40{"token":"t"})");
  EXPECT_EQ(application.last_socket->auth_json(), R"({"token":"t"})");
  EXPECT_EQ(application.last_socket->data_json(), "{}");
}

TEST_F(SocketTest, AckAfterTheSocketHasGoneIsDropped) {
  const Peer peer = Connect();
  Send(peer, R"(420["ev"])");
  peer.stream->End(absl::OkStatus());
  EXPECT_FALSE(application.last_ack.Send("[]"));
  loop.Run();
  EXPECT_FALSE(application.last_ack.Send("[]"));
}

TEST_F(SocketTest, BinaryGoesBothWays) {
  const Peer peer = Connect();
  Send(peer, R"(452-/,7["ev",{"_placeholder":true,"num":0},{"a":{"_placeholder":true,"num":1}}])");
  SendBinary(peer, "\x01\x02");
  SendBinary(peer, "");
  EXPECT_EQ(application.Take(),
            Strings{"event / ev [{\"_placeholder\":true,\"num\":0},{\"a\":{\"_placeholder\":true,"
                    "\"num\":1}}] <\x01\x02> <> ack"});
  application.last_ack.Send(R"([{"_placeholder":true,"num":0}])", {"\x03"});
  application.last_socket->Emit(R"(["b",{"_placeholder":true,"num":0}])", {"\x04\x05"});
  EXPECT_EQ(Sent(peer), (Strings{R"(461-7[{"_placeholder":true,"num":0}])", "binary:\x03",
                                 R"(451-["b",{"_placeholder":true,"num":0}])", "binary:\x04\x05"}));
}

TEST_F(SocketTest, BinaryTakesTheFormOfTheClient) {
  const std::pair<Version, bool> kinds[] = {
      {Version::kV4, true}, {Version::kV4, false}, {Version::kV3, true}, {Version::kV3, false}};
  std::vector<Peer> peers;
  for (const auto& [version, takes_binary] : kinds) {
    peers.push_back(Open(version, takes_binary));
    if (version == Version::kV4) Send(peers.back(), "40");
    Sent(peers.back());
  }
  EXPECT_EQ(hub().Broadcast("/", {}, R"(["b",{"_placeholder":true,"num":0}])", {"\x01\x02\x03"}), 4u);
  const char* const binary[] = {"binary:\x01\x02\x03", "bAQID", "binary:\x04\x01\x02\x03", "b4AQID"};
  for (size_t i = 0; i < peers.size(); ++i) {
    EXPECT_EQ(Sent(peers[i]), (Strings{R"(451-["b",{"_placeholder":true,"num":0}])", binary[i]}));
  }
}

TEST_F(SocketTest, TypedBinaryOfVersion3Arrives) {
  const Peer peer = Open(Version::kV3);
  application.Take();
  Send(peer, R"(451-["b",{"_placeholder":true,"num":0}])");
  SendBinary(peer, "\x04\x01\x02\x03");
  EXPECT_EQ(application.Take(), Strings{"event / b [{\"_placeholder\":true,\"num\":0}] <\x01\x02\x03>"});
}

TEST_F(SocketTest, AnswersToEmitsComeBack) {
  const Peer peer = Connect();
  EXPECT_TRUE(application.last_socket->EmitWithAck(R"(["q",1])", {}, 1s, Note()));
  EXPECT_TRUE(application.last_socket->EmitWithAck(R"(["q",2])", {}, 1s, Note()));
  EXPECT_EQ(Sent(peer), (Strings{R"(420["q",1])", R"(421["q",2])"}));
  Send(peer, R"(431["two",2])");
  Send(peer, R"(461-0[{"_placeholder":true,"num":0}])");
  SendBinary(peer, "one");
  EXPECT_EQ(answers, (Strings{"\"two\";2;", R"({"_placeholder":true,"num":0};<one>)"}));
  loop.Advance(2s);
  EXPECT_EQ(answers.size(), 2u);
}

TEST_F(SocketTest, AnswersAreWaitedForNoLongerThanTheTimeout) {
  const Peer peer = Connect();
  application.last_socket->EmitWithAck(R"(["q"])", {}, 1s, Note());
  loop.Advance(999ms);
  EXPECT_EQ(answers, Strings{});
  loop.Advance(1ms);
  EXPECT_EQ(answers, Strings{"DEADLINE_EXCEEDED"});
  Send(peer, "430[1]");
  EXPECT_EQ(answers.size(), 1u) << "a late answer is dropped";
  EXPECT_FALSE(peer.stream->closed());
}

TEST_F(SocketTest, AnswersOfASocketThatHasGoneAreCancelled) {
  const Peer peer = Connect();
  application.last_socket->EmitWithAck(R"(["q"])", {}, 1s, Note());
  peer.stream->End(absl::OkStatus());
  EXPECT_EQ(answers, Strings{"CANCELLED"});
  loop.Advance(2s);
  EXPECT_EQ(answers.size(), 1u);
}

TEST_F(SocketTest, UnknownAcksAreIgnored) {
  const Peer peer = Connect();
  Send(peer, "4377[1]");
  Send(peer, "43[1]");
  EXPECT_FALSE(peer.stream->closed());
}

TEST_F(SocketTest, AckIdsCountPerNamespaceOverAllSockets) {
  const Peer first = Connect();
  const std::shared_ptr<Socket> socket = application.last_socket;
  const Peer second = Connect();
  socket->EmitWithAck(R"(["q"])", {}, 1s, Note());
  application.last_socket->EmitWithAck(R"(["q"])", {}, 1s, Note());
  Send(second, "40/adm");
  Sent(second);
  application.last_socket->EmitWithAck(R"(["q"])", {}, 1s, Note());
  EXPECT_EQ(Sent(first), Strings{R"(420["q"])"});
  EXPECT_EQ(Sent(second).back(), R"(42/adm,0["q"])");
}

TEST_F(SocketTest, OutstandingAnswersAreBounded) {
  options.client.max_pending_acks = 2;
  const Peer peer = Connect();
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(application.last_socket->EmitWithAck(R"(["q"])", {}, 1s, Note()));
  EXPECT_FALSE(application.last_socket->EmitWithAck(R"(["q"])", {}, 1s, Note()));
  Send(peer, "430[]");
  EXPECT_TRUE(application.last_socket->EmitWithAck(R"(["q"])", {}, 1s, Note()));
}

TEST_F(SocketTest, FramesOfOneTurnLeaveInOneFlush) {
  const Peer peer = Connect();
  const int flushes = peer.stream->flushes;
  for (int i = 0; i < 16; ++i) application.last_socket->Emit(R"(["ev"])");
  EXPECT_EQ(Sent(peer), Strings(16, R"(42["ev"])"));
  EXPECT_EQ(peer.stream->flushes, flushes + 1);
}

TEST_F(SocketTest, RoomsReachTheirMembersOnly) {
  const Peer first = Connect();
  const std::shared_ptr<Socket> one = application.last_socket;
  const Peer second = Connect();
  const std::shared_ptr<Socket> two = application.last_socket;
  EXPECT_TRUE(one->Join("r1"));
  EXPECT_FALSE(one->Join("r1"));
  EXPECT_TRUE(two->Join("r2"));
  EXPECT_EQ(hub().Broadcast("/", {{"r1"}, {}}, R"(["a"])"), 1u);
  EXPECT_EQ(hub().Broadcast("/", {{"r1", "r2"}, {one->id()}}, R"(["b"])"), 1u);
  EXPECT_EQ(hub().Broadcast("/", {{two->id()}, {}}, R"(["c"])"), 1u);
  EXPECT_EQ(hub().Broadcast("/", {}, R"(["d"])"), 2u);
  EXPECT_EQ(hub().Broadcast("/adm", {}, R"(["e"])"), 0u);
  EXPECT_EQ(hub().Broadcast("/nowhere", {}, R"(["f"])"), 0u);
  EXPECT_EQ(Sent(first), (Strings{R"(42["a"])", R"(42["d"])"}));
  EXPECT_EQ(Sent(second), (Strings{R"(42["b"])", R"(42["c"])", R"(42["d"])"}));
  EXPECT_EQ(one->Rooms(), (Strings{one->id(), "r1"}));
  EXPECT_TRUE(one->Leave("r1"));
  one->Join("r3");
  one->LeaveAll();
  EXPECT_EQ(one->Rooms(), Strings{one->id()});
}

TEST_F(SocketTest, SocketThatHasGoneDoesNothing) {
  const Peer peer = Connect();
  const std::shared_ptr<Socket> socket = application.last_socket;
  socket->Disconnect();
  EXPECT_FALSE(socket->Emit(R"(["x"])"));
  EXPECT_FALSE(socket->EmitWithAck(R"(["x"])", {}, 1s, Note()));
  EXPECT_FALSE(socket->Join("r"));
  EXPECT_FALSE(socket->Leave(socket->id()));
  socket->LeaveAll();
  socket->Disconnect(true);
  EXPECT_EQ(socket->Rooms(), Strings{});
  EXPECT_EQ(hub().FindNamespace("/")->rooms.room_count(), 0u);
}

TEST_F(SocketTest, VolatileIsDroppedForAClientThatDoesNotRead) {
  int dropped = 0;
  options.engine.session.on_volatile_dropped = [&] { ++dropped; };
  const Peer peer = Connect();
  application.last_socket->Emit(R"(["a"])");
  loop.Run();
  EXPECT_FALSE(application.last_socket->Emit(R"(["b",{"_placeholder":true,"num":0}])", {"x"}, true));
  hub().Broadcast("/", {}, R"(["c"])", {}, true);
  EXPECT_EQ(dropped, 2);
  EXPECT_EQ(Sent(peer), Strings{R"(42["a"])"});
  EXPECT_TRUE(application.last_socket->Emit(R"(["d"])", {}, true));
  EXPECT_EQ(Sent(peer), Strings{R"(42["d"])"});
}

TEST_F(SocketTest, StalledReaderIsCutInTheMiddleOfABroadcastWithoutHarmToOthers) {
  int overflows = 0;
  options.engine.session.send_queue.bytes = 10'000;
  options.engine.session.on_send_queue_overflow = [&] { ++overflows; };
  const Peer stalled = Connect();
  std::vector<Peer> others;
  for (int i = 0; i < 5; ++i) others.push_back(Connect());
  const std::string payload = "[\"ev\",\"" + std::string(1000, 'x') + "\"]";
  for (int i = 0; i < 100; ++i) {
    hub().Broadcast("/", {}, payload);
    for (const Peer& peer : others) EXPECT_EQ(Sent(peer).size(), 1u);
  }
  EXPECT_EQ(overflows, 1);
  EXPECT_TRUE(stalled.stream->aborted);
  EXPECT_LT(stalled.stream->written.size(), 12'000u);
  EXPECT_EQ(application.Take(), Strings{"disconnect / transport error"});
  EXPECT_EQ(hub().sessions().size(), 5u);
}

// Clients that send anything at all, in any order: whatever happens, nothing crashes, and what the
// application hears is in order: connect first, then events, then one disconnect.
TEST_F(SocketTest, RandomClientsCannotConfuseTheApplication) {
  options.engine.session.send_queue.bytes = 5000;
  const char* const good[] = {R"(42["a"])", R"(427["b",1])", "430[1]"};
  const char* const any[] = {"40",
                             "40/adm",
                             "40/adm,{}",
                             "41",
                             "41/adm,",
                             R"(42/adm,["c"])",
                             R"(42/adm,9["d"])",
                             "43/adm,1[]",
                             R"(451-["e",{"_placeholder":true,"num":0}])",
                             "2",
                             "3",
                             "1",
                             "40/x",
                             "46"};
  size_t events = 0;
  for (uint32_t seed = 0; seed < 1500; ++seed) {
    std::mt19937 random(seed);
    application.accept_at_once = random() % 2 == 0;
    application.on_event = [&](const std::shared_ptr<Socket>& socket, const Event&) {
      EXPECT_TRUE(socket->connected());
      ++events;
      switch (random() % 8) {
        case 0:
          socket->Disconnect(random() % 2 == 0);
          break;
        case 1:
          socket->EmitWithAck(R"(["q"])", {}, 10ms, [](absl::StatusOr<AckReply>) {});
          break;
        case 2:
          socket->Join("room");
          break;
        case 3:
          hub().Broadcast("/", {{"room"}, {}}, R"(["x",{"_placeholder":true,"num":0}])",
                          {std::string(900, 'x')});
          break;
        default:
          application.last_ack.Send("[]");
      }
    };
    std::vector<Peer> peers;
    for (int i = 0; i < 3; ++i) {
      const Version version = random() % 2 == 0 ? Version::kV3 : Version::kV4;
      peers.push_back(Open(version));
      if (version == Version::kV4) Send(peers.back(), "40");
    }
    for (int step = 0; step < 60; ++step) {
      const Peer& peer = peers[random() % peers.size()];
      switch (random() % 14) {
        case 0:
          SendBinary(peer, "\x04z");
          break;
        case 1:
          if (!application.decisions.empty())
            application.decisions[random() % application.decisions.size()].Accept();
          break;
        case 2:
          if (!application.decisions.empty()) application.decisions.back().Refuse("no");
          break;
        case 3:
          loop.Advance(std::chrono::milliseconds(random() % 3000));
          break;
        case 4:
          Sent(peer);
          break;
        case 5:
          if (random() % 8 == 0) peer.stream->End(absl::OkStatus());
          break;
        default:
          Send(peer, random() % 6 == 0 ? any[random() % std::size(any)] : good[random() % std::size(good)]);
      }
    }
    hub().sessions().CloseSome(100);
    loop.Run();
    ASSERT_EQ(hub().sessions().size(), 0u) << seed;
    for (const char* nsp : {"/", "/adm"}) {
      ASSERT_EQ(hub().FindNamespace(nsp)->rooms.size(), 0u) << seed;
      ASSERT_EQ(hub().FindNamespace(nsp)->rooms.room_count(), 0u) << seed;
    }
    application.decisions.clear();
    application.Take();
  }
  EXPECT_GT(events, 1000u);
}

}  // namespace
}  // namespace sail::gateway::socketio
