#include "gateway/sails/socket_application.h"

#include "gateway/engineio/manual_byte_stream.h"
#include "gateway/engineio/manual_event_loop.h"
#include "gateway/http/http_message.h"
#include "gateway/sails/application_fixture.h"
#include "gateway/socketio/hub.h"
#include "gateway/websocket/client_frames.h"
#include "gateway/websocket/server_frames.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Headers = std::vector<HttpHeader>;
using Strings = std::vector<std::string>;

class SocketApplicationTest : public ::testing::Test {
 protected:
  using Peer = std::shared_ptr<ManualByteStream>;

  void Start(bool csrf = false, int64_t trusted_hops = 0) {
    // What an earlier one has left to say is said while its parts are still there.
    hub_.reset();
    loop_.Run();
    app_ = std::make_unique<TestApplication>(
        ApplicationSettings{.cookie = {}, .csrf = csrf, .save_uninitialized = false});
    rooms_ = std::make_shared<LoopRooms>(loop_, app_->pubsub);
    sails_ = std::make_unique<SocketApplication>(loop_, rooms_, trusted_hops, app_->cookie, app_->csrf,
                                                 app_->sessions, app_->routes, app_->runner, connections_);
    hub_ = std::make_unique<socketio::Hub>(&loop_, sails_.get(), rooms_->observer(), socketio::HubOptions());
    rooms_->Attach({[this](std::string_view nsp) -> socketio::RoomTable* {
                      socketio::Namespace* found = hub_->FindNamespace(nsp);
                      return found == nullptr ? nullptr : &found->rooms;
                    },
                    [](socketio::RoomMember*) -> std::string_view { return ""; },
                    [](socketio::RoomMember*, bool) {}});
  }
  // In "/", protocol 5.
  Peer Connect(Headers headers = {}) {
    if (app_ == nullptr) Start();
    auto handshake = std::make_shared<HttpRequest>();
    handshake->method = "GET";
    handshake->target = "/socket.io/?EIO=4&transport=websocket";
    handshake->headers = std::move(headers);
    handshake->remote_address = "10.0.0.1";
    auto peer = std::make_shared<ManualByteStream>(&loop_);
    hub_->sessions().OpenWebSocket(peer, {}, handshake, engineio::Version::kV4, /*takes_binary=*/true);
    Say(peer, "40");
    return peer;
  }
  // What the client gets after this.
  Strings Say(const Peer& peer, std::string_view text) {
    peer->Arrive(websocket::ClientFrame(websocket::Opcode::kText, text));
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
  // The answer to one request.
  std::string Ask(const Peer& peer, const std::string& verb, const std::string& rest) {
    const Strings frames = Say(peer, "421[\"" + verb + "\",{" + rest + "}]");
    EXPECT_EQ(frames.size(), 1u);
    return frames.empty() ? "" : frames[0];
  }
  size_t End(const Strings& revoked) {
    return connections_->EndSessions(revoked, SessionConnections::Reason::kRevoked);
  }
  // One that puts something into the session.
  void AskForSession(const Peer& peer) {
    (*app_->service.answer->mutable_session_changes()->mutable_set())["n"] = "1";
    Ask(peer, "get", "\"url\":\"/echo\"");
    app_->service.answer = action::v1::ActionResponse();
  }
  const action::v1::ActionRequest& Seen() { return app_->service.requests.back(); }

  ManualEventLoop loop_;
  std::unique_ptr<TestApplication> app_;
  std::shared_ptr<LoopRooms> rooms_;
  std::shared_ptr<SessionConnections> connections_ = std::make_shared<SessionConnections>(loop_);
  std::unique_ptr<SocketApplication> sails_;
  std::unique_ptr<socketio::Hub> hub_;
};

TEST_F(SocketApplicationTest, AVerbIsARequest) {
  const Peer peer = Connect({{"Cookie", "x=1"}, {"Origin", "http://page.example"}, {"Host", "example.com"}});
  app_->service.answer->set_body_type(action::v1::BODY_TYPE_JSON);
  app_->service.answer->set_body("{\"a\":1}");
  EXPECT_THAT(
      Ask(peer, "post", R"("url":"/echo?a[b]=1","data":{"c":2},"headers":{"X-A":"1","origin":"forged"})"),
      HasSubstr(R"(431[{"body":{"a":1},"headers":{},"statusCode":200}])"));
  EXPECT_EQ(Seen().method(), "POST");
  EXPECT_EQ(Seen().body_json(), "{\"c\":2}");
  EXPECT_EQ(Seen().query_json(), "{\"a[b]\":\"1\"}");
  EXPECT_EQ(Seen().protocol(), "ws");
  EXPECT_EQ(Seen().base_url(), "http://example.com");
  ASSERT_EQ(Seen().headers_size(), 3);
  EXPECT_EQ(Seen().headers(2).name(), "origin");
  EXPECT_EQ(Seen().headers(2).value(), "http://page.example");
}

TEST_F(SocketApplicationTest, OtherEventsAreNotHeard) {
  const Peer peer = Connect();
  EXPECT_THAT(Say(peer, R"(421["trace",{"url":"/echo"}])"), IsEmpty());
  EXPECT_THAT(app_->service.requests, IsEmpty());
}

TEST_F(SocketApplicationTest, WhatCannotBeUnderstoodIsAnsweredWithoutAStack) {
  const Peer peer = Connect();
  EXPECT_THAT(Ask(peer, "get", "\"data\":{}"), HasSubstr("SAILS:HOOK:SOCKETS:PARSE_VIRTUAL_REQ"));
  EXPECT_THAT(Say(peer, R"(42["get",{}])").at(0), HasSubstr("42[\"sails:parseError\",{\"code\""));
}

TEST_F(SocketApplicationTest, WithoutACookieASessionIsMadeOnceSomethingIsPutIntoIt) {
  const Peer peer = Connect();
  Ask(peer, "get", "\"url\":\"/echo\"");
  EXPECT_TRUE(Seen().has_session());
  EXPECT_THAT(app_->store.sessions, IsEmpty());
  AskForSession(peer);
  Ask(peer, "get", "\"url\":\"/echo\"");
  EXPECT_EQ(app_->store.sessions.size(), 1u);
  EXPECT_EQ(Seen().session().id(), "id1");
}

TEST_F(SocketApplicationTest, RequestsThatMakeASessionAtTheSameTimeMakeOne) {
  const Peer peer = Connect();
  app_->service.hold = true;
  Say(peer, R"(421["get",{"url":"/echo"}])");
  Say(peer, R"(422["get",{"url":"/echo"}])");
  for (int i = 0; i < 2; ++i) {
    action::v1::ActionResponse storing;
    (*storing.mutable_session_changes()->mutable_set())[i == 0 ? "a" : "b"] = "1";
    app_->service.held[i](storing);
  }
  Heard(peer);
  ASSERT_EQ(app_->store.sessions.size(), 1u);
  EXPECT_EQ(app_->store.sessions["id1"].data.size(), 1u);  // the other key was there from the start
}

TEST_F(SocketApplicationTest, ADestroyedSessionIsFollowedByNoneUntilSomethingIsStored) {
  const Peer peer = Connect();
  AskForSession(peer);
  app_->service.answer->mutable_session_changes()->set_destroy(true);
  Ask(peer, "get", "\"url\":\"/echo\"");
  app_->service.answer = action::v1::ActionResponse();
  Ask(peer, "get", "\"url\":\"/echo\"");
  EXPECT_THAT(app_->store.sessions, IsEmpty());
  AskForSession(peer);
  EXPECT_EQ(app_->store.sessions.size(), 1u);
}

TEST_F(SocketApplicationTest, TheHandshakesCookieSaysWhoseSessionItIs) {
  Start();
  app_->store.sessions["known"].created_data = "{\"n\":1}";
  const Peer peer = Connect({{"Cookie", app_->CookieFor("known")}});
  Ask(peer, "get", "\"url\":\"/echo\"");
  EXPECT_EQ(Seen().session().id(), "known");
  EXPECT_EQ(Seen().session().data_json(), "{\"n\":1}");
}

TEST_F(SocketApplicationTest, AnUnknownIdIsNeverAdopted) {
  Start();
  const Peer peer = Connect({{"Cookie", app_->CookieFor("chosen")}});
  AskForSession(peer);
  EXPECT_EQ(Seen().session().id(), "");
  EXPECT_TRUE(app_->store.sessions.contains("id1"));
  EXPECT_FALSE(app_->store.sessions.contains("chosen"));
}

TEST_F(SocketApplicationTest, ACookieAmongARequestsOwnHeadersMeansNothing) {
  Start();
  app_->store.sessions["victim"];
  const Peer peer = Connect();
  Ask(peer, "get", "\"url\":\"/echo\",\"headers\":{\"Cookie\":\"" + app_->CookieFor("victim") + "\"}");
  EXPECT_EQ(Seen().session().id(), "");
  EXPECT_THAT(Seen().headers(), IsEmpty());
}

TEST_F(SocketApplicationTest, ARequestMayGoWithoutASession) {
  const Peer peer = Connect();
  Ask(peer, "get", "\"url\":\"/echo\",\"headers\":{\"nosession\":\"1\"}");
  EXPECT_FALSE(Seen().has_session());
  Ask(peer, "get", "\"url\":\"/time\"");
  EXPECT_FALSE(Seen().has_session());
  EXPECT_THAT(app_->store.TakeCalls(), IsEmpty());
}

TEST_F(SocketApplicationTest, WhileTheStoreIsAwayRequestsAreAnswered503) {
  Start();
  app_->store.sessions["known"];
  const Peer peer = Connect({{"Cookie", app_->CookieFor("known")}});
  app_->store.failure = absl::DeadlineExceededError("redis");
  EXPECT_THAT(Ask(peer, "get", "\"url\":\"/echo\""), HasSubstr("\"statusCode\":503"));
  EXPECT_THAT(Ask(peer, "get", "\"url\":\"/time\""), HasSubstr("\"statusCode\":200"));
  app_->store.failure = absl::OkStatus();
  EXPECT_THAT(Ask(peer, "get", "\"url\":\"/echo\""), HasSubstr("\"statusCode\":200"));
}

TEST_F(SocketApplicationTest, ARegeneratedSessionIsTheSocketsFromThenOn) {
  const Peer peer = Connect();
  AskForSession(peer);
  app_->service.answer->mutable_session_changes()->set_regenerate(true);
  Ask(peer, "get", "\"url\":\"/echo\"");
  app_->service.answer = action::v1::ActionResponse();
  Ask(peer, "get", "\"url\":\"/echo\"");
  EXPECT_EQ(Seen().session().id(), "id2");
  EXPECT_EQ(app_->store.sessions.size(), 1u);
}

TEST_F(SocketApplicationTest, AnOlderRequestDoesNotBringTheOldSessionBack) {
  const Peer peer = Connect();
  AskForSession(peer);
  app_->service.hold = true;
  Say(peer, R"(421["get",{"url":"/echo"}])");
  Say(peer, R"(422["get",{"url":"/echo"}])");
  action::v1::ActionResponse regenerating;
  regenerating.mutable_session_changes()->set_regenerate(true);
  app_->service.held[1](regenerating);
  Heard(peer);
  app_->service.held[0](action::v1::ActionResponse());
  Heard(peer);
  app_->service.hold = false;
  Ask(peer, "get", "\"url\":\"/echo\"");
  EXPECT_EQ(Seen().session().id(), "id2");
}

TEST_F(SocketApplicationTest, ARevokedSessionTakesItsSocketsAlong) {
  Start();
  app_->store.sessions["known"];
  const Peer first = Connect({{"Cookie", app_->CookieFor("known")}});
  const Peer second = Connect({{"Cookie", app_->CookieFor("known")}});
  const Peer other = Connect();
  Ask(second, "get", "\"url\":\"/echo\"");
  EXPECT_THAT(connections_->SessionIds(), ElementsAre("known"));
  EXPECT_EQ(End({"known", "unknown"}), 2u);
  for (const Peer& peer : {first, second}) {
    EXPECT_EQ(Heard(peer).at(0), "41");
    EXPECT_TRUE(peer->closed());
  }
  EXPECT_FALSE(other->closed());
  EXPECT_THAT(connections_->SessionIds(), IsEmpty());
}

TEST_F(SocketApplicationTest, SocketsOfASessionThatIsGoneAreCutWithoutAWord) {
  Start();
  const Peer peer = Connect({{"Cookie", app_->CookieFor("known")}});
  EXPECT_EQ(connections_->EndSessions({"known"}, SessionConnections::Reason::kGone), 1u);
  EXPECT_THAT(Heard(peer), ::testing::Not(::testing::Contains("41")));
  EXPECT_TRUE(peer->closed());
}

TEST_F(SocketApplicationTest, ASocketIsFoundUnderTheSessionThatItHasNow) {
  const Peer peer = Connect();
  AskForSession(peer);
  EXPECT_THAT(connections_->SessionIds(), ElementsAre("id1"));
  app_->service.answer->mutable_session_changes()->set_regenerate(true);
  Ask(peer, "get", "\"url\":\"/echo\"");
  EXPECT_EQ(End({"id1"}), 0u);
  EXPECT_EQ(End({"id2"}), 1u);
}

TEST_F(SocketApplicationTest, ASessionThatIsRevokedBeforeItsSocketKnowsItTakesTheSocketAlong) {
  const Peer peer = Connect();
  AskForSession(peer);
  EXPECT_EQ(End({"id2"}), 0u);
  app_->service.answer->mutable_session_changes()->set_regenerate(true);
  Say(peer, R"(421["get",{"url":"/echo"}])");
  EXPECT_TRUE(peer->closed());
}

TEST_F(SocketApplicationTest, ADisconnectEndsTheRequestsUnderWayAndNoOther) {
  const Peer peer = Connect();
  Ask(peer, "get", "\"url\":\"/echo\"");
  app_->service.hold = true;
  Say(peer, R"(421["get",{"url":"/echo"}])");
  Say(peer, R"(422["post",{"url":"/echo"}])");
  ASSERT_EQ(app_->service.cancellations.size(), 3u);
  EXPECT_FALSE(app_->service.cancellations[1]->cancelled());
  Say(peer, "41");
  EXPECT_FALSE(app_->service.cancellations[0]->cancelled()) << "it was answered";
  EXPECT_TRUE(app_->service.cancellations[1]->cancelled());
  EXPECT_TRUE(app_->service.cancellations[2]->cancelled());
  app_->service.held[0](absl::CancelledError(""));
  Heard(peer);
}

TEST_F(SocketApplicationTest, TooManyRequestsAtATimeStopTheReading) {
  const Peer peer = Connect();
  Ask(peer, "get", "\"url\":\"/echo\"");
  app_->service.hold = true;
  for (int i = 0; i < SocketApplication::kMaxInFlight; ++i) {
    EXPECT_FALSE(peer->paused);
    Say(peer, R"(421["get",{"url":"/echo"}])");
  }
  EXPECT_TRUE(peer->paused);
  app_->service.held[0](action::v1::ActionResponse());
  Heard(peer);
  EXPECT_FALSE(peer->paused);
}

TEST_F(SocketApplicationTest, WithoutATokenNothingIsChanged) {
  Start(true);
  const Peer peer = Connect();
  for (const char* path : {"/echo", "/nope", "/file/%zz"}) {
    EXPECT_THAT(Ask(peer, "post", "\"url\":\"" + std::string(path) + "\""),
                HasSubstr(R"("body":"Forbidden","headers":{},"statusCode":403)"))
        << path;
  }
  EXPECT_THAT(Ask(peer, "post", "\"url\":\"/echo\",\"headers\":{\"nosession\":\"1\"}"),
              HasSubstr("\"statusCode\":403"));
  EXPECT_THAT(app_->service.requests, IsEmpty());
  EXPECT_THAT(Ask(peer, "get", "\"url\":\"/echo\""), HasSubstr("\"statusCode\":200"));
  EXPECT_THAT(Ask(peer, "post", "\"url\":\"/free\""), HasSubstr("\"statusCode\":200"));
}

TEST_F(SocketApplicationTest, ATokenIsSpentHereButNotFetched) {
  Start(true);
  app_->store.sessions["known"].created_data = R"({"csrfSecret":"bJi-BNwzHdGf4Yd-zfn1D37I"})";
  const Peer peer = Connect({{"Cookie", app_->CookieFor("known")}});
  EXPECT_THAT(Ask(peer, "get", "\"url\":\"/csrfToken\""), HasSubstr("\"statusCode\":404"));
  const std::string token = "Z7d7Tpzd-5u_9JbEnjrYU2NsoId6lt0BnIjQ";
  EXPECT_THAT(Ask(peer, "post", "\"url\":\"/echo\",\"data\":{\"_csrf\":\"" + token + "\"}"),
              HasSubstr("\"statusCode\":200"));
  EXPECT_THAT(Ask(peer, "put", "\"url\":\"/nope?_csrf=" + token + "\""), HasSubstr("\"statusCode\":404"));
  EXPECT_THAT(Ask(peer, "post", "\"url\":\"/echo\",\"headers\":{\"X-CSRF-Token\":\"" + token + "\"}"),
              HasSubstr("\"statusCode\":200"));
}

TEST_F(SocketApplicationTest, TheHandshakesForwardedHeadersCountWhereProxiesAreTrusted) {
  const Headers forwarded = {
      {"X-Forwarded-For", "1.2.3.4"}, {"X-Forwarded-Proto", "https"}, {"Host", "in.example"}};
  Peer peer = Connect(forwarded);
  Ask(peer, "get", "\"url\":\"/echo\"");
  EXPECT_EQ(Seen().remote_address(), "10.0.0.1");
  Start(false, 1);
  peer = Connect(forwarded);
  Ask(peer, "get", "\"url\":\"/echo\"");
  EXPECT_EQ(Seen().remote_address(), "1.2.3.4");
  EXPECT_EQ(Seen().base_url(), "https://in.example");
}

TEST_F(SocketApplicationTest, ARedirectIsAnAnswer) {
  EXPECT_THAT(Ask(Connect(), "get", "\"url\":\"/redir\""), HasSubstr("\"statusCode\":302"));
}

}  // namespace
}  // namespace sail::gateway
