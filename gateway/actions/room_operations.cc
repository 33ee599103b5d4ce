#include "gateway/actions/room_operations.h"

#include <utility>

#include "platform/json/json_text.h"

namespace sail::gateway {
namespace {

using action::v1::RoomOperation;
using pubsub::v1::Operation;
using Names = google::protobuf::RepeatedPtrField<std::string>;

// Whether it is about the requesting socket alone.
bool IsOwn(const RoomOperation& operation) {
  switch (operation.operation_case()) {
    case RoomOperation::kJoin:
      return operation.join().socket_id().empty();
    case RoomOperation::kLeave:
      return operation.leave().socket_id().empty();
    case RoomOperation::kEmit:
      return operation.emit().to_requester();
    case RoomOperation::kDisconnect:
      return operation.disconnect().requester();
    default:
      return false;
  }
}

bool IsRecoverable(const RoomOperation& operation) {
  return operation.has_emit() && !operation.emit().volatile_();
}

class Publishing {
 public:
  Publishing(const RoomRequester& requester, std::vector<Operation>* out)
      : requester_(requester), out_(*out) {}

  void Add(const RoomOperation& operation) {
    nsp_ = operation.namespace_().empty() ? requester_.nsp : operation.namespace_();
    switch (operation.operation_case()) {
      case RoomOperation::kJoin:
        return MoveSocket(operation.join().socket_id(), operation.join().rooms(), true);
      case RoomOperation::kLeave:
        return MoveSocket(operation.leave().socket_id(), operation.leave().rooms(), false);
      case RoomOperation::kBroadcast:
        return AddBroadcasts(operation.broadcast());
      case RoomOperation::kAddMembers:
        return FillMove(operation.add_members(), New().mutable_add_members());
      case RoomOperation::kRemoveMembers:
        return FillMove(operation.remove_members(), New().mutable_remove_members());
      case RoomOperation::kLeaveAll:
        return New().mutable_leave_all()->set_room(operation.leave_all().room());
      case RoomOperation::kEmit:
        return AddEmit(operation.emit());
      case RoomOperation::kDisconnect:
        return AddDisconnect(operation.disconnect());
      case RoomOperation::OPERATION_NOT_SET:
        return;
    }
  }

 private:
  Operation& New() {
    Operation& operation = out_.emplace_back();
    operation.set_namespace_(nsp_);
    return operation;
  }

  // A socket is the one member of the room of its id.
  void MoveSocket(const std::string& socket_id, const Names& rooms, bool add) {
    Operation& operation = New();
    auto* move = add ? operation.mutable_add_members() : operation.mutable_remove_members();
    move->add_source_rooms(socket_id.empty() ? requester_.socket_id : socket_id);
    *move->mutable_target_rooms() = rooms;
  }

  static void FillMove(const action::v1::MoveMembers& members, pubsub::v1::MoveMembers* move) {
    *move->mutable_source_rooms() = members.source_rooms();
    *move->mutable_target_rooms() = members.target_rooms();
  }

  void AddBroadcasts(const action::v1::BroadcastToRooms& broadcast) {
    std::string data = "[";
    platform::json::AppendJsonString(broadcast.event(), &data);
    if (!broadcast.data_json().empty()) data.append(",").append(broadcast.data_json());
    data += ']';
    const int count = broadcast.rooms().empty() ? 1 : broadcast.rooms_size();
    for (int i = 0; i < count; ++i) {
      auto* out = New().mutable_broadcast();
      if (!broadcast.rooms().empty()) out->add_rooms(broadcast.rooms(i));
      *out->mutable_except_rooms() = broadcast.except_rooms();
      out->set_data_json(data);
    }
  }

  void AddEmit(const action::v1::EmitEvent& emit) {
    auto* out = New().mutable_broadcast();
    if (emit.to_requester()) {
      out->add_rooms(requester_.socket_id);
    } else {
      *out->mutable_rooms() = emit.rooms();
      *out->mutable_except_rooms() = emit.except_rooms();
    }
    out->set_data_json(EventPayloadOf(emit));
    *out->mutable_attachments() = emit.attachments();
    out->set_volatile_(emit.volatile_());
  }

  void AddDisconnect(const action::v1::DisconnectSockets& disconnect) {
    auto* out = New().mutable_disconnect();
    if (disconnect.requester()) {
      out->add_rooms(requester_.socket_id);
    } else {
      *out->mutable_rooms() = disconnect.rooms();
      *out->mutable_except_rooms() = disconnect.except_rooms();
    }
    out->set_close(disconnect.close());
  }

  const RoomRequester& requester_;
  std::vector<Operation>& out_;
  std::string nsp_;
};

}  // namespace

std::string EventPayloadOf(const action::v1::EmitEvent& emit) {
  std::string payload = "[";
  platform::json::AppendJsonString(emit.event(), &payload);
  std::string_view args = emit.args_json();
  constexpr std::string_view kSpace = " \t\r\n";
  if (!args.empty()) {
    args.remove_prefix(args.find('[') + 1);
    args = args.substr(0, args.rfind(']'));
    if (args.find_first_not_of(kSpace) != std::string_view::npos) payload.append(",").append(args);
  }
  return payload + "]";
}

OwnRooms OwnRoomsOf(const std::vector<RoomOperation>& own) {
  OwnRooms rooms;
  for (const RoomOperation& operation : own) {
    for (const std::string& room : operation.join().rooms()) rooms.join.push_back(room);
    for (const std::string& room : operation.leave().rooms()) {
      std::erase(rooms.join, room);
      rooms.leave.push_back(room);
    }
  }
  return rooms;
}

RoomOperations SplitRoomOperations(const action::v1::ActionResponse& response,
                                   const RoomRequester& requester) {
  RoomOperations result;
  Publishing publishing(requester, &result.publish);
  for (const RoomOperation& operation : response.room_operations()) {
    const bool own = IsOwn(operation);
    // Nobody asks there.
    const bool elsewhere = !operation.namespace_().empty() && operation.namespace_() != requester.nsp;
    if (own && (requester.socket_id.empty() || elsewhere)) continue;
    const bool at_once = result.publish.empty() && !(requester.publish_emits && IsRecoverable(operation));
    if (own && at_once) {
      result.own.push_back(operation);
    } else {
      publishing.Add(operation);
    }
  }
  return result;
}

}  // namespace sail::gateway
