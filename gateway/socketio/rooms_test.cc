#include "gateway/socketio/rooms.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace sail::gateway::socketio {
namespace {

using Strings = std::vector<std::string>;

class FakeMember : public RoomMember {
 public:
  explicit FakeMember(std::string name) : name(std::move(name)) {}
  void Deliver(const EncodedPacket& packet, bool is_volatile) override {
    ++delivered;
    last_volatile = is_volatile;
    last_frame = packet.text.frame().get();
  }
  const std::string name;
  int delivered = 0;
  bool last_volatile = false;
  const std::string* last_frame = nullptr;
};

class RoomsTest : public ::testing::Test, public RoomObserver {
 protected:
  void OnRoomOpened(std::string_view nsp, std::string_view room) override {
    log.push_back("open " + std::string(nsp) + " " + std::string(room));
  }
  void OnRoomClosed(std::string_view nsp, std::string_view room) override {
    log.push_back("close " + std::string(nsp) + " " + std::string(room));
  }

  void SetUp() override {
    for (RoomMember* member : {&a, &b, &c}) table.Add(member);
  }
  void TearDown() override {
    for (RoomMember* member : {&a, &b, &c}) table.Remove(member);
  }

  // Who gets a broadcast, in order of name; "a2" if somebody got it twice.
  std::string Reach(const RoomSelection& to) {
    for (FakeMember* member : {&a, &b, &c}) member->delivered = 0;
    const size_t count = table.Broadcast(to, packet);
    std::string names;
    size_t sum = 0;
    for (FakeMember* member : {&a, &b, &c}) {
      if (member->delivered > 0) names += member->name;
      if (member->delivered > 1) names += std::to_string(member->delivered);
      sum += static_cast<size_t>(member->delivered);
    }
    EXPECT_EQ(count, sum);
    EXPECT_EQ(table.Members(to).size(), sum);
    return names;
  }

