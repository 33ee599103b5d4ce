// Connections from the handshake to the end: connecting, leaving, being thrown out.
#include "gateway/socketio/hub.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "gateway/socketio/hub_fixture.h"

namespace sail::gateway::socketio {
namespace {

using namespace std::chrono_literals;
using engineio::Version;

class HubTest : public HubFixture {};

TEST_F(HubTest, ConnectIsAnsweredWithAnIdOfItsOwn) {
  const Peer peer = Open();
  EXPECT_EQ(peer.sid, "AAAAAAAAAAAAAAAAAAAB");
  Send(peer, "40");
  EXPECT_EQ(Sent(peer), Strings{R"(40{"sid":"AAAAAAAAAAAAAAAAAAAC"})"});
  EXPECT_EQ(application.Take(), Strings{"connect / {}"});
  EXPECT_EQ(application.last_socket->id(), "AAAAAAAAAAAAAAAAAAAC");
  EXPECT_EQ(application.last_socket->Rooms(), Strings{"AAAAAAAAAAAAAAAAAAAC"});
}

TEST_F(HubTest, NothingIsSentBeforeTheClientConnects) {
  const Peer peer = Open();
  loop.Advance(1000ms);
  EXPECT_EQ(Sent(peer), Strings{});
  EXPECT_EQ(application.Take(), Strings{});
}

TEST_F(HubTest, AuthReachesTheApplication) {
  const Peer peer = Open();
  Send(peer, R"(40{"token":"t"})");
  Send(peer, R"(40/adm,{"k":1})");
  EXPECT_EQ(application.Take(), (Strings{R"(connect / {"token":"t"})", R"(connect /adm {"k":1})"}));
  EXPECT_EQ(Sent(peer),
            (Strings{R"(40{"sid":"AAAAAAAAAAAAAAAAAAAC"})", R"(40/adm,{"sid":"AAAAAAAAAAAAAAAAAAAD"})"}));
}

TEST_F(HubTest, NamespaceWithoutTrailingCommaIsAccepted) {
  const Peer peer = Open();
  Send(peer, "40/adm");
  EXPECT_EQ(application.Take(), Strings{"connect /adm {}"});
}

TEST_F(HubTest, UnknownNamespaceIsRefusedAndTheConnectionStays) {
  for (const Version version : {Version::kV4, Version::kV3}) {
    const Peer peer = Open(version);
    Send(peer, "40/random");
    EXPECT_EQ(Sent(peer), Strings{R"(44/random,{"message":"Invalid namespace"})"});
    Send(peer, "40/adm,");
    EXPECT_EQ(Sent(peer).size(), 1u);
  }
}

TEST_F(HubTest, RefusalHasMessageAndData) {
  application.accept_at_once = false;
  const Peer peer = Open();
  Send(peer, "40");
  EXPECT_EQ(Sent(peer), Strings{});
  EXPECT_TRUE(application.decisions[0].Refuse("not authorized", R"({"code":"E_AUTH","retry":false})"));
  EXPECT_EQ(Sent(peer), Strings{R"(44{"message":"not authorized","data":{"code":"E_AUTH","retry":false}})"});
  Send(peer, "40/adm");
  EXPECT_TRUE(application.decisions[1].Refuse("no"));
  EXPECT_EQ(Sent(peer), Strings{R"(44/adm,{"message":"no"})"});
  EXPECT_FALSE(application.decisions[0].Accept());
  EXPECT_EQ(application.Take(), (Strings{"connect / {}", "connect /adm {}"}))
      << "no disconnect of what never was";
}

TEST_F(HubTest, RefusedClientMayTryAgain) {
  application.accept_at_once = false;
  const Peer peer = Open();
  Send(peer, "40");
  application.decisions[0].Refuse("later");
  Send(peer, "40");
  EXPECT_TRUE(application.decisions[1].Accept());
  EXPECT_EQ(Sent(peer), (Strings{R"(44{"message":"later"})", R"(40{"sid":"AAAAAAAAAAAAAAAAAAAD"})"}));
}

TEST_F(HubTest, SecondConnectWhileTheFirstIsBeingDecidedIsADuplicate) {
  application.accept_at_once = false;
  const Peer peer = Open();
  Send(peer, "40");
  Send(peer, "40");
  EXPECT_EQ(application.decisions.size(), 1u);
  application.decisions[0].Accept();
  EXPECT_EQ(Sent(peer).size(), 1u);
  EXPECT_FALSE(peer.stream->closed());
}

TEST_F(HubTest, EventsSentBehindTheConnectWaitForTheDecision) {
  application.accept_at_once = false;
  const Peer peer = Open();
  Send(peer, "40");
  Send(peer, R"(42["a",1])");
  Send(peer, R"(451-7["b",{"_placeholder":true,"num":0}])");
  SendBinary(peer, "xyz");
  EXPECT_EQ(application.Take(), Strings{"connect / {}"});
  application.decisions[0].Accept();
  EXPECT_EQ(application.Take(),
            (Strings{"event / a [1]", R"(event / b [{"_placeholder":true,"num":0}] <xyz> ack)"}));
  application.last_ack.Send("[]");
  EXPECT_EQ(Sent(peer), (Strings{R"(40{"sid":"AAAAAAAAAAAAAAAAAAAC"})", "437[]"}));
}

TEST_F(HubTest, RoomsMayBeJoinedBeforeTheDecision) {
  application.accept_at_once = false;
  const Peer peer = Open();
  Send(peer, "40");
  const std::shared_ptr<Socket> socket = application.last_socket;
  EXPECT_TRUE(socket->Join(socket->id()));
  EXPECT_TRUE(socket->Join("r1"));
  hub().Broadcast("/", {{"r1"}, {}}, R"(["too early"])");
  application.decisions[0].Accept();
  hub().Broadcast("/", {{"r1"}, {}}, R"(["ev"])");
  EXPECT_EQ(Sent(peer), (Strings{R"(40{"sid":"AAAAAAAAAAAAAAAAAAAC"})", R"(42["ev"])"}));
}

TEST_F(HubTest, ServerMayDisconnectBeforeTheDecision) {
  application.accept_at_once = false;
  const Peer peer = Open();
  Send(peer, "40");
  application.last_socket->Join("r1");
  application.last_socket->Disconnect();
  EXPECT_EQ(hub().FindNamespace("/")->rooms.size(), 0u);
  EXPECT_FALSE(application.decisions[0].Accept());
  EXPECT_EQ(Sent(peer), Strings{"41"});
  EXPECT_EQ(application.Take(), Strings{"connect / {}"});
}

TEST_F(HubTest, RefusedSocketIsInNoRoom) {
  application.accept_at_once = false;
  const Peer peer = Open();
  Send(peer, "40");
  application.last_socket->Join("r1");
  application.decisions[0].Refuse("no");
  EXPECT_EQ(hub().FindNamespace("/")->rooms.room_count(), 0u);
  EXPECT_EQ(hub().FindNamespace("/")->rooms.size(), 0u);
}

TEST_F(HubTest, TooManyEarlyEventsCloseTheConnection) {
  options.client.max_early_events = 2;
  application.accept_at_once = false;
  const Peer peer = Open();
  Send(peer, "40");
  for (int i = 0; i < 3; ++i) Send(peer, R"(42["a"])");
  EXPECT_TRUE(peer.stream->closed());
  EXPECT_FALSE(application.decisions[0].Accept());
}

TEST_F(HubTest, DecisionForAClientThatHasGoneDoesNothing) {
  application.accept_at_once = false;
  const Peer peer = Open();
  Send(peer, "40");
  peer.stream->End(absl::OkStatus());
  EXPECT_FALSE(application.decisions[0].Accept());
  loop.Run();
  EXPECT_FALSE(application.decisions[0].Refuse("x"));
  EXPECT_EQ(application.Take(), Strings{"connect / {}"});
}

TEST_F(HubTest, ClientThatLeavesBeforeTheDecisionIsForgotten) {
  application.accept_at_once = false;
  const Peer peer = Open();
  Send(peer, "40");
  Send(peer, "41");
  EXPECT_FALSE(application.decisions[0].Accept());
  EXPECT_EQ(Sent(peer), Strings{});
}

TEST_F(HubTest, NamespacesOfOneClientAreBounded) {
  options.client.max_namespaces = 2;
  hub().AddNamespace("/third");
  const Peer peer = Open();
  for (const char* connect : {"40", "40/adm", "40/third"}) Send(peer, connect);
  EXPECT_EQ(Sent(peer).back(), R"(44/third,{"message":"Too many namespaces"})");
}

TEST_F(HubTest, ClientWithoutNamespaceIsClosedAfterTheConnectTimeout) {
  const Peer peer = Open();
  loop.Advance(30s);
  Send(peer, "3");
  loop.Advance(14999ms);
  EXPECT_FALSE(peer.stream->closed());
  loop.Advance(1ms);
  EXPECT_TRUE(peer.stream->closed());
}

TEST_F(HubTest, ConnectTimeoutDoesNotTouchAConnectedClient) {
  options.engine.session.ping_interval = 1h;
  const Peer peer = Connect();
  loop.Advance(46s);
  EXPECT_FALSE(peer.stream->closed());
}

// Each row closes the whole connection, with the reason that the sockets hear.
struct Violation {
  Strings sent;  // "binary:" in front of binary frames
  std::string reason;
};

TEST_F(HubTest, ViolationsCloseTheConnection) {
  const Violation violations[] = {
      {{"47"}, "forced close"},
      {{"4"}, "forced close"},
      {{"4abc"}, "forced close"},
      {{"40[]"}, "forced close"},
      {{"41{}"}, "forced close"},
      {{"42{}"}, "forced close"},
      {{"42[]"}, "forced close"},
      {{"42[null]"}, "forced close"},
      {{R"(42["ev")"}, "forced close"},
      {{R"(42["connect"])"}, "forced close"},
      {{R"(42["disconnect"])"}, "forced close"},
      {{R"(42["newListener"])"}, "forced close"},
      {{"430{}"}, "forced close"},
      {{R"(450-["ev"])"}, "forced close"},
      {{R"(4511-["ev"])"}, "forced close"},
      {{R"(45x-["ev"])"}, "forced close"},
      {{R"(451-["ev",{"_placeholder":true,"num":0}])", R"(42["ev"])"}, "forced close"},
      {{R"(451-["ev",{"_placeholder":true,"num":1}])", "binary:x"}, "forced close"},
      {{"binary:x"}, "forced close"},
      {{R"(42/adm,["ev"])"}, "forced server close"},
      {{"43/adm,0[]"}, "forced server close"},
      {{"41/adm,"}, "forced server close"},
      {{"40"}, "forced server close"},
      {{R"(44{"message":"x"})"}, "forced server close"},
      {{"7"}, "parse error"},
      {{""}, "parse error"},
      {{"2"}, "transport error"},
      {{"4" + std::string(1'000'000, 'x')}, "transport error"},
      {{"1"}, "transport close"},
  };
  for (const Violation& violation : violations) {
    SCOPED_TRACE(violation.sent[0].substr(0, 40));
    const Peer peer = Connect();
    for (const std::string& frame : violation.sent) {
      if (frame.rfind("binary:", 0) == 0) {
        SendBinary(peer, frame.substr(7));
      } else {
        Send(peer, frame);
      }
    }
    EXPECT_EQ(Closed(), violation.reason);
    EXPECT_TRUE(peer.stream->closed());
    application.Take();
    loop.Run();
    EXPECT_EQ(hub().sessions().size(), 0u);
  }
}

TEST_F(HubTest, OversizeMessageHasItsCloseCodeAndOthersHaveNone) {
  Peer peer = Connect();
  Send(peer, "4" + std::string(1'000'000, 'x'));
  EXPECT_EQ(Sent(peer)[0].substr(0, 8), "close:\x03\xF1");
  peer = Connect();
  Send(peer, "47");
  EXPECT_EQ(Sent(peer), Strings{"close:"});
}

TEST_F(HubTest, LargestMessageIsTaken) {
  const Peer peer = Connect();
  Send(peer, R"(42["ev",")" + std::string(1'000'000 - 11, 'x') + "\"]");
  EXPECT_EQ(application.Take().size(), 1u);
  EXPECT_FALSE(peer.stream->closed());
}

TEST_F(HubTest, DisconnectOfANamespaceLeavesTheOthers) {
  const Peer peer = Connect();
  Send(peer, "40/adm");
  application.Take();
  Send(peer, "41/adm,");
  EXPECT_EQ(application.Take(), Strings{"disconnect /adm client namespace disconnect"});
  Send(peer, R"(42["still"])");
  EXPECT_EQ(application.Take(), Strings{"event / still []"});
  Send(peer, "41");
  EXPECT_EQ(application.Take(), Strings{"disconnect / client namespace disconnect"});
  EXPECT_FALSE(peer.stream->closed()) << "closing is up to the client";
}

TEST_F(HubTest, CutConnectionDisconnectsAllNamespaces) {
  const Peer peer = Connect();
  Send(peer, "40/adm");
  application.Take();
  peer.stream->End(absl::UnavailableError("reset"));
  EXPECT_EQ(application.Take(), (Strings{"disconnect / transport close", "disconnect /adm transport close"}));
  loop.Run();
  EXPECT_EQ(hub().sessions().size(), 0u);
  EXPECT_EQ(hub().FindNamespace("/")->rooms.size(), 0u);
  EXPECT_EQ(hub().FindNamespace("/")->rooms.room_count(), 0u);
}

TEST_F(HubTest, SilentClientIsDisconnectedWithPingTimeout) {
  const Peer peer = Connect();
  loop.Advance(25s);
  EXPECT_EQ(Sent(peer), Strings{"2"});
  loop.Advance(20s);
  EXPECT_EQ(Closed(), "ping timeout");
}

TEST_F(HubTest, ServerDisconnectTellsTheClient) {
  const Peer peer = Connect();
  application.last_socket->Join("r1");
  application.last_socket->Disconnect();
  EXPECT_EQ(application.Take(), Strings{"disconnect / server namespace disconnect"});
  EXPECT_EQ(application.rooms_at_disconnect, (Strings{"AAAAAAAAAAAAAAAAAAAC", "r1"}));
  EXPECT_EQ(application.last_socket->client(), nullptr);
  EXPECT_EQ(Sent(peer), Strings{"41"});
  EXPECT_FALSE(peer.stream->closed());
}

TEST_F(HubTest, ServerDisconnectMayCloseTheConnection) {
  const Peer peer = Connect();
  Send(peer, "40/adm");
  Sent(peer);
  application.Take();
  application.last_socket->Disconnect(true);
  EXPECT_EQ(application.Take(), (Strings{"disconnect / server namespace disconnect",
                                         "disconnect /adm server namespace disconnect"}));
  EXPECT_EQ(Sent(peer), (Strings{"41", "41/adm,", "close:"}));
}

TEST_F(HubTest, ApplicationMayDisconnectFromWithinAnEvent) {
  const Peer peer = Connect();
  application.on_event = [](const std::shared_ptr<Socket>& socket, const Event&) {
    socket->Disconnect(true);
  };
  peer.stream->Arrive(websocket::ClientFrame(websocket::Opcode::kText, R"(42["a"])") +
                      websocket::ClientFrame(websocket::Opcode::kText, R"(42["b"])"));
  EXPECT_EQ(application.Take(), (Strings{"event / a []", "disconnect / server namespace disconnect"}));
}

TEST_F(HubTest, DrainClosesInPortions) {
  const std::vector<Peer> peers = {Connect(), Connect(), Connect()};
  EXPECT_EQ(hub().sessions().CloseSome(2), 2u);
  EXPECT_EQ(application.Take(),
            (Strings{"disconnect / server shutting down", "disconnect / server shutting down"}));
  EXPECT_EQ(hub().sessions().CloseSome(2), 1u);
  EXPECT_EQ(hub().sessions().CloseSome(2), 0u);
  loop.Run();
  EXPECT_EQ(hub().sessions().size(), 0u);
}

TEST_F(HubTest, DestroyedHubCutsItsConnectionsWithoutCallbacks) {
  const Peer peer = Connect();
  const std::shared_ptr<Socket> socket = application.last_socket;
  EXPECT_TRUE(socket->EmitWithAck(R"(["q"])", {}, 1s, [](absl::StatusOr<AckReply>) { FAIL(); }));
  const AckResponder ack = application.last_ack;
  hub_.reset();
  EXPECT_EQ(application.Take(), Strings{});
  EXPECT_FALSE(socket->connected());
  EXPECT_FALSE(socket->Emit(R"(["x"])"));
  loop.Advance(60s);
}

TEST_F(HubTest, BytesBehindTheHandshakeAreRead) {
  Peer peer{std::make_shared<ManualByteStream>(&loop), {}};
  hub().sessions().OpenWebSocket(peer.stream, websocket::ClientFrame(websocket::Opcode::kText, "40"), nullptr,
                                 Version::kV4, /*takes_binary=*/true);
  EXPECT_EQ(application.Take(), Strings{"connect / {}"});
}

}  // namespace
}  // namespace sail::gateway::socketio
