#include "gateway/actions/room_operations.h"

#include <algorithm>

#include "platform/json/json_text.h"

namespace sail::gateway {
namespace {

using action::v1::ActionResponse;
using action::v1::BroadcastToRooms;
using action::v1::RoomOperation;
using pubsub::v1::Operation;

void Erase(std::vector<std::string>* rooms, const std::string& room) {
  rooms->erase(std::remove(rooms->begin(), rooms->end(), room), rooms->end());
}

Operation BroadcastOperation(const BroadcastToRooms& broadcast, const std::string& room,
                             const std::string& nsp) {
  Operation operation;
  operation.set_namespace_(nsp);
  auto* out = operation.mutable_broadcast();
  if (!room.empty()) out->add_rooms(room);
  *out->mutable_except_rooms() = broadcast.except_rooms();
  std::string data = "[";
  platform::json::AppendJsonString(broadcast.event(), &data);
  if (!broadcast.data_json().empty()) data.append(",").append(broadcast.data_json());
  out->set_data_json(data + "]");
  return operation;
}

// Another socket's joining or leaving: it is the one member of the room of its id.
Operation MoveSocket(const std::string& socket_id,
                     const google::protobuf::RepeatedPtrField<std::string>& rooms, bool add,
                     const std::string& nsp) {
  Operation operation;
  operation.set_namespace_(nsp);
  auto* move = add ? operation.mutable_add_members() : operation.mutable_remove_members();
  move->add_source_rooms(socket_id);
  *move->mutable_target_rooms() = rooms;
  return operation;
}

}  // namespace

RoomOperations SplitRoomOperations(const ActionResponse& response, const std::string& nsp) {
  RoomOperations result;
  for (const RoomOperation& operation : response.room_operations()) {
    switch (operation.operation_case()) {
      case RoomOperation::kJoin:
        if (!operation.join().socket_id().empty()) {
          result.publish.push_back(
              MoveSocket(operation.join().socket_id(), operation.join().rooms(), true, nsp));
          break;
        }
        for (const std::string& room : operation.join().rooms()) {
          Erase(&result.leave, room);
          result.join.push_back(room);
        }
        break;
      case RoomOperation::kLeave:
        if (!operation.leave().socket_id().empty()) {
          result.publish.push_back(
              MoveSocket(operation.leave().socket_id(), operation.leave().rooms(), false, nsp));
          break;
        }
        for (const std::string& room : operation.leave().rooms()) {
          Erase(&result.join, room);
          result.leave.push_back(room);
        }
        break;
      case RoomOperation::kBroadcast:
        if (operation.broadcast().rooms().empty()) {
          result.publish.push_back(BroadcastOperation(operation.broadcast(), "", nsp));
        }
        for (const std::string& room : operation.broadcast().rooms()) {
          result.publish.push_back(BroadcastOperation(operation.broadcast(), room, nsp));
        }
        break;
      case RoomOperation::kAddMembers:
      case RoomOperation::kRemoveMembers: {
        const bool add = operation.operation_case() == RoomOperation::kAddMembers;
        const auto& members = add ? operation.add_members() : operation.remove_members();
        Operation move;
        move.set_namespace_(nsp);
        auto* out = add ? move.mutable_add_members() : move.mutable_remove_members();
        *out->mutable_source_rooms() = members.source_rooms();
        *out->mutable_target_rooms() = members.target_rooms();
        result.publish.push_back(std::move(move));
        break;
      }
      case RoomOperation::kLeaveAll: {
        Operation leave_all;
        leave_all.set_namespace_(nsp);
        leave_all.mutable_leave_all()->set_room(operation.leave_all().room());
        result.publish.push_back(std::move(leave_all));
        break;
      }
      case RoomOperation::OPERATION_NOT_SET:
        break;
    }
  }
  return result;
}

}  // namespace sail::gateway