  FakeMember a{"a"}, b{"b"}, c{"c"};
  Strings log;
  RoomTable table{"/", this};
  EncodedPacket packet = EncodeEvent("/", R"(["ev"])");
};

TEST_F(RoomsTest, BroadcastReachesTheMembersOfTheRoom) {
  table.Join(&a, "r1");
  table.Join(&b, "r1");
  EXPECT_EQ(Reach({{"r1"}, {}}), "ab");
  EXPECT_EQ(Reach({{"r2"}, {}}), "");
}

TEST_F(RoomsTest, BroadcastWithoutRoomsReachesAll) { EXPECT_EQ(Reach({}), "abc"); }

TEST_F(RoomsTest, UnionReachesEachOnce) {
  table.Join(&a, "r1");
  table.Join(&a, "r2");
  table.Join(&b, "r2");
  EXPECT_EQ(Reach({{"r1", "r2"}, {}}), "ab");
  EXPECT_EQ(Reach({{"r2", "r2", "nobody"}, {}}), "ab");
}

TEST_F(RoomsTest, ExceptTakesAwayMembersOfRooms) {
  table.Join(&a, "r1");
  table.Join(&b, "r1");
  table.Join(&a, "a-id");
  table.Join(&c, "c-id");
  EXPECT_EQ(Reach({{"r1"}, {"a-id"}}), "b");
  EXPECT_EQ(Reach({{}, {"a-id", "c-id"}}), "b");
  EXPECT_EQ(Reach({{"r1"}, {"r1"}}), "");
  EXPECT_EQ(Reach({{"r1"}, {"nobody"}}), "ab");
}

TEST_F(RoomsTest, AllShareOneFrame) {
  table.Broadcast({}, packet, true);
  EXPECT_EQ(a.last_frame, packet.text.frame().get());
  EXPECT_EQ(b.last_frame, a.last_frame);
  EXPECT_TRUE(a.last_volatile);
}

TEST_F(RoomsTest, FirstAndLastMemberAreObserved) {
  table.Join(&a, "r1");
  table.Join(&b, "r1");
  table.Join(&a, "r1");
  EXPECT_EQ(log, Strings{"open / r1"});
  table.Leave(&a, "r1");
  EXPECT_EQ(log.size(), 1u);
  table.Leave(&b, "r1");
  EXPECT_EQ(log, (Strings{"open / r1", "close / r1"}));
  table.Join(&c, "r1");
  EXPECT_EQ(log.back(), "open / r1");
}

TEST_F(RoomsTest, JoinAndLeaveSayWhetherAnythingChanged) {
  EXPECT_TRUE(table.Join(&a, "r1"));
  EXPECT_FALSE(table.Join(&a, "r1"));
  EXPECT_TRUE(table.Leave(&a, "r1"));
  EXPECT_FALSE(table.Leave(&a, "r1"));
  EXPECT_FALSE(table.Leave(&b, "r2"));
  FakeMember stranger("s");
  EXPECT_FALSE(table.Join(&stranger, "r1"));
  EXPECT_EQ(table.room_count(), 0u);
}

TEST_F(RoomsTest, RemoveLeavesAllRoomsAndTheNamespace) {
  table.Join(&a, "r1");
  table.Join(&a, "r2");
  table.Join(&b, "r2");
  table.Remove(&a);
  EXPECT_EQ(table.RoomSize("r1"), 0u);
  EXPECT_EQ(table.RoomSize("r2"), 1u);
  EXPECT_EQ(Reach({}), "bc");
  table.Remove(&a);
  EXPECT_EQ(table.size(), 2u);
}

TEST_F(RoomsTest, LeaveAllButKeepsOneRoom) {
  for (const char* room : {"a-id", "r1", "r2", "r3"}) table.Join(&a, room);
  table.LeaveAllBut(&a, "a-id");
  EXPECT_EQ(table.RoomsOf(a), Strings{"a-id"});
  table.LeaveAllBut(&b, "b-id");
  EXPECT_EQ(table.RoomsOf(b), Strings{});
}

TEST_F(RoomsTest, MembershipIsTold) {
  table.Join(&a, "r2");
  table.Join(&a, "r1");
  EXPECT_EQ(table.RoomsOf(a), (Strings{"r1", "r2"}));
  EXPECT_TRUE(table.IsIn(a, "r1"));
  EXPECT_FALSE(table.IsIn(b, "r1"));
  EXPECT_FALSE(table.IsIn(a, "r3"));
}

TEST(RoomsRandomTest, AgreesWithSetsWhateverIsDone) {
  std::mt19937 random(11);
  RoomTable table("/", nullptr);
  std::vector<std::unique_ptr<FakeMember>> members;
  for (int i = 0; i < 30; ++i) {
    members.push_back(std::make_unique<FakeMember>(std::to_string(i)));
    table.Add(members.back().get());
  }
  std::map<std::string, std::set<RoomMember*>> model;
  std::set<RoomMember*> present;
  for (const auto& member : members) present.insert(member.get());
  const auto room = [&] { return "room" + std::to_string(random() % 12); };
  const auto leave_all = [&](RoomMember* member, const std::string& but) {
    for (auto it = model.begin(); it != model.end();) {
      if (it->first != but) it->second.erase(member);
      it = it->second.empty() ? model.erase(it) : std::next(it);
    }
  };
  const EncodedPacket packet = EncodeEvent("/", R"(["ev"])");
  for (int step = 0; step < 20000; ++step) {
    RoomMember* const member = members[random() % members.size()].get();
    const std::string name = room();
    switch (random() % 12) {
      case 0:
        table.Remove(member);
        present.erase(member);
        leave_all(member, "");
        break;
      case 1:
        table.Add(member);
        present.insert(member);
        break;
      case 2:
        table.LeaveAllBut(member, name);
        leave_all(member, name);
        break;
      case 3:
      case 4:
        table.Leave(member, name);
        if (const auto it = model.find(name); it != model.end()) {
          it->second.erase(member);
          if (it->second.empty()) model.erase(it);
        }
        break;
      default:
        table.Join(member, name);
        if (present.contains(member)) model[name].insert(member);
    }
    const std::string rooms[] = {room(), room(), room()};
    RoomSelection selection;
    for (size_t i = random() % 4; i > 0; --i) selection.rooms.push_back(rooms[i - 1]);
    const std::string excepts[] = {room(), room()};
    for (size_t i = random() % 3; i > 0; --i) selection.except.push_back(excepts[i - 1]);
    std::set<RoomMember*> expected = selection.rooms.empty() ? present : std::set<RoomMember*>();
    for (const std::string_view r : selection.rooms) {
      if (const auto it = model.find(std::string(r)); it != model.end())
        expected.insert(it->second.begin(), it->second.end());
    }
    for (const std::string_view r : selection.except) {
      if (const auto it = model.find(std::string(r)); it != model.end()) {
        for (RoomMember* gone : it->second) expected.erase(gone);
      }
    }
    std::vector<RoomMember*> selected = table.Members(selection);
    std::sort(selected.begin(), selected.end());
    ASSERT_EQ(selected, std::vector<RoomMember*>(expected.begin(), expected.end())) << step;
    ASSERT_EQ(table.room_count(), model.size());
    ASSERT_EQ(table.size(), present.size());
  }
  for (const auto& member : members) table.Remove(member.get());
  EXPECT_EQ(table.room_count(), 0u);
}

}  // namespace
}  // namespace sail::gateway::socketio
