#include "gateway/socketio/rooms.h"

#include <algorithm>
#include <utility>

namespace sail::gateway::socketio {

struct RoomMember::Room {
  explicit Room(std::string_view name) : name(name) {}
  const std::string name;
  std::vector<RoomMember*> members;
};

RoomTable::RoomTable(std::string nsp, RoomObserver* observer, const RoomLimits* limits)
    : nsp_(std::move(nsp)), observer_(observer), limits_(limits) {}

RoomTable::~RoomTable() = default;

void RoomTable::Add(RoomMember* member) {
  if (member->place_ != RoomMember::kNowhere) return;
  member->place_ = static_cast<uint32_t>(members_.size());
  members_.push_back(member);
}

void RoomTable::Remove(RoomMember* member) {
  if (member->place_ == RoomMember::kNowhere) return;
  while (!member->rooms_.empty()) {
    const auto [room, place] = *member->rooms_.begin();
    LeaveRoom(member, room, place);
  }
  RoomMember* const last = members_.back();
  members_[member->place_] = last;
  last->place_ = member->place_;
  members_.pop_back();
  member->place_ = RoomMember::kNowhere;
}

bool RoomTable::Join(RoomMember* member, std::string_view name) {
  if (member->place_ == RoomMember::kNowhere) return false;
  Room* room = Find(name);
  const bool opened = room == nullptr;
  if (limits_ != nullptr && member->rooms_.size() >= limits_->max_rooms) {
    if (opened || !member->rooms_.contains(room)) limits_->on_refused();
    return false;
  }
  if (opened) room = rooms_.emplace(name, std::make_unique<Room>(name)).first->second.get();
  if (!member->rooms_.emplace(room, static_cast<uint32_t>(room->members.size())).second) return false;
  room->members.push_back(member);
  if (opened && observer_ != nullptr) observer_->OnRoomOpened(nsp_, room->name);
  return true;
}

bool RoomTable::Leave(RoomMember* member, std::string_view name) {
  Room* const room = Find(name);
  if (room == nullptr) return false;
  const auto it = member->rooms_.find(room);
  if (it == member->rooms_.end()) return false;
  LeaveRoom(member, room, it->second);
  return true;
}

void RoomTable::LeaveAllBut(RoomMember* member, std::string_view kept_room) {
  std::vector<std::pair<Room*, uint32_t>> leaving;
  leaving.reserve(member->rooms_.size());
  for (const auto& entry : member->rooms_) {
    if (entry.first->name != kept_room) leaving.push_back(entry);
  }
  for (const auto& [room, place] : leaving) LeaveRoom(member, room, place);
}

// The room's last member takes the free place.
void RoomTable::LeaveRoom(RoomMember* member, Room* room, uint32_t place) {
  RoomMember* const last = room->members.back();
  room->members[place] = last;
  last->rooms_[room] = place;
  room->members.pop_back();
  member->rooms_.erase(room);
  if (!room->members.empty()) return;
  const auto node = rooms_.extract(rooms_.find(std::string_view(room->name)));
  if (observer_ != nullptr) observer_->OnRoomClosed(nsp_, node.key());
}

template <typename Visit>
void RoomTable::Select(const RoomSelection& selection, Visit visit) {
  // Without except rooms nobody can come up twice in one room, or in the list of all.
  if (selection.except.empty() && selection.rooms.size() <= 1) {
    const std::vector<RoomMember*>* members = &members_;
    if (selection.rooms.size() == 1) {
      const Room* const room = Find(selection.rooms[0]);
      if (room == nullptr) return;
      members = &room->members;
    }
    for (RoomMember* const member : *members) visit(member);
    return;
  }
  const uint64_t mark = ++selection_;
  for (const std::string_view name : selection.except) {
    if (const Room* const room = Find(name)) {
      for (RoomMember* const member : room->members) member->mark_ = mark;
    }
  }
  const auto visit_once = [&](RoomMember* member) {
    if (std::exchange(member->mark_, mark) != mark) visit(member);
  };
  if (selection.rooms.empty()) {
    std::for_each(members_.begin(), members_.end(), visit_once);
    return;
  }
  for (const std::string_view name : selection.rooms) {
    if (const Room* const room = Find(name))
      std::for_each(room->members.begin(), room->members.end(), visit_once);
  }
}

size_t RoomTable::Broadcast(const RoomSelection& to, const EncodedPacket& packet, bool is_volatile) {
  size_t count = 0;
  Select(to, [&](RoomMember* member) {
    member->Deliver(packet, is_volatile);
    ++count;
  });
  return count;
}

std::vector<RoomMember*> RoomTable::Members(const RoomSelection& selection) {
  std::vector<RoomMember*> members;
  Select(selection, [&](RoomMember* member) { members.push_back(member); });
  return members;
}

std::vector<std::string> RoomTable::RoomsOf(const RoomMember& member) const {
  std::vector<std::string> names;
  names.reserve(member.rooms_.size());
  for (const auto& entry : member.rooms_) names.push_back(entry.first->name);
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> RoomTable::RoomNames(std::string_view prefix, size_t limit) const {
  std::vector<std::string> names;
  for (const auto& [name, room] : rooms_) {
    if (names.size() >= limit) break;
    if (name.starts_with(prefix)) names.push_back(name);
  }
  return names;
}

bool RoomTable::MayJoin(const RoomMember& member, const std::vector<std::string>& rooms) const {
  if (limits_ == nullptr || member.rooms_.size() + rooms.size() <= limits_->max_rooms) return true;
  size_t further = 0;
  for (const std::string& room : rooms) further += IsIn(member, room) ? 0 : 1;
  if (member.rooms_.size() + further <= limits_->max_rooms) return true;
  limits_->on_refused();
  return false;
}

bool RoomTable::IsIn(const RoomMember& member, std::string_view name) const {
  Room* const room = Find(name);
  return room != nullptr && member.rooms_.contains(room);
}

size_t RoomTable::RoomSize(std::string_view name) const {
  const Room* const room = Find(name);
  return room == nullptr ? 0 : room->members.size();
}

RoomTable::Room* RoomTable::Find(std::string_view name) const {
  const auto it = rooms_.find(name);
  return it == rooms_.end() ? nullptr : it->second.get();
}

}  // namespace sail::gateway::socketio
