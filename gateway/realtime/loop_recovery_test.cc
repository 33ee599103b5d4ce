#include "gateway/realtime/loop_recovery.h"

#include "gateway/socketio/hub_fixture.h"
#include "gateway/socketio/offset.h"
#include "gateway/upstream/fake_pubsub_link.h"
#include "gmock/gmock.h"

namespace sail::gateway {
namespace {

using pubsub::v1::AttachEvent;
using pubsub::v1::AttachRequest;
using pubsub::v1::Deliveries;
using pubsub::v1::Operation;
using socketio::FormatOffset;
using socketio::HubFixture;
using socketio::Socket;
using socketio::Strings;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

RecoveryOptions Options() {
  RecoveryOptions options;
  options.on = true;
  return options;
}

class LoopRecoveryTest : public HubFixture {
 protected:
  LoopRecoveryTest() {
    rooms_->ReachPosition(1000);
    hub().KeepSessions(&recovery_);
    SocketAccess access;
    access.find_rooms = [this](std::string_view nsp) -> socketio::RoomTable* {
      auto* found = hub().FindNamespace(nsp);
      return found == nullptr ? nullptr : &found->rooms;
    };
    access.id = [](socketio::RoomMember* member) -> std::string_view {
      return static_cast<Socket*>(member)->id();
    };
    access.disconnect = [](socketio::RoomMember* member, bool close) {
      static_cast<Socket*>(member)->Disconnect(close);
    };
    access.membership_changed = [this](socketio::RoomMember* member, auto done) {
      recovery_.OnMembershipChanged(member, std::move(done));
    };
    access.evict = [this](socketio::RoomMember* member, uint64_t generation) {
      recovery_.Evict(member, generation);
    };
    access.on_gap = [this] { recovery_.OnGap(); };
    rooms_->Attach(std::move(access));
  }
  ~LoopRecoveryTest() override { hub_.reset(); }

  static Operation Event(uint64_t seq, const std::string& data, const std::string& room = "") {
    Operation operation;
    operation.set_seq(seq);
    if (!room.empty()) operation.mutable_broadcast()->add_rooms(room);
    operation.mutable_broadcast()->set_data_json(data);
    return operation;
  }
  void Apply(const Operation& operation) {
    auto deliveries = std::make_shared<Deliveries>();
    *deliveries->add_operations() = operation;
    LoopOperation applied;
    applied.owner = deliveries;
    applied.operation = &deliveries->operations(0);
    if (operation.has_broadcast()) {
      applied.packet = socketio::EncodeEvent("/", operation.broadcast().data_json());
    }
    rooms_->Apply(std::move(applied));
  }

  // The next request to the pubsub service.
  AttachRequest NextAsked() {
    loop.Run();
    EXPECT_LT(answered_, link_.asked.size());
    return link_.asked[answered_].first;
  }
  void Answer(absl::StatusOr<AttachEvent> event) {
    link_.asked[answered_++].second(std::move(event));
    loop.Run();
  }
  void AnswerSaved(std::vector<uint32_t> lost = {}) {
    AttachEvent event;
    event.mutable_sessions_saved()->mutable_lost()->Assign(lost.begin(), lost.end());
    Answer(event);
  }
  void AnswerResumed(const pubsub::v1::RecoverySession& session) {
    AttachEvent event;
    *event.mutable_resumed()->mutable_session() = session;
    Answer(event);
  }
  void AnswerHistory(uint64_t position, const std::vector<Operation>& operations, bool more = false) {
    AttachEvent event;
    auto& response = *event.mutable_history()->mutable_response();
    response.set_reaches_back(true);
    response.set_position(position);
    response.set_more(more);
    for (const Operation& operation : operations) *response.add_operations() = operation;
    Answer(event);
  }

