#include <cmath>

#include "tests/interop/actions_cc/actions.h"

namespace sail::interop {
namespace {

using action::v1::BroadcastToRooms;
using action::v1::MoveMembers;

void Ok(Context& context) { context.Json(R"({"ok":true})"); }
void Done(Context& context) { context.Json(R"({"err":null})"); }

std::string RoomOfUser(double id) { return "sails_model_user_" + NumberText(id) + ":user"; }

double IdParam(const Context& context) {
  return ToNumber(context.Param("id").value_or("null")).value_or(std::nan(""));
}

// Param socket, or the requesting one (an empty id), joins or leaves param room.
template <typename Membership>
void SetMembership(Context& context, Membership* membership) {
  membership->set_socket_id(ToText(context.Param("socket").value_or("")));
  for (const std::string& room : context.Names("room")) membership->add_rooms(room);
  Done(context);
}

// An error as Sails' actions answer it; true if there was one.
bool RefusesMembership(Context& context) {
  std::string error;
  if (!context.Param("room")) error = "Error: Missing room.";
  if (!context.is_socket() && !context.HasTruthy("socket")) error = "Error: Only a socket can be in a room.";
  if (!error.empty()) context.Json(ToObject({{"err", Quoted(error)}}));
  return !error.empty();
}

void Join(Context& context) {
  if (!RefusesMembership(context)) SetMembership(context, context.AddRoomOperation().mutable_join());
}

void Leave(Context& context) {
  if (!RefusesMembership(context)) SetMembership(context, context.AddRoomOperation().mutable_leave());
}

void LeaveAll(Context& context) {
  context.AddRoomOperation().mutable_leave_all()->set_room(ToText(context.Param("room").value_or("")));
  Done(context);
}

void FillMove(Context& context, MoveMembers* move) {
  for (const std::string& room : context.Names("source")) move->add_source_rooms(room);
  for (const std::string& room : context.Names("dest")) move->add_target_rooms(room);
  Done(context);
}

void Add(Context& context) { FillMove(context, context.AddRoomOperation().mutable_add_members()); }
void Remove(Context& context) { FillMove(context, context.AddRoomOperation().mutable_remove_members()); }

BroadcastToRooms& AddBroadcast(Context& context, const std::string& event, const std::string& data) {
  auto* broadcast = context.AddRoomOperation().mutable_broadcast();
  broadcast->set_event(event);
  broadcast->set_data_json(data);
  return *broadcast;
}

void OmitRequester(Context& context, BroadcastToRooms* broadcast) {
  if (context.is_socket() && context.HasTruthy("omit")) {
    broadcast->add_except_rooms(context.request().socket().id());
  }
}

std::string EventParam(const Context& context, const char* otherwise) {
  return context.HasTruthy("event") ? ToText(*context.Param("event")) : otherwise;
}

std::string DataParam(const Context& context) { return context.Param("data").value_or("null"); }

void Broadcast(Context& context) {
  auto& broadcast = AddBroadcast(context, EventParam(context, "msg"), DataParam(context));
  for (const std::string& room : context.Names("room")) broadcast.add_rooms(room);
  OmitRequester(context, &broadcast);
  Ok(context);
}

// Sails does not leave the requester out here, though it is asked to.
void BroadcastMessage(Context& context) {
  auto& broadcast = AddBroadcast(context, "message", ToObject({{"d", DataParam(context)}}));
  for (const std::string& room : context.Names("room")) broadcast.add_rooms(room);
  Ok(context);
}

void Blast(Context& context) {
  OmitRequester(context, &AddBroadcast(context, EventParam(context, "blasted"), DataParam(context)));
  Ok(context);
}

void BlastMessage(Context& context) {
  AddBroadcast(context, "message", ToObject({{"d", DataParam(context)}}));
  Ok(context);
}

void Id(Context& context) {
  const std::string id = context.is_socket() ? Quoted(context.request().socket().id()) : "null";
  context.Json(ToObject({{"id", id}}));
}

void Rooms(Context& context) {
  std::string rooms = "[";
  for (const std::string& room : context.request().socket().rooms()) {
    rooms.append(rooms.size() > 1 ? "," : "").append(Quoted(room));
  }
  context.Json(ToObject({{"rooms", context.is_socket() ? rooms + "]" : "null"}}));
}

void Subscribe(Context& context) {
  if (!context.is_socket()) return context.Text("Internal Server Error", 500);
  context.AddRoomOperation().mutable_join()->add_rooms(RoomOfUser(IdParam(context)));
  Ok(context);
}

void Unsubscribe(Context& context) {
  if (!context.is_socket()) return context.Text("Internal Server Error", 500);
  context.AddRoomOperation().mutable_leave()->add_rooms(RoomOfUser(IdParam(context)));
  Ok(context);
}

void Publish(Context& context) {
  auto& broadcast = AddBroadcast(context, "user", ToObject({{"custom", DataParam(context)}}));
  broadcast.add_rooms(RoomOfUser(IdParam(context)));
  OmitRequester(context, &broadcast);
  Ok(context);
}

}  // namespace

void AddRoomActions(Actions* actions) {
  actions->insert({
      {"room/add", Add},
      {"room/blast", Blast},
      {"room/blast2", BlastMessage},
      {"room/broadcast", Broadcast},
      {"room/broadcast2", BroadcastMessage},
      {"room/id", Id},
      {"room/join", Join},
      {"room/leave", Leave},
      {"room/leaveall", LeaveAll},
      {"room/pub", Publish},
      {"room/rem", Remove},
      {"room/roomname",
       [](Context& context) {
         context.Json(ToObject({{"room", Quoted(RoomOfUser(7))}}));
       }},
      {"room/rooms", Rooms},
      {"room/sub", Subscribe},
      {"room/unsub", Unsubscribe},
  });
}

}  // namespace sail::interop
