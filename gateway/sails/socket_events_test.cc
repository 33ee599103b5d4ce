// Sockets of namespaces with actions, from the frames of a client to the requests of a service.
#include "gateway/sails/socket_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/engineio/manual_byte_stream.h"
#include "gateway/engineio/manual_event_loop.h"
#include "gateway/http/http_message.h"
#include "gateway/sails/application_fixture.h"
#include "gateway/sails/socket_application.h"
#include "gateway/socketio/hub.h"
#include "gateway/websocket/client_frames.h"
#include "gateway/websocket/server_frames.h"

namespace sail::gateway {
namespace {

using action::v1::ActionResponse;
using action::v1::SocketEvent;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Strings = std::vector<std::string>;

constexpr char kRoutes[] = R"(
/: {connect: main/connect, events: {message: main/message}, disconnect: main/bye}
/one: {connect: one/connect, events: one/event, disconnect: one/bye, maxInFlight: 1, handshake: connect}
"/tenant-*": {events: tenant/event}
)";

class SocketEventsTest : public ::testing::Test {
 protected:
  using Peer = std::shared_ptr<ManualByteStream>;

  SocketEventsTest() {
    auto events = std::make_unique<SocketEvents>(loop_, rooms_, routes_, app_.routes, app_.runner, counters_,
                                                 SocketEventsOptions{.max_queued = 3});
    application_ =
        std::make_unique<SocketApplication>(loop_, rooms_, 0, app_.cookie, app_.csrf, app_.sessions,
                                            app_.routes, app_.runner, connections_, std::move(events));
    socketio::HubOptions options;
    options.namespaces.may_be_made = [this](std::string_view name) { return routes_.Find(name) != nullptr; };
    options.namespaces.rooms.max_rooms = 4;
    hub_ = std::make_unique<socketio::Hub>(&loop_, application_.get(), rooms_->observer(), options);
    rooms_->Attach({[this](std::string_view nsp) -> socketio::RoomTable* {
                      socketio::Namespace* found = hub_->FindNamespace(nsp);
                      return found == nullptr ? nullptr : &found->rooms;
                    },
                    [](socketio::RoomMember*) -> std::string_view { return ""; },
                    [](socketio::RoomMember*, bool) {}});
  }
  ~SocketEventsTest() override {
    hub_.reset();
    loop_.Run();
  }

  Peer Open(std::vector<HttpHeader> headers = {}) {
    auto handshake = std::make_shared<HttpRequest>();
    handshake->method = "GET";
    handshake->target = "/socket.io/?EIO=4&transport=websocket&room=9";
    handshake->headers = std::move(headers);
    handshake->remote_address = "10.0.0.1";
    auto peer = std::make_shared<ManualByteStream>(&loop_);
    hub_->sessions().OpenWebSocket(peer, {}, handshake, engineio::Version::kV4, /*takes_binary=*/true);
    Heard(peer);
    return peer;
  }
  void Send(const Peer& peer, std::string_view text) {
    peer->Arrive(websocket::ClientFrame(websocket::Opcode::kText, text));
  }
  Strings Say(const Peer& peer, std::string_view text) {
    Send(peer, text);
    return Heard(peer);
  }
  Strings Heard(const Peer& peer) {
    std::string bytes;
    do {
      loop_.Run();
      bytes += peer->TakeWritten();
      peer->Drain();
    } while (!peer->written.empty());
    return websocket::ServerFrames(bytes);
  }
  const action::v1::ActionRequest& Seen() { return app_.service.requests.back(); }
  Strings Actions() {
    Strings actions;
    for (const auto& request : app_.service.requests) actions.push_back(request.action());
    return actions;
  }
  action::v1::EmitEvent& Emit(ActionResponse* response, const std::string& event, const std::string& args) {
    auto& emit = *response->add_room_operations()->mutable_emit();
    emit.set_event(event);
    emit.set_args_json(args);
    emit.set_to_requester(true);
    return emit;
  }