  static pubsub::v1::RecoverySession Session() {
    pubsub::v1::RecoverySession session;
    session.set_pid("P");
    session.set_socket_id("old-socket-of-20-let");
    session.set_namespace_("/");
    session.set_generation(2);
    session.add_rooms("r");
    session.set_connected_at(500);
    session.set_offset(600);
    session.set_position(900);
    return session;
  }
  // A client that names a session, whose record has been answered for.
  Peer ComeBack(const std::string& offset, const pubsub::v1::RecoverySession& session = Session()) {
    Peer peer = Open();
    Send(peer, R"(40{"pid":"P")" + (offset.empty() ? "" : ",\"offset\":\"" + offset + "\"") + "}");
    EXPECT_EQ(NextAsked().resume().pid(), "P");
    AnswerResumed(session);
    return peer;
  }
  Peer ConnectAndSave() {
    Peer peer = Connect();
    NextAsked();
    AnswerSaved();
    return peer;
  }

  FakePubSubLink link_;
  size_t answered_ = 0;
  platform::metrics::Registry registry_;
  std::shared_ptr<LoopRooms> rooms_ = std::make_shared<LoopRooms>(loop, link_);
  LoopRecovery recovery_{loop, rooms_, link_, Options(), RecoveryMetrics(registry_)};
};

TEST_F(LoopRecoveryTest, ANewSocketGetsAPidAndARecord) {
  Peer peer = Open();
  Send(peer, "40");
  const auto saved = NextAsked().save_sessions();
  ASSERT_EQ(saved.changes_size(), 1);
  const auto& session = saved.changes(0).session();
  EXPECT_THAT(Sent(peer),
              ElementsAre("40{\"sid\":\"" + session.socket_id() + "\",\"pid\":\"" + session.pid() + "\"}"));
  EXPECT_EQ(session.pid().size(), 40u);
  EXPECT_EQ(session.connected_at(), 1000u);
  EXPECT_EQ(session.offset(), 1000u);
}

TEST_F(LoopRecoveryTest, EventsEndInTheirOffsets) {
  Peer peer = ConnectAndSave();
  Apply(Event(2000, R"(["recorded",1])"));
  Apply(Event(0, R"(["volatile"])"));
  application.last_socket->Emit(R"(["local"])");
  const std::string offset = FormatOffset(2000);
  EXPECT_THAT(Sent(peer),
              ElementsAre(R"(42["recorded",1,")" + offset + "\"]", R"(42["volatile",")" + offset + "\"]",
                          R"(42["local",")" + offset + "\"]"));
}

TEST_F(LoopRecoveryTest, EventsWithAcknowledgementHaveNone) {
  Peer peer = ConnectAndSave();
  application.last_socket->EmitWithAck(R"(["q"])", {}, std::chrono::seconds(1), [](auto) {});
  EXPECT_THAT(Sent(peer), ElementsAre(R"(420["q"])"));
}

TEST_F(LoopRecoveryTest, NothingChangesForOldClients) {
  Peer peer = Open(engineio::Version::kV3);
  Apply(Event(2000, R"(["recorded",1])"));
  EXPECT_THAT(Sent(peer), ElementsAre(R"(42["recorded",1])"));
  EXPECT_THAT(link_.asked, IsEmpty());
}

TEST_F(LoopRecoveryTest, WhatHistoryBringsAgainIsSentOnce) {
  Peer peer = ConnectAndSave();
  Apply(Event(2000, R"(["a"])"));
  Apply(Event(2000, R"(["a"])"));
  Apply(Event(1999, R"(["b"])"));
  EXPECT_EQ(Sent(peer).size(), 1u);
}

TEST_F(LoopRecoveryTest, AClientGetsItsSessionBackWithWhatItMissedInOrderAndOnce) {
  Peer peer = ComeBack(FormatOffset(1500));
  const auto read = NextAsked().read_history();
  EXPECT_EQ(read.pid(), "P");
  EXPECT_EQ(read.generation(), 2u);
  EXPECT_EQ(read.request().after(), 1500u);
  EXPECT_THAT(read.request().rooms(), ElementsAre("r", "old-socket-of-20-let", ""));
  Apply(Event(1700, R"(["n",1700])", "r"));
  Apply(Event(1800, R"(["n",1800])", "r"));
  AnswerHistory(1700, {Event(1600, R"(["n",1600])", "r"), Event(1700, R"(["n",1700])", "r")});
  EXPECT_THAT(Sent(peer), ElementsAre(R"(42["n",1600,")" + FormatOffset(1600) + "\"]",
                                      R"(42["n",1700,")" + FormatOffset(1700) + "\"]",
                                      R"(40{"sid":"old-socket-of-20-let","pid":"P"})",
                                      R"(42["n",1800,")" + FormatOffset(1800) + "\"]"));
  EXPECT_THAT(application.log, IsEmpty());  // no connect
  EXPECT_EQ(NextAsked().save_sessions().changes(0).session().generation(), 2u);
}

