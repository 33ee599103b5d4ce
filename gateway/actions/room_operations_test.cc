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

const RoomRequester kRequester{.nsp = "/", .socket_id = "me"};

void AddEmit(ActionResponse* response, const std::string& event, bool to_requester,
             const std::string& args = "") {
  auto* emit = response->add_room_operations()->mutable_emit();
  emit->set_event(event);
  emit->set_args_json(args);
  emit->set_to_requester(to_requester);
}

TEST(SplitRoomOperations, TheRequestersOwnOperationsAreNotPublished) {
  ActionResponse response;
  AddJoin(&response, "a");
  AddLeave(&response, "b");
  AddEmit(&response, "hello", true);
  response.add_room_operations()->mutable_disconnect()->set_requester(true);
  const RoomOperations split = SplitRoomOperations(response, kRequester);
  ASSERT_EQ(split.own.size(), 4u);
  EXPECT_THAT(ToVector(split.own[0].join().rooms()), ElementsAre("a"));
  EXPECT_THAT(ToVector(split.own[1].leave().rooms()), ElementsAre("b"));
  EXPECT_TRUE(split.own[2].has_emit());
  EXPECT_TRUE(split.own[3].has_disconnect());
  EXPECT_THAT(split.publish, IsEmpty());
}

TEST(OwnRoomsOf, OfTheSameRoomTheLaterOperationCounts) {
  ActionResponse response;
  AddJoin(&response, "a");
  AddLeave(&response, "a");
  AddLeave(&response, "b");
  AddJoin(&response, "b");
  const OwnRooms rooms = OwnRoomsOf(SplitRoomOperations(response, kRequester).own);
  EXPECT_THAT(rooms.join, ElementsAre("b"));
  EXPECT_THAT(rooms.leave, ElementsAre("a", "b"));
}

TEST(SplitRoomOperations, BehindWhatConcernsOthersTheRequestersOwnTravelToo) {
  ActionResponse response;
  AddJoin(&response, "a");
  response.add_room_operations()->mutable_broadcast()->set_event("bye");
  AddLeave(&response, "a");
  AddJoin(&response, "b");
  AddEmit(&response, "left", true, R"([1, "x"])");
  response.add_room_operations()->mutable_disconnect()->set_requester(true);
  const RoomOperations split = SplitRoomOperations(response, kRequester);
  ASSERT_EQ(split.own.size(), 1u);
  ASSERT_EQ(split.publish.size(), 5u);
  EXPECT_THAT(ToVector(split.publish[1].remove_members().source_rooms()), ElementsAre("me"));
  EXPECT_THAT(ToVector(split.publish[1].remove_members().target_rooms()), ElementsAre("a"));
  EXPECT_THAT(ToVector(split.publish[2].add_members().source_rooms()), ElementsAre("me"));
  EXPECT_THAT(ToVector(split.publish[3].broadcast().rooms()), ElementsAre("me"));
  EXPECT_EQ(split.publish[3].broadcast().data_json(), R"(["left",1, "x"])");
  EXPECT_THAT(ToVector(split.publish[4].disconnect().rooms()), ElementsAre("me"));
}

TEST(SplitRoomOperations, WithoutARequesterItsOperationsAreNone) {
  ActionResponse response;
  AddJoin(&response, "a");
  AddEmit(&response, "hello", true);
  AddEmit(&response, "all", false);
  AddEmit(&response, "hello", true);
  const RoomOperations split = SplitRoomOperations(response, {});
  EXPECT_THAT(split.own, IsEmpty());
  ASSERT_EQ(split.publish.size(), 1u);
  EXPECT_EQ(split.publish[0].broadcast().data_json(), R"(["all"])");
}

TEST(SplitRoomOperations, AnotherNamespaceHasNoRequester) {
  ActionResponse response;
  AddJoin(&response, "a");
  AddEmit(&response, "news", false);
  response.mutable_room_operations(0)->set_namespace_("/chat");
  response.mutable_room_operations(1)->set_namespace_("/chat");
  const RoomOperations split = SplitRoomOperations(response, kRequester);
  EXPECT_THAT(split.own, IsEmpty());
  ASSERT_EQ(split.publish.size(), 1u);
  EXPECT_EQ(split.publish[0].namespace_(), "/chat");
}

TEST(SplitRoomOperations, AnEmitIsOneEventForAllRooms) {
  ActionResponse response;
  auto* emit = response.add_room_operations()->mutable_emit();
  emit->set_event("e");
  emit->set_args_json(R"([{"_placeholder":true,"num":0},2])");
  emit->add_attachments("bytes");
  emit->add_rooms("a");
  emit->add_rooms("b");
  emit->add_except_rooms("me");
  emit->set_volatile_(true);
  const RoomOperations split = SplitRoomOperations(response, kRequester);
  ASSERT_EQ(split.publish.size(), 1u);
  const auto& sent = split.publish[0].broadcast();
  EXPECT_THAT(ToVector(sent.rooms()), ElementsAre("a", "b"));
  EXPECT_THAT(ToVector(sent.except_rooms()), ElementsAre("me"));
  EXPECT_EQ(sent.data_json(), R"(["e",{"_placeholder":true,"num":0},2])");
  EXPECT_EQ(sent.attachments(0), "bytes");
  EXPECT_TRUE(sent.volatile_());
}

TEST(SplitRoomOperations, WhereThereIsAHistoryEventsToTheRequesterGoThroughIt) {
  ActionResponse response;
  AddEmit(&response, "now", true);
  response.mutable_room_operations(0)->mutable_emit()->set_volatile_(true);
  AddEmit(&response, "kept", true, "[ ]");
  RoomRequester requester = kRequester;
  requester.publish_emits = true;
  const RoomOperations split = SplitRoomOperations(response, requester);
  EXPECT_EQ(split.own.size(), 1u);
  ASSERT_EQ(split.publish.size(), 1u);
  EXPECT_THAT(ToVector(split.publish[0].broadcast().rooms()), ElementsAre("me"));
  EXPECT_EQ(split.publish[0].broadcast().data_json(), R"(["kept"])");
}

TEST(SplitRoomOperations, AnotherSocketIsTheMemberOfTheRoomOfItsId) {
  ActionResponse response;
  AddJoin(&response, "a", "socket1");
  AddLeave(&response, "b", "socket2");
  const RoomOperations split = SplitRoomOperations(response, {.nsp = "/chat", .socket_id = "me"});
  EXPECT_THAT(split.own, IsEmpty());
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
  const RoomOperations split = SplitRoomOperations(response, kRequester);
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
  const RoomOperations split = SplitRoomOperations(response, kRequester);
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
  const RoomOperations split = SplitRoomOperations(response, kRequester);
  ASSERT_EQ(split.publish.size(), 3u);
  EXPECT_THAT(ToVector(split.publish[0].add_members().target_rooms()), ElementsAre("to"));
  EXPECT_THAT(ToVector(split.publish[1].remove_members().source_rooms()), ElementsAre("from"));
  EXPECT_EQ(split.publish[2].leave_all().room(), "from");
}

TEST(SplitRoomOperations, AnEmptyOperationIsNone) {
  ActionResponse response;
  response.add_room_operations();
  const RoomOperations split = SplitRoomOperations(response, kRequester);
  EXPECT_THAT(split.publish, IsEmpty());
}

}  // namespace
}  // namespace sail::gateway
