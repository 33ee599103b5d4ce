#include "gateway/realtime/loop_rooms.h"

#include "gateway/engineio/manual_event_loop.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

using pubsub::v1::Deliveries;
using pubsub::v1::Operation;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Keeps the interest and the confirmations that are due.
class FakeLink final : public PubSubLink {
 public:
  void AddInterest(std::vector<RoomKey> rooms, Done done) override {
    for (const RoomKey& room : rooms) ++interest_[room];
    waiting_.push_back(std::move(done));
  }
  void RemoveInterest(std::vector<RoomKey> rooms) override {
    for (const RoomKey& room : rooms) --interest_[room];
  }
  void Publish(std::vector<Operation>, Done) override {}
  void Ask(pubsub::v1::AttachRequest, OnAnswer) override {}
  void Answer(pubsub::v1::Answer) override {}
  bool attached() override { return true; }

  void ConfirmAll() {
    for (Done& done : std::exchange(waiting_, {})) done(absl::OkStatus());
  }
  int interest(const std::string& room) { return interest_[RoomKey{"/", room}]; }

 private:
  absl::flat_hash_map<RoomKey, int> interest_;
  std::vector<Done> waiting_;
};

class FakeSocket final : public socketio::RoomMember {
 public:
  FakeSocket(std::string id, LoopRooms& rooms, socketio::RoomTable& table)
      : id_(std::move(id)), table_(table) {
    table_.Add(this);
    rooms.JoinTable(table_, this, "/", {id_}, [](absl::Status) {});
  }
  ~FakeSocket() override { table_.Remove(this); }
  void Deliver(const socketio::EncodedPacket&, bool) override { ++delivered; }
  void Disconnect(bool close) {
    table_.Remove(this);
    closed = close;
    ++disconnected;
  }
  std::vector<std::string> rooms() { return table_.RoomsOf(*this); }
  const std::string& id() const { return id_; }

  int delivered = 0;
  int disconnected = 0;
  bool closed = false;

 private:
  const std::string id_;
  socketio::RoomTable& table_;
};

class LoopRoomsTest : public ::testing::Test {
 protected:
  LoopRoomsTest() {
    rooms_.Attach(AccessTo(table_));
    rooms_.AddNamespace("/");
  }
  static SocketAccess AccessTo(socketio::RoomTable& table) {
    return {[&table](std::string_view nsp) { return nsp == "/" ? &table : nullptr; },
            [](socketio::RoomMember* member) -> std::string_view {
              return static_cast<FakeSocket*>(member)->id();
            },
            [](socketio::RoomMember* member, bool close) {
              static_cast<FakeSocket*>(member)->Disconnect(close);
            }};
  }
  void Settle() {
    loop_.Run();
    link_.ConfirmAll();
    loop_.Run();
  }
  void Apply(Operation operation) {
    auto deliveries = std::make_shared<Deliveries>();
    *deliveries->add_operations() = std::move(operation);
    LoopOperation out;
    out.owner = deliveries;
    out.operation = &deliveries->operations(0);
    if (out.operation->has_broadcast())
      out.packet = socketio::EncodeEvent("/", out.operation->broadcast().data_json());
    rooms_.Apply(out);
  }

  ManualEventLoop loop_;
  FakeLink link_;
  LoopRooms rooms_{loop_, link_};
  socketio::RoomTable table_{"/", rooms_.observer()};
};

TEST_F(LoopRoomsTest, AJoinIsDoneWhenTheInterestIsConfirmed) {
  FakeSocket a("a", rooms_, table_), b("b", rooms_, table_);
  Settle();
  int done = 0;
  rooms_.Join(&a, "/", {"r"}, [&](absl::Status) { ++done; });
  // The second waits for what the first has under way.
  rooms_.Join(&b, "/", {"r"}, [&](absl::Status) { ++done; });
  loop_.Run();
  EXPECT_EQ(done, 0);
  Settle();
  Settle();
  EXPECT_EQ(done, 2);
  EXPECT_EQ(link_.interest("r"), 1);
  // Confirmed already: done at once.
  FakeSocket c("c", rooms_, table_);
  Settle();
  rooms_.Join(&c, "/", {"r"}, [&](absl::Status) { ++done; });
  EXPECT_EQ(done, 3);
}

TEST_F(LoopRoomsTest, InterestEndsWithTheLastMember) {
  auto a = std::make_unique<FakeSocket>("a", rooms_, table_);
  FakeSocket b("b", rooms_, table_);
  for (FakeSocket* socket : {a.get(), &b}) rooms_.Join(socket, "/", {"r"}, [](absl::Status) {});
  Settle();
  a.reset();
  Settle();
  EXPECT_EQ(link_.interest("r"), 1);
  EXPECT_EQ(link_.interest("a"), 0);
  rooms_.Leave(&b, "/", {"r"});
  Settle();
  EXPECT_EQ(link_.interest("r"), 0);
}

