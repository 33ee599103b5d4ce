#include "gateway/realtime/loop_rooms.h"

#include <utility>

namespace sail::gateway {
namespace {

using pubsub::v1::Operation;
using socketio::RoomMember;
using socketio::RoomSelection;
using socketio::RoomTable;

std::vector<std::string_view> Views(const google::protobuf::RepeatedPtrField<std::string>& names) {
  return {names.begin(), names.end()};
}

void NoteChange(const SocketAccess& access, RoomMember* member) {
  if (access.membership_changed) access.membership_changed(member, nullptr);
}

void MoveMembers(const SocketAccess& access, RoomTable& table, const pubsub::v1::MoveMembers& move,
                 bool add) {
  for (RoomMember* member : table.Members({Views(move.source_rooms()), Views(move.except_rooms())})) {
    for (const std::string& room : move.target_rooms()) {
      if (add) {
        table.Join(member, room);
      } else {
        table.Leave(member, room);
      }
    }
    NoteChange(access, member);
  }
}

void Disconnect(const SocketAccess& access, RoomTable& table,
                const pubsub::v1::DisconnectMembers& disconnect) {
  // One disconnect with close may take other members of the same connection along: so each is looked up anew.
  const RoomSelection selection{Views(disconnect.rooms()), Views(disconnect.except_rooms())};
  for (auto members = table.Members(selection); !members.empty(); members = table.Members(selection)) {
    access.disconnect(members.front(), disconnect.close());
  }
}

void LeaveAll(const SocketAccess& access, RoomTable& table, const std::string& room) {
  for (RoomMember* member : table.Members({{room}, {}})) {
    table.LeaveAllBut(member, access.id(member));
    NoteChange(access, member);
  }
}

void Evict(const SocketAccess& access, RoomTable& table, const pubsub::v1::EvictGhost& evict) {
  if (!access.evict) return;
  for (RoomMember* member : table.Members({{evict.socket_id()}, {}}))
    access.evict(member, evict.generation());
}

}  // namespace

void LoopRooms::AddNamespace(const std::string& nsp) {
  link_.AddInterest({RoomKey{nsp, ""}}, [](absl::Status) {});
}

void LoopRooms::Join(RoomMember* member, const std::string& nsp, const std::vector<std::string>& rooms,
                     std::function<void(absl::Status)> done) {
  JoinTable(*access_.find_rooms(nsp), member, nsp, rooms,
            [this, member, done = std::move(done)](absl::Status status) mutable {
              if (!status.ok()) return done(std::move(status));
              Store(member, std::move(done));
            });
}

void LoopRooms::Store(RoomMember* member, std::function<void(absl::Status)> done) {
  if (access_.membership_changed) {
    access_.membership_changed(member, std::move(done));
  } else {
    done(absl::OkStatus());
  }
}

void LoopRooms::JoinTable(RoomTable& table, RoomMember* member, const std::string& nsp,
                          const std::vector<std::string>& rooms, std::function<void(absl::Status)> done) {
  std::vector<RoomKey> awaited;
  for (const std::string& room : rooms) {
    const size_t opened_before = opened_.size();
    table.Join(member, room);
    // Somebody else's joining may still be under way: what it waits for, this one waits for too.
    if (opened_.size() == opened_before && unconfirmed_.contains(RoomKey{nsp, room}))
      awaited.push_back({nsp, room});
  }
  if (awaited.empty()) {
    StateInterest(std::move(done));
    return;
  }
  StateInterest([this, awaited, done = std::move(done)](absl::Status) mutable {
    link_.AddInterest(awaited, [this, awaited, done = std::move(done)](absl::Status status) {
      link_.RemoveInterest(awaited);
      loop_.Post([done, status] { done(status); });
    });
  });
}

std::vector<std::string> LoopRooms::RoomsOf(const socketio::RoomMember& member,
                                            const std::string& nsp) const {
  const socketio::RoomTable* table = access_.find_rooms(nsp);
  return table == nullptr ? std::vector<std::string>() : table->RoomsOf(member);
}

void LoopRooms::Leave(RoomMember* member, const std::string& nsp, const std::vector<std::string>& rooms) {
  RoomTable& table = *access_.find_rooms(nsp);
  for (const std::string& room : rooms) table.Leave(member, room);
  NoteChange(access_, member);
}

void LoopRooms::OnRoomOpened(std::string_view nsp, std::string_view room) {
  opened_.push_back({std::string(nsp), std::string(room)});
  PostStatement();
}

void LoopRooms::OnRoomClosed(std::string_view nsp, std::string_view room) {
  closed_.push_back({std::string(nsp), std::string(room)});
  PostStatement();
}

void LoopRooms::PostStatement() {
  if (std::exchange(statement_posted_, true)) return;
  loop_.Post([this] {
    statement_posted_ = false;
    StateInterest([](absl::Status) {});
  });
}

void LoopRooms::StateInterest(std::function<void(absl::Status)> done) {
  std::vector<RoomKey> opened = std::exchange(opened_, {});
  std::vector<RoomKey> closed = std::exchange(closed_, {});
  if (opened.empty()) {
    done(absl::OkStatus());
  } else {
    for (const RoomKey& key : opened) ++unconfirmed_[key];
    link_.AddInterest(opened, [this, opened, done = std::move(done)](absl::Status status) {
      loop_.Post([this, opened, done, status] {
        for (const RoomKey& key : opened) {
          const auto found = unconfirmed_.find(key);
          if (--found->second == 0) unconfirmed_.erase(found);
        }
        done(status);
      });
    });
  }
  // Behind the additions: a room that closed and opened again within the turn stays wanted throughout.
  if (!closed.empty()) link_.RemoveInterest(std::move(closed));
}

void LoopRooms::Apply(LoopOperation delivery) {
  const uint64_t seq = delivery.operation->seq();
  if (delivery.packet.has_value()) {
    delivery.packet->seq = seq;
    delivery.packet->offset = seq == 0 ? position_ : seq;
  }
  ApplyTo(access_, delivery);
  if (listeners_.find_rooms != nullptr) ApplyTo(listeners_, delivery);
  ReachPosition(seq);
}

void LoopRooms::ApplyTo(const SocketAccess& access, const LoopOperation& delivery) {
  const Operation& operation = *delivery.operation;
  RoomTable* const found = access.find_rooms(operation.namespace_().empty() ? "/" : operation.namespace_());
  if (found == nullptr) return;
  RoomTable& table = *found;
  switch (operation.operation_case()) {
    case Operation::kBroadcast: {
      const auto& broadcast = operation.broadcast();
      table.Broadcast({Views(broadcast.rooms()), Views(broadcast.except_rooms())}, *delivery.packet,
                      broadcast.volatile_());
      break;
    }
    case Operation::kAddMembers:
      MoveMembers(access, table, operation.add_members(), true);
      break;
    case Operation::kRemoveMembers:
      MoveMembers(access, table, operation.remove_members(), false);
      break;
    case Operation::kDisconnect:
      Disconnect(access, table, operation.disconnect());
      break;
    case Operation::kLeaveAll:
      LeaveAll(access, table, operation.leave_all().room());
      break;
    case Operation::kEvictGhost:
      Evict(access, table, operation.evict_ghost());
      break;
    case Operation::OPERATION_NOT_SET:
      break;
  }
}

}  // namespace sail::gateway
