#include "gateway/routing/socket_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sail::gateway {
namespace {

using ::testing::HasSubstr;

TEST(SocketRoutes, WithoutAFileTheMainNamespaceTakesVirtualRequests) {
  const SocketRoutes routes;
  ASSERT_NE(routes.Find("/"), nullptr);
  EXPECT_TRUE(routes.Find("/")->virtual_requests);
  EXPECT_FALSE(routes.Find("/")->has_actions());
  EXPECT_EQ(routes.Find("/random"), nullptr);
}

TEST(SocketRoutes, EventsLeadToActionsByNameElseToTheStar) {
  const auto routes = SocketRoutes::Parse(R"(
/chat:
  service: chat
  connect: Chat/Connect
  events: {message: chat/message, "*": chat/event}
  disconnect: chat/bye
  session: false
  handshake: connect
  maxInFlight: 1
/: {events: main/event, virtualRequests: false}
)",
                                          "sockets.yaml");
  ASSERT_TRUE(routes.ok()) << routes.status();
  const SocketNamespace& chat = *routes->Find("/chat");
  EXPECT_EQ(chat.connect.action, "chat/connect");
  EXPECT_EQ(chat.connect.service, "chat");
  EXPECT_EQ(chat.EventAction("message").action, "chat/message");
  EXPECT_EQ(chat.EventAction("other").action, "chat/event");
  EXPECT_EQ(chat.disconnect.action, "chat/bye");
  EXPECT_FALSE(chat.session);
  EXPECT_FALSE(chat.handshake_with_events);
  EXPECT_FALSE(chat.virtual_requests);
  EXPECT_EQ(chat.max_in_flight, 1);
  EXPECT_EQ(routes->Find("/")->EventAction("x").action, "main/event");
  EXPECT_FALSE(routes->Find("/")->virtual_requests);
  EXPECT_FALSE(routes->Find("/")->connect);
}

TEST(SocketRoutes, AStarStandsForSomethingAndExactNamesComeFirst) {
  const auto routes = SocketRoutes::Parse(R"(
"/tenant-*": {events: a/pattern}
/tenant-1: {events: a/exact}
"/a*b*c": {events: a/many}
)",
                                          "sockets.yaml");
  ASSERT_TRUE(routes.ok()) << routes.status();
  EXPECT_EQ(routes->Find("/tenant-1")->other_events.action, "a/exact");
  EXPECT_EQ(routes->Find("/tenant-2")->other_events.action, "a/pattern");
  EXPECT_EQ(routes->Find("/tenant-"), nullptr);
  EXPECT_EQ(routes->Find("/tenant"), nullptr);
  EXPECT_NE(routes->Find("/axbyc"), nullptr);
  EXPECT_NE(routes->Find("/axbycc"), nullptr);
  EXPECT_EQ(routes->Find("/abc"), nullptr);
  EXPECT_EQ(routes->Find("/axbyd"), nullptr);
}

TEST(SocketRoutes, MistakesAreToldWithTheirLines) {
  const auto routes = SocketRoutes::Parse(
      "chat: {}\n/a,b: {}\n/c: {connect: nothing, colour: red, maxInFlight: 0}\n", "sockets.yaml");
  const std::string message(routes.status().message());
  EXPECT_THAT(message, HasSubstr("sockets.yaml:1"));
  EXPECT_THAT(message, HasSubstr("sockets.yaml:2"));
  EXPECT_THAT(message, HasSubstr("connect"));
  EXPECT_THAT(message, HasSubstr("colour"));
  EXPECT_THAT(message, HasSubstr("maxInFlight"));
}

}  // namespace
}  // namespace sail::gateway