TEST_F(LoopRecoveryTest, ExceptHoldsForWhatWasMissed) {
  Peer peer = ComeBack(FormatOffset(1500));
  NextAsked();
  Operation excepted = Event(1600, R"(["n",1600])", "r");
  excepted.mutable_broadcast()->add_except_rooms("old-socket-of-20-let");
  AnswerHistory(1700, {excepted});
  EXPECT_THAT(Sent(peer), ElementsAre(StartsWith("40")));
}

TEST_F(LoopRecoveryTest, WithoutAnOffsetTheSessionsBeginCounts) {
  auto session = Session();
  session.set_offset(600);
  ComeBack("", session);
  EXPECT_EQ(NextAsked().read_history().request().after(), 500u);
}

TEST_F(LoopRecoveryTest, AnOffsetOfAnEarlierSessionIsTheBeginOfThisOne) {
  ComeBack(FormatOffset(100));
  EXPECT_EQ(NextAsked().read_history().request().after(), 500u);
}

TEST_F(LoopRecoveryTest, WhoHasTheLastThatWasSentHasAllUpToTheRecordsPosition) {
  ComeBack(FormatOffset(600));
  EXPECT_EQ(NextAsked().read_history().request().after(), 900u);
}

TEST_F(LoopRecoveryTest, HistoryIsReadPageByPage) {
  Peer peer = ComeBack(FormatOffset(1500));
  NextAsked();
  AnswerHistory(1600, {Event(1600, R"(["n"])", "r")}, true);
  EXPECT_EQ(NextAsked().read_history().request().after(), 1600u);
  AnswerHistory(1700, {});
  EXPECT_THAT(Sent(peer), ElementsAre(StartsWith("42"), StartsWith("40")));
}

TEST_F(LoopRecoveryTest, MoreHistoryIsReadWhenMoreCameThanCanBeHeld) {
  Peer peer = ComeBack(FormatOffset(1500));
  NextAsked();
  for (size_t i = 0; i <= socketio::Recovery::kMaxHeld; ++i) Apply(Event(1700 + i, R"(["n"])", "r"));
  AnswerHistory(1650, {});
  EXPECT_THAT(Sent(peer), IsEmpty());
  EXPECT_EQ(NextAsked().read_history().request().after(), 1650u);
  AnswerHistory(1701, {Event(1700, R"(["n"])", "r"), Event(1701, R"(["n"])", "r")});
  EXPECT_EQ(Sent(peer).size(), 1 + socketio::Recovery::kMaxHeld + 1);
}

TEST_F(LoopRecoveryTest, AnUnknownSessionAndABadOffsetBeginAnew) {
  Peer peer = Open();
  Send(peer, R"(40{"pid":"gone","offset":")" + FormatOffset(1500) + "\"}");
  NextAsked();
  AttachEvent unknown;
  unknown.mutable_resumed()->set_code(static_cast<int>(absl::StatusCode::kNotFound));
  Answer(unknown);
  EXPECT_THAT(application.Take(), ElementsAre(StartsWith("connect / {\"pid\":\"gone\"")));
  EXPECT_THAT(Sent(peer), ElementsAre(StartsWith("40{\"sid\"")));
  Peer poisoned = Open();
  Send(poisoned, R"(40{"pid":"P","offset":"hello"})");
  EXPECT_THAT(Sent(poisoned), ElementsAre(StartsWith("40{\"sid\"")));
}

TEST_F(LoopRecoveryTest, HistoryThatDoesNotReachBackEndsTheSession) {
  Peer peer = ComeBack(FormatOffset(1500));
  NextAsked();
  AttachEvent too_old;
  too_old.mutable_history()->mutable_response();
  Answer(too_old);
  EXPECT_TRUE(NextAsked().save_sessions().changes(0).forget());
  const Strings sent = Sent(peer);
  ASSERT_THAT(sent, ElementsAre(StartsWith("40{\"sid\"")));
  EXPECT_EQ(sent[0].find("old-socket"), std::string::npos);
  // And what is for the session's rooms is not for the new one.
  Apply(Event(1700, R"(["n"])", "r"));
  EXPECT_THAT(Sent(peer), IsEmpty());
}

