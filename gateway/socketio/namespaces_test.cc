// Namespaces that clients make, and the limit of rooms.
#include "gateway/socketio/namespaces.h"

#include <gtest/gtest.h>

#include "gateway/socketio/hub_fixture.h"

namespace sail::gateway::socketio {
namespace {

class NamespacesTest : public HubFixture {};

TEST_F(NamespacesTest, ANamespaceThatMayBeMadeLivesAsLongAsItsSockets) {
  options.namespaces.may_be_made = [](std::string_view name) { return name.starts_with("/tenant-"); };
  const Peer first = Open();
  EXPECT_EQ(hub().FindNamespace("/tenant-1"), nullptr);
  Send(first, "40/tenant-1,");
  EXPECT_EQ(Sent(first)[0].substr(0, 20), R"(40/tenant-1,{"sid":")");
  const Peer second = Open();
  Send(second, "40/tenant-1");
  Sent(second);
  EXPECT_EQ(hub().FindNamespace("/tenant-1")->rooms.size(), 2u);
  Send(first, "41/tenant-1,");
  EXPECT_NE(hub().FindNamespace("/tenant-1"), nullptr);
  Send(second, "41/tenant-1,");
  EXPECT_EQ(hub().FindNamespace("/tenant-1"), nullptr);
  // Whoever still holds a socket may go on asking it.
  EXPECT_EQ(application.last_socket->nsp(), "/tenant-1");
  EXPECT_FALSE(application.last_socket->Join("room"));
}

TEST_F(NamespacesTest, NamespacesThatClientsMakeAreBoundedAndRefusalsLeaveNone) {
  options.namespaces.may_be_made = [](std::string_view name) { return name.starts_with("/tenant-"); };
  options.namespaces.max_dynamic = 1;
  int refused = 0;
  options.namespaces.on_dynamic_refused = [&] { ++refused; };
  application.accept_at_once = false;
  const Peer peer = Open();
  Send(peer, "40/tenant-1,");
  Send(peer, "40/tenant-2,");
  EXPECT_EQ(Sent(peer), Strings{R"(44/tenant-2,{"message":"Too many namespaces"})"});
  EXPECT_EQ(refused, 1);
  application.decisions[0].Refuse("no");
  EXPECT_EQ(hub().FindNamespace("/tenant-1"), nullptr);
  Send(peer, "40/tenant-2,");
  EXPECT_NE(hub().FindNamespace("/tenant-2"), nullptr);
}

TEST_F(NamespacesTest, ASocketIsInABoundedNumberOfRooms) {
  int refused = 0;
  options.namespaces.rooms = {.max_rooms = 3, .on_refused = [&] { ++refused; }};
  Connect();
  Socket& socket = *application.last_socket;
  EXPECT_TRUE(socket.Join("a"));
  EXPECT_TRUE(socket.MayJoin({"a", "b"}));
  EXPECT_FALSE(socket.MayJoin({"b", "c"}));
  EXPECT_EQ(refused, 1);
  EXPECT_TRUE(socket.Join("b"));
  EXPECT_FALSE(socket.Join("b"));
  EXPECT_EQ(refused, 1);
  EXPECT_FALSE(socket.Join("c"));
  EXPECT_EQ(refused, 2);
  EXPECT_EQ(socket.Rooms().size(), 3u);
  socket.Leave("a");
  EXPECT_TRUE(socket.Join("c"));
}

}  // namespace
}  // namespace sail::gateway::socketio
