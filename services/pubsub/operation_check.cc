#include "services/pubsub/operation_check.h"

#include "services/pubsub/msgpack_json.h"

namespace sail::pubsub {
namespace {

using Strings = google::protobuf::RepeatedPtrField<std::string>;

absl::Status Invalid(const char* what) { return absl::InvalidArgumentError(what); }

absl::Status CheckRooms(const std::string& ns, const Strings& rooms) {
  for (const std::string& room : rooms) {
    if (room.empty()) return Invalid("a room's name is empty");
    if (absl::Status status = CheckRoom(ns, room); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckRooms(const std::string& ns, const Strings& rooms, const Strings& more) {
  absl::Status status = CheckRooms(ns, rooms);
  return status.ok() ? CheckRooms(ns, more) : status;
}

absl::Status CheckMove(const std::string& ns, const v1::MoveMembers& move) {
  if (move.target_rooms().empty()) return Invalid("no target rooms");
  if (absl::Status status = CheckRooms(ns, move.except_rooms()); !status.ok()) return status;
  return CheckRooms(ns, move.source_rooms(), move.target_rooms());
}

}  // namespace

absl::Status CheckRoom(std::string_view ns, std::string_view room) {
  if (!ns.starts_with('/')) return Invalid("a namespace begins with /");
  if (ns.find('#') != std::string_view::npos) return Invalid("a namespace has no #");
  if (ns.size() > kMaxNamespace) return Invalid("a namespace's name is longer than 256 bytes");
  if (room.size() > kMaxRoom) return Invalid("a room's name is longer than 1024 bytes");
  return absl::OkStatus();
}

absl::Status CheckOperation(const v1::Operation& operation) {
  const std::string ns = NamespaceOf(operation.namespace_());
  if (absl::Status status = CheckRoom(ns, ""); !status.ok()) return status;
  if (operation.dedup_id().size() > kMaxDedupId) return Invalid("dedup_id is longer than 128 bytes");
  switch (operation.operation_case()) {
    case v1::Operation::kBroadcast:
      if (static_cast<size_t>(operation.broadcast().attachments_size()) > kMaxAttachments) {
        return Invalid("more than 10 attachments");
      }
      return CheckRooms(ns, operation.broadcast().rooms(), operation.broadcast().except_rooms());
    case v1::Operation::kAddMembers:
      return CheckMove(ns, operation.add_members());
    case v1::Operation::kRemoveMembers:
      return CheckMove(ns, operation.remove_members());
    case v1::Operation::kDisconnect:
      return CheckRooms(ns, operation.disconnect().rooms(), operation.disconnect().except_rooms());
    case v1::Operation::kLeaveAll:
      if (operation.leave_all().room().empty()) return Invalid("a room's name is empty");
      return CheckRoom(ns, operation.leave_all().room());
    case v1::Operation::kEvictGhost:
    case v1::Operation::OPERATION_NOT_SET:
      break;
  }
  return Invalid("an operation without content, or one that this service does not know");
}

}  // namespace sail::pubsub
