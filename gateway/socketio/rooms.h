// Who is in which room, of one namespace on one event loop, laid out for broadcasts: each room is a dense
// array.
#ifndef SAIL_GATEWAY_SOCKETIO_ROOMS_H_
#define SAIL_GATEWAY_SOCKETIO_ROOMS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "gateway/socketio/encoded_packet.h"

namespace sail::gateway::socketio {

class RoomTable;

// Lets std::string keys be looked up by std::string_view.
struct RoomNameHash {
  using is_transparent = void;
  size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
};
struct RoomNameEq {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return a == b; }
};

// What can be in rooms: a socket. Must be taken out of its table (RoomTable::Remove) before it is destroyed.
class RoomMember {
 public:
  virtual ~RoomMember() = default;
  RoomMember() = default;
  RoomMember(const RoomMember&) = delete;
  RoomMember& operator=(const RoomMember&) = delete;

  // Queues a packet for the member. Called in the middle of a broadcast: must neither change any membership
  // nor call out.
  virtual void Deliver(const EncodedPacket& packet, bool is_volatile) = 0;

 private:
  friend class RoomTable;
  struct Room;
  absl::flat_hash_map<Room*, uint32_t> rooms_;  // with the member's place in each
  static constexpr uint32_t kNowhere = UINT32_MAX;
  uint32_t place_ = kNowhere;  // in the table's list of all members
  uint64_t mark_ = 0;          // the last selection that has dealt with this member
};

// Interest in rooms, for whoever subscribes to them elsewhere. Must not change the table from within a call.
class RoomObserver {
 public:
  virtual ~RoomObserver() = default;
  // The room has its first member on this loop.
  virtual void OnRoomOpened(std::string_view nsp, std::string_view room) = 0;
  // Its last member has left.
  virtual void OnRoomClosed(std::string_view nsp, std::string_view room) = 0;
};

struct RoomLimits {
  // Of one member, with the room of its own id. A further room is not joined.
  size_t max_rooms = 10'000;
  // Counter: a room was not joined.
  std::function<void()> on_refused = [] {};
};

// Union of rooms, each member once, without the members of the except rooms. Without rooms: all members. A
// socket's id is a room, too.
struct RoomSelection {
  std::vector<std::string_view> rooms;
  std::vector<std::string_view> except;
};

// Single-threaded. Join, Leave: O(1); a broadcast is linear in the members of the rooms named.
class RoomTable {
 public:
  // observer and limits may be null; must outlive the table.
  RoomTable(std::string nsp, RoomObserver* observer, const RoomLimits* limits = nullptr);
  ~RoomTable();
  RoomTable(const RoomTable&) = delete;
  RoomTable& operator=(const RoomTable&) = delete;

  // Enters and leaves the namespace; Remove leaves all rooms. Adding twice or removing a stranger does
  // nothing.
  void Add(RoomMember* member);
  void Remove(RoomMember* member);

  // False if the member is in the room already (not in it), or not in the namespace, or in too many rooms.
  bool Join(RoomMember* member, std::string_view room);
  bool Leave(RoomMember* member, std::string_view room);
  // Leaves all rooms but the one named, which is usually the member's own id.
  void LeaveAllBut(RoomMember* member, std::string_view kept_room);

  // Gives the packet to each selected member. Returns how many there were.
  size_t Broadcast(const RoomSelection& to, const EncodedPacket& packet, bool is_volatile = false);

  // A copy, so that the caller may change memberships while walking over it.
  std::vector<RoomMember*> Members(const RoomSelection& selection);

  // Sorted by name.
  std::vector<std::string> RoomsOf(const RoomMember& member) const;
  // The names of the rooms that begin so, in no order; at most limit.
  std::vector<std::string> RoomNames(std::string_view prefix, size_t limit) const;
  bool IsIn(const RoomMember& member, std::string_view room) const;
  // Whether the member may join all of these rooms, which are counted as refused if not.
  bool MayJoin(const RoomMember& member, const std::vector<std::string>& rooms) const;
  size_t RoomSize(std::string_view room) const;
  size_t room_count() const { return rooms_.size(); }
  size_t size() const { return members_.size(); }

 private:
  using Room = RoomMember::Room;

  Room* Find(std::string_view room) const;
  void LeaveRoom(RoomMember* member, Room* room, uint32_t place);
  template <typename Visit>
  void Select(const RoomSelection& selection, Visit visit);

  const std::string nsp_;
  RoomObserver* const observer_;
  const RoomLimits* const limits_;
  std::vector<RoomMember*> members_;
  absl::flat_hash_map<std::string, std::unique_ptr<Room>, RoomNameHash, RoomNameEq> rooms_;
  uint64_t selection_ = 0;
};

}  // namespace sail::gateway::socketio

#endif  // SAIL_GATEWAY_SOCKETIO_ROOMS_H_