  const SocketRoutes routes_ = *SocketRoutes::Parse(kRoutes, "sockets.yaml");
  platform::metrics::Registry registry_;
  const SocketEventCounters counters_{registry_};
  ManualEventLoop loop_;
  TestApplication app_{ApplicationSettings{.cookie = {}, .csrf = false, .save_uninitialized = false}};
  std::shared_ptr<LoopRooms> rooms_ = std::make_shared<LoopRooms>(loop_, app_.pubsub);
  std::shared_ptr<SessionConnections> connections_ = std::make_shared<SessionConnections>(loop_);
  std::unique_ptr<SocketApplication> application_;
  std::unique_ptr<socketio::Hub> hub_;
};

TEST_F(SocketEventsTest, AConnectIsAskedForAndItsEmitsFollowTheAnswerAtOnce) {
  Emit(&*app_.service.answer, "auth", R"([{"a":1}])");
  app_.service.answer->add_room_operations()->mutable_join()->add_rooms("lobby");
  const Peer peer = Open({{"Cookie", "x=1"}});
  const Strings frames = Say(peer, R"(40{"a":1})");
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_THAT(frames[0], HasSubstr(R"(40{"sid":")"));
  EXPECT_EQ(frames[1], R"(42["auth",{"a":1}])");
  EXPECT_EQ(Seen().action(), "main/connect");
  EXPECT_EQ(Seen().socket_event().kind(), SocketEvent::KIND_CONNECT);
  EXPECT_EQ(Seen().socket_event().auth_json(), R"({"a":1})");
  EXPECT_THAT(Seen().query_json(), HasSubstr(R"("room":"9")"));
  EXPECT_EQ(Seen().headers(0).name(), "Cookie");
  EXPECT_EQ(Seen().remote_address(), "10.0.0.1");
  app_.service.answer = ActionResponse();
  Say(peer, R"(42["message"])");
  EXPECT_EQ(Seen().socket().rooms_size(), 2);
}

TEST_F(SocketEventsTest, ARefusalSaysWhy) {
  app_.service.answer->mutable_connect_refusal()->set_message("not you");
  app_.service.answer->mutable_connect_refusal()->set_data_json(R"({"code":7})");
  app_.service.answer->add_room_operations()->mutable_broadcast()->set_event("never");
  const Peer peer = Open();
  EXPECT_THAT(Say(peer, "40"), ElementsAre(R"(44{"message":"not you","data":{"code":7}})"));
  app_.service.answer = ActionResponse();
  app_.service.answer->set_status(403);
  app_.service.answer->set_body_type(action::v1::BODY_TYPE_TEXT);
  app_.service.answer->set_body("Forbidden");
  EXPECT_THAT(Say(peer, "40"), ElementsAre(R"(44{"message":"Forbidden"})"));
  app_.service.answer = absl::UnavailableError("down");
  EXPECT_THAT(Say(peer, "40"), ElementsAre(R"(44{"message":"Service Unavailable"})"));
  EXPECT_THAT(app_.pubsub.published, IsEmpty());
  EXPECT_THAT(Say(peer, "40/random,"), ElementsAre(R"(44/random,{"message":"Invalid namespace"})"));
}

TEST_F(SocketEventsTest, EventsAreAnsweredWithArgumentsAndBytes) {
  const Peer peer = Open();
  Say(peer, "40");
  app_.service.answer->mutable_ack()->set_args_json(R"([{"_placeholder":true,"num":0}])");
  app_.service.answer->mutable_ack()->add_attachments("\x05\x06");
  Emit(&*app_.service.answer, "message-back", R"([1, "2"])");
  Send(peer, R"(451-7["message",{"_placeholder":true,"num":0},{"b":[]}])");
  peer->Arrive(websocket::ClientFrame(websocket::Opcode::kBinary, "\x01\x02"));
  EXPECT_THAT(Heard(peer), ElementsAre(R"(42["message-back",1, "2"])",
                                       R"(461-7[{"_placeholder":true,"num":0}])", "binary:\x05\x06"));
  EXPECT_EQ(Seen().socket_event().name(), "message");
  EXPECT_EQ(Seen().socket_event().args_json(), R"([{"_placeholder":true,"num":0},{"b":[]}])");
  EXPECT_EQ(Seen().socket_event().attachments(0), "\x01\x02");
  EXPECT_TRUE(Seen().socket_event().wants_ack());
}

TEST_F(SocketEventsTest, WhatNobodyListensToAndWhatFailsIsNotAnswered) {
  const Peer peer = Open();
  Say(peer, "40");
  EXPECT_THAT(Say(peer, R"(421["other"])"), IsEmpty());
  EXPECT_THAT(Actions(), ElementsAre("main/connect"));
  app_.service.answer = absl::UnavailableError("down");
  EXPECT_THAT(Say(peer, R"(422["message"])"), IsEmpty());
  EXPECT_THAT(registry_.Text(), HasSubstr("sail_gateway_socket_events_failed_total 1"));
  EXPECT_THAT(registry_.Text(), HasSubstr("sail_gateway_socket_events_total{kind=\"ignored\"} 1"));
}

TEST_F(SocketEventsTest, VirtualRequestsGoOnBesideIt) {
  const Peer peer = Open();
  Say(peer, "40");
  EXPECT_THAT(Say(peer, R"(421["get",{"url":"/time"}])").at(0), HasSubstr("\"statusCode\":200"));
  Say(peer, "40/tenant-a,");
  EXPECT_THAT(Say(peer, R"(42/tenant-a,["get",{"url":"/time"}])"), IsEmpty());
  EXPECT_EQ(Seen().action(), "tenant/event");
}

TEST_F(SocketEventsTest, DataOfTheSocketIsKeptByKey) {
  const Peer peer = Open();
  (*app_.service.answer->mutable_socket_data()->mutable_set())["a"] = "1";
  (*app_.service.answer->mutable_socket_data()->mutable_set())["b"] = "2";
  Say(peer, "40");
  app_.service.answer = ActionResponse();
  app_.service.answer->mutable_socket_data()->add_unset("a");
  Say(peer, R"(42["message"])");
  EXPECT_EQ(Seen().socket().data_json(), R"({"a":1,"b":2})");
  Say(peer, R"(42["message"])");
  EXPECT_EQ(Seen().socket().data_json(), R"({"b":2})");
}

TEST_F(SocketEventsTest, EventsAreHandedOverInOrderWithoutWaiting) {
  const Peer peer = Open();
  Say(peer, "40");
  app_.service.hold = true;
  Say(peer, R"(421["message",1])");
  Say(peer, R"(422["message",2])");
  ASSERT_EQ(app_.service.held.size(), 2u);
  EXPECT_EQ(app_.service.requests[1].socket_event().args_json(), "[1]");
  EXPECT_EQ(app_.service.requests[2].socket_event().args_json(), "[2]");
  ActionResponse answer;
  answer.mutable_ack();
  app_.service.held[1](answer);
  EXPECT_THAT(Heard(peer), ElementsAre("432[]"));
}

TEST_F(SocketEventsTest, OneAtATimeTheNextWaitsAndTheClientIsNotReadOn) {
  const Peer peer = Open();
  Say(peer, "40/one,");
  app_.service.hold = true;
  Say(peer, R"(42/one,["a"])");
  Say(peer, R"(42/one,["b"])");
  EXPECT_EQ(app_.service.held.size(), 1u);
  EXPECT_EQ(Seen().headers_size(), 0);
  EXPECT_EQ(Seen().url(), "");
  EXPECT_TRUE(peer->paused);
  app_.service.held[0](ActionResponse());
  Heard(peer);
  EXPECT_EQ(app_.service.held.size(), 2u);
  EXPECT_FALSE(peer->paused);
  EXPECT_EQ(Seen().socket_event().name(), "b");
}

TEST_F(SocketEventsTest, AClientThatSendsTooMuchAheadIsDisconnected) {
  const Peer peer = Open();
  Say(peer, "40/one,");
  app_.service.hold = true;
  for (int i = 0; i < 4; ++i) EXPECT_THAT(Say(peer, R"(42/one,["a"])"), IsEmpty());
  EXPECT_THAT(Say(peer, R"(42/one,["a"])"), testing::Contains("41/one,"));
  EXPECT_THAT(registry_.Text(), HasSubstr("sail_gateway_socket_event_overflows_total 1"));
  // What was sent before is still handed over, the disconnect last.
  for (size_t i = 0; i < app_.service.held.size(); ++i) {
    app_.service.held[i](ActionResponse());
    loop_.Run();
  }
  EXPECT_EQ(app_.service.requests.size(), 6u);
  EXPECT_EQ(Seen().action(), "one/bye");
  EXPECT_EQ(Seen().socket_event().reason(), "server namespace disconnect");
}

TEST_F(SocketEventsTest, ADisconnectTellsWhyAndWhereTheSocketWas) {
  const Peer peer = Open();
  app_.service.answer->add_room_operations()->mutable_join()->add_rooms("lobby");
  Say(peer, "40");
  app_.service.answer = ActionResponse();
  Say(peer, "41");
  EXPECT_EQ(Seen().action(), "main/bye");
  EXPECT_EQ(Seen().socket_event().kind(), SocketEvent::KIND_DISCONNECT);
  EXPECT_EQ(Seen().socket_event().reason(), "client namespace disconnect");
  EXPECT_EQ(Seen().socket().rooms_size(), 2);
}

TEST_F(SocketEventsTest, WhoeverIsLetInAfterLeavingIsReportedGone) {
  app_.service.hold = true;
  const Peer peer = Open();
  Say(peer, "40");
  Say(peer, "41");
  app_.service.hold = false;
  app_.service.held[0](ActionResponse());
  loop_.Run();
  EXPECT_THAT(Actions(), ElementsAre("main/connect", "main/bye"));
}

TEST_F(SocketEventsTest, EventsBehindTheConnectWaitForItsAnswer) {
  app_.service.hold = true;
  const Peer peer = Open();
  Send(peer, "40");
  Send(peer, R"(42["message"])");
  loop_.Run();
  EXPECT_THAT(Actions(), ElementsAre("main/connect"));
  app_.service.held[0](ActionResponse());
  loop_.Run();
  EXPECT_THAT(Actions(), ElementsAre("main/connect", "main/message"));
}

TEST_F(SocketEventsTest, AnAnswerMayDisconnectTheSocket) {
  const Peer peer = Open();
  Say(peer, "40");
  Emit(&*app_.service.answer, "bye", "");
  app_.service.answer->add_room_operations()->mutable_disconnect()->set_requester(true);
  EXPECT_THAT(Say(peer, R"(42["message"])"), ElementsAre(R"(42["bye"])", "41"));
  EXPECT_EQ(Seen().action(), "main/bye");
}

TEST_F(SocketEventsTest, OverTheLimitOfRoomsTheEventFailsAndNothingIsJoined) {
  const Peer peer = Open();
  Say(peer, "40");
  auto* join = app_.service.answer->add_room_operations()->mutable_join();
  for (const char* room : {"a", "b", "c", "d"}) join->add_rooms(room);
  app_.service.answer->mutable_ack();
  EXPECT_THAT(Say(peer, R"(421["message"])"), IsEmpty());
  app_.service.answer = ActionResponse();
  Say(peer, R"(42["message"])");
  EXPECT_EQ(Seen().socket().rooms_size(), 1);
}

}  // namespace
}  // namespace sail::gateway
