#include "gateway/actions/room_operations.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

using action::v1::ActionResponse;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> ToVector(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

void AddJoin(ActionResponse* response, const std::string& room, const std::string& socket = "") {
  auto* join = response->add_room_operations()->mutable_join();
  join->add_rooms(room);
  join->set_socket_id(socket);
}

void AddLeave(ActionResponse* response, const std::string& room, const std::string& socket = "") {
  auto* leave = response->add_room_operations()->mutable_leave();
  leave->add_rooms(room);
  leave->set_socket_id(socket);
}

TEST(SplitRoomOperations, TheRequestersOwnRoomsAreNotPublished) {
  ActionResponse response;
  AddJoin(&response, "a");
  AddLeave(&response, "b");
  const RoomOperations split = SplitRoomOperations(response, "/");
  EXPECT_THAT(split.join, ElementsAre("a"));
  EXPECT_THAT(split.leave, ElementsAre("b"));
  EXPECT_THAT(split.publish, IsEmpty());
}

TEST(SplitRoomOperations, OfTheSameRoomTheLaterOperationCounts) {
  ActionResponse response;
  AddJoin(&response, "a");
  AddLeave(&response, "a");
  AddLeave(&response, "b");
  AddJoin(&response, "b");
  const RoomOperations split = SplitRoomOperations(response, "/");
  EXPECT_THAT(split.join, ElementsAre("b"));
  EXPECT_THAT(split.leave, ElementsAre("a"));
}

TEST(SplitRoomOperations, AnotherSocketIsTheMemberOfTheRoomOfItsId) {
  ActionResponse response;
  AddJoin(&response, "a", "socket1");
  AddLeave(&response, "b", "socket2");
  const RoomOperations split = SplitRoomOperations(response, "/chat");
  EXPECT_THAT(split.join, IsEmpty());
  ASSERT_EQ(split.publish.size(), 2u);
  EXPECT_EQ(split.publish[0].namespace_(), "/chat");
  EXPECT_THAT(ToVector(split.publish[0].add_members().source_rooms()), ElementsAre("socket1"));
  EXPECT_THAT(ToVector(split.publish[0].add_members().target_rooms()), ElementsAre("a"));
  EXPECT_THAT(ToVector(split.publish[1].remove_members().source_rooms()), ElementsAre("socket2"));
  EXPECT_THAT(ToVector(split.publish[1].remove_members().target_rooms()), ElementsAre("b"));
}

TEST(SplitRoomOperations, ABroadcastIsOneEventPerRoom) {
  ActionResponse response;
  auto* broadcast = response.add_room_operations()->mutable_broadcast();
  broadcast->add_rooms("a");
  broadcast->add_rooms("b");
  broadcast->set_event("say \"hi\"");
  broadcast->set_data_json(R"({"n":1})");
  broadcast->add_except_rooms("socket1");
  const RoomOperations split = SplitRoomOperations(response, "/");
  ASSERT_EQ(split.publish.size(), 2u);
  for (int i = 0; i < 2; ++i) {
    const auto& sent = split.publish[i].broadcast();
    EXPECT_THAT(ToVector(sent.rooms()), ElementsAre(i == 0 ? "a" : "b"));
    EXPECT_THAT(ToVector(sent.except_rooms()), ElementsAre("socket1"));
    EXPECT_EQ(sent.data_json(), R"(["say \"hi\"",{"n":1}])");
  }
}

TEST(SplitRoomOperations, ABroadcastWithoutRoomsIsForAllAndMayHaveNoData) {
  ActionResponse response;
  response.add_room_operations()->mutable_broadcast()->set_event("blasted");
  const RoomOperations split = SplitRoomOperations(response, "/");
  ASSERT_EQ(split.publish.size(), 1u);
  EXPECT_THAT(ToVector(split.publish[0].broadcast().rooms()), IsEmpty());
  EXPECT_EQ(split.publish[0].broadcast().data_json(), R"(["blasted"])");
}

TEST(SplitRoomOperations, MembersOfWholeRoomsMoveInTheCluster) {
  ActionResponse response;
  auto* add = response.add_room_operations()->mutable_add_members();
  add->add_source_rooms("from");
  add->add_target_rooms("to");
  *response.add_room_operations()->mutable_remove_members() = *add;
  response.add_room_operations()->mutable_leave_all()->set_room("from");
  const RoomOperations split = SplitRoomOperations(response, "/");
  ASSERT_EQ(split.publish.size(), 3u);
  EXPECT_THAT(ToVector(split.publish[0].add_members().target_rooms()), ElementsAre("to"));
  EXPECT_THAT(ToVector(split.publish[1].remove_members().source_rooms()), ElementsAre("from"));
  EXPECT_EQ(split.publish[2].leave_all().room(), "from");
}

TEST(SplitRoomOperations, AnEmptyOperationIsNone) {
  ActionResponse response;
  response.add_room_operations();
  const RoomOperations split = SplitRoomOperations(response, "/");
  EXPECT_THAT(split.publish, IsEmpty());
}

}  // namespace
}  // namespace sail::gateway