TEST_F(LoopRoomsTest, ABroadcastReachesTheRoomWithoutTheExcepted) {
  FakeSocket a("a", rooms_, table_), b("b", rooms_, table_), c("c", rooms_, table_);
  for (FakeSocket* socket : {&a, &b}) rooms_.Join(socket, "/", {"r"}, [](absl::Status) {});
  Operation operation;
  operation.mutable_broadcast()->add_rooms("r");
  operation.mutable_broadcast()->add_except_rooms("a");
  operation.mutable_broadcast()->set_data_json("[\"e\"]");
  Apply(operation);
  EXPECT_EQ(a.delivered, 0);
  EXPECT_EQ(b.delivered, 1);
  EXPECT_EQ(c.delivered, 0);
}

TEST_F(LoopRoomsTest, MembersOfARoomAreMovedAndTheirNewRoomsAreWanted) {
  FakeSocket a("a", rooms_, table_), b("b", rooms_, table_);
  rooms_.Join(&a, "/", {"class"}, [](absl::Status) {});
  Operation operation;
  operation.mutable_add_members()->add_source_rooms("class");
  operation.mutable_add_members()->add_target_rooms("record");
  Apply(operation);
  Settle();
  EXPECT_THAT(a.rooms(), ElementsAre("a", "class", "record"));
  EXPECT_THAT(b.rooms(), ElementsAre("b"));
  EXPECT_EQ(link_.interest("record"), 1);
  Operation back;
  back.mutable_remove_members()->add_source_rooms("class");
  back.mutable_remove_members()->add_target_rooms("record");
  Apply(back);
  Settle();
  EXPECT_THAT(a.rooms(), ElementsAre("a", "class"));
  EXPECT_EQ(link_.interest("record"), 0);
}

TEST_F(LoopRoomsTest, ExceptedMembersAreNotMoved) {
  FakeSocket a("a", rooms_, table_), b("b", rooms_, table_);
  Operation operation;
  operation.mutable_add_members()->add_except_rooms("a");
  operation.mutable_add_members()->add_target_rooms("record");
  Apply(operation);
  EXPECT_THAT(a.rooms(), ElementsAre("a"));
  EXPECT_THAT(b.rooms(), ElementsAre("b", "record"));
}

TEST_F(LoopRoomsTest, LeaveAllKeepsTheSocketsOwnRoom) {
  FakeSocket a("a", rooms_, table_);
  rooms_.Join(&a, "/", {"x", "y"}, [](absl::Status) {});
  Operation operation;
  operation.mutable_leave_all()->set_room("x");
  Apply(operation);
  EXPECT_THAT(a.rooms(), ElementsAre("a"));
}

TEST_F(LoopRoomsTest, MembersAreDisconnected) {
  FakeSocket a("a", rooms_, table_), b("b", rooms_, table_);
  Operation operation;
  operation.mutable_disconnect()->add_rooms("a");
  operation.mutable_disconnect()->set_close(true);
  Apply(operation);
  EXPECT_EQ(a.disconnected, 1);
  EXPECT_TRUE(a.closed);
  EXPECT_EQ(b.disconnected, 0);
  EXPECT_THAT(a.rooms(), IsEmpty());
}

TEST_F(LoopRoomsTest, ListenersHearWhatSocketsHear) {
  socketio::RoomTable listeners("/", rooms_.observer());
  rooms_.AttachListeners(AccessTo(listeners));
  FakeSocket socket("a", rooms_, table_), listener("b", rooms_, listeners);
  rooms_.Join(&socket, "/", {"class"}, [](absl::Status) {});
  rooms_.JoinTable(listeners, &listener, "/", {"class"}, [](absl::Status) {});
  Operation move;
  move.mutable_add_members()->add_source_rooms("class");
  move.mutable_add_members()->add_target_rooms("record");
  Apply(move);
  Operation event;
  event.mutable_broadcast()->add_rooms("record");
  event.mutable_broadcast()->set_data_json("[\"e\"]");
  Apply(event);
  EXPECT_EQ(socket.delivered, 1);
  EXPECT_EQ(listener.delivered, 1);
  Operation end;
  end.mutable_disconnect()->add_rooms("b");
  Apply(end);
  EXPECT_EQ(listener.disconnected, 1);
  EXPECT_EQ(socket.disconnected, 0);
  rooms_.AttachListeners({});
  Apply(event);
  EXPECT_EQ(socket.delivered, 2);
}

TEST_F(LoopRoomsTest, OperationsOfAnUnknownNamespaceAreIgnored) {
  FakeSocket a("a", rooms_, table_);
  Operation operation;
  operation.set_namespace_("/other");
  operation.mutable_broadcast()->set_data_json("[\"e\"]");
  Apply(operation);
  EXPECT_EQ(a.delivered, 0);
}

}  // namespace
}  // namespace sail::gateway