TEST_F(LoopRecoveryTest, WithoutAnAnswerTheClientIsCutAndKeepsItsSession) {
  Peer peer = Open();
  Send(peer, R"(40{"pid":"P"})");
  NextAsked();
  Answer(absl::UnavailableError("gone"));
  Sent(peer);
  EXPECT_TRUE(peer.stream->closed());
}

TEST_F(LoopRecoveryTest, ANewClientIsCutWhileThePubSubServiceIsAway) {
  link_.is_attached = false;
  Peer peer = Open();
  Send(peer, "40");
  loop.Run();
  Sent(peer);
  EXPECT_TRUE(peer.stream->closed());
}

TEST_F(LoopRecoveryTest, AGhostIsCutAndOneOfTheSameGenerationIsNot) {
  Peer peer = ConnectAndSave();
  Operation evict;
  evict.mutable_evict_ghost()->set_socket_id(application.last_socket->id());
  evict.mutable_evict_ghost()->set_generation(1);
  Apply(evict);
  EXPECT_EQ(Closed(), "open");
  evict.mutable_evict_ghost()->set_generation(2);
  Apply(evict);
  EXPECT_EQ(Closed(), "transport close");
}

TEST_F(LoopRecoveryTest, WhoseRecordIsSomebodyElsesIsCut) {
  Connect();
  NextAsked();
  AnswerSaved({0});
  EXPECT_EQ(Closed(), "transport close");
}

TEST_F(LoopRecoveryTest, AGapCutsWhoCanBeRecovered) {
  Connect();
  rooms_->OnGap();
  EXPECT_EQ(Closed(), "transport close");
}

TEST_F(LoopRecoveryTest, AJoinIsDoneOnceItIsStored) {
  ConnectAndSave();
  bool done = false;
  rooms_->Join(application.last_socket.get(), "/", {"a", "b"}, [&](const absl::Status&) { done = true; });
  EXPECT_THAT(NextAsked().save_sessions().changes(0).session().rooms(), ElementsAre("a", "b"));
  EXPECT_FALSE(done);
  AnswerSaved();
  EXPECT_TRUE(done);
}

TEST_F(LoopRecoveryTest, ChangesByTheClusterAreStoredTogether) {
  ConnectAndSave();
  for (const char* room : {"a", "b"}) {
    Operation join;
    join.mutable_add_members()->add_source_rooms(application.last_socket->id());
    join.mutable_add_members()->add_target_rooms(room);
    Apply(join);
  }
  loop.Run();
  EXPECT_EQ(link_.asked.size(), answered_);
  loop.Advance(absl::ToChronoMilliseconds(LoopRecovery::kCoalesce));
  const auto saved = NextAsked().save_sessions();
  ASSERT_EQ(saved.changes_size(), 1);
  EXPECT_THAT(saved.changes(0).session().rooms(), ElementsAre("a", "b"));
}

TEST_F(LoopRecoveryTest, ARecordOutlivesACutAndNotAGoodbye) {
  Peer peer = ConnectAndSave();
  peer.stream->End(absl::UnavailableError("cut"));
  const auto kept = NextAsked().save_sessions();
  EXPECT_FALSE(kept.changes(0).forget());
  EXPECT_EQ(kept.changes(0).ttl_ms(), 120'000);
  AnswerSaved();
  peer = ConnectAndSave();
  Send(peer, "41");
  EXPECT_TRUE(NextAsked().save_sessions().changes(0).forget());
}

TEST_F(LoopRecoveryTest, AQuietSessionIsStoredEveryNowAndThen) {
  ConnectAndSave();
  rooms_->ReachPosition(5000);
  loop.Advance(absl::ToChronoMilliseconds(Options().refresh() + absl::Seconds(1)));
  const auto& session = NextAsked().save_sessions().changes(0).session();
  EXPECT_EQ(session.offset(), 1000u);
  EXPECT_EQ(session.position(), 5000u);
}

}  // namespace
}  // namespace sail::gateway
