// Connections of clients that speak protocol 4 on Engine.IO 3: socket.io-client 2.x and sails.io.js.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gateway/socketio/hub.h"
#include "gateway/socketio/hub_fixture.h"

namespace sail::gateway::socketio {
namespace {

using engineio::Version;

class HubProtocol4Test : public HubFixture {};

TEST_F(HubProtocol4Test, ClientOfProtocol4IsInTheMainNamespaceAtOnce) {
  Peer peer{std::make_shared<ManualByteStream>(&loop), {}};
  peer.sid = hub().sessions().OpenWebSocket(peer.stream, {}, nullptr, Version::kV3, /*takes_binary=*/true);
  const Strings sent = Sent(peer);
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0].substr(0, 8), R"(0{"sid":)");
  EXPECT_EQ(sent[1], "40");
  EXPECT_EQ(application.Take(), Strings{"connect / {}"});
  EXPECT_EQ(application.last_socket->id(), peer.sid);
}

TEST_F(HubProtocol4Test, NamespaceOfProtocol4HasAQueryForAuth) {
  const Peer peer = Open(Version::kV3);
  application.Take();
  Send(peer, "40/adm?foo=bar&x=1%202,");
  EXPECT_EQ(application.Take(), Strings{R"(connect /adm {"foo":"bar","x":"1 2"})"});
  EXPECT_EQ(Sent(peer), Strings{"40/adm,"});
  EXPECT_EQ(application.last_socket->id(), "/adm#" + peer.sid);
  Send(peer, R"(42/adm,["ev",1])");
  EXPECT_EQ(application.Take(), Strings{"event /adm ev [1]"});
}

TEST_F(HubProtocol4Test, RefusalOfProtocol4IsDataOrMessage) {
  const Peer peer = Open(Version::kV3);
  application.accept_at_once = false;
  Send(peer, "40/adm,");
  application.decisions.back().Refuse("no", R"({"code":"E_AUTH"})");
  Send(peer, "40/adm,");
  application.decisions.back().Refuse("no");
  EXPECT_EQ(Sent(peer), (Strings{R"(44/adm,{"code":"E_AUTH"})", R"(44/adm,"no")"}));
}

TEST_F(HubProtocol4Test, SecondConnectOfProtocol4ClosesTheConnection) {
  const Peer peer = Open(Version::kV3);
  Send(peer, "40");
  EXPECT_EQ(Closed(), "forced server close");
}

}  // namespace
}  // namespace sail::gateway::socketio
