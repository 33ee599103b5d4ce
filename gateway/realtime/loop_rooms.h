// The rooms of one event loop's sockets, in all namespaces, tied to the cluster: interest goes up, operations
// come down.
#ifndef SAIL_GATEWAY_REALTIME_LOOP_ROOMS_H_
#define SAIL_GATEWAY_REALTIME_LOOP_ROOMS_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "gateway/http/event_loop.h"
#include "gateway/socketio/encoded_packet.h"
#include "gateway/socketio/rooms.h"
#include "gateway/upstream/pubsub_link.h"

namespace sail::gateway {

// One operation as it is handed to every loop: a broadcast has been encoded once for all of them.
struct LoopOperation {
  std::shared_ptr<const pubsub::v1::Deliveries> owner;
  const pubsub::v1::Operation* operation;
  std::optional<socketio::EncodedPacket> packet;  // of a broadcast
};

// What LoopRooms needs of a layer whose clients are in rooms: Socket.IO, or server-sent events. All called on
// the loop.
struct SocketAccess {
  // The namespace's table; null where clients may not connect to it.
  std::function<socketio::RoomTable*(std::string_view nsp)> find_rooms;
  // The member's own room, which leave-all keeps.
  std::function<std::string_view(socketio::RoomMember*)> id;
  // Disconnects from the namespace; close ends the connection, too. Takes the member out of its table before
  // it returns.
  std::function<void(socketio::RoomMember*, bool close)> disconnect;

  // Where clients' sessions survive; null elsewhere. The member has joined or left rooms, or has gone
  // meanwhile: done comes when that is stored (at once where there is nothing to store; null: whenever).
  std::function<void(socketio::RoomMember*, std::function<void(absl::Status)> done)> membership_changed;
  // Its client has come back elsewhere, under that generation.
  std::function<void(socketio::RoomMember*, uint64_t generation)> evict;
  // Messages are missing.
  std::function<void()> on_gap;
};

// Belongs to its loop's thread.
class LoopRooms final : private socketio::RoomObserver {
 public:
  LoopRooms(EventLoop& loop, PubSubLink& link) : loop_(loop), link_(link) {}

  // The sockets' own, before anything else.
  void Attach(SocketAccess access) { access_ = std::move(access); }
  // A second layer, whose members hear what sockets in the same rooms hear. All null: none any more.
  void AttachListeners(SocketAccess access) { listeners_ = std::move(access); }
  // Who is to be told of rooms that open and close.
  socketio::RoomObserver* observer() { return this; }

  // The gateway wants the messages to the whole namespace from now on.
  void AddNamespace(const std::string& nsp);

  // The member has entered a namespace that has been added. done comes on the loop, or at once, when
  // everything published in the rooms from now on reaches the member, and the membership is stored where
  // sessions survive.
  void Join(socketio::RoomMember* member, const std::string& nsp, const std::vector<std::string>& rooms,
            std::function<void(absl::Status)> done);
  void Leave(socketio::RoomMember* member, const std::string& nsp, const std::vector<std::string>& rooms);
  // Join for a member of a listener's table.
  void JoinTable(socketio::RoomTable& table, socketio::RoomMember* member, const std::string& nsp,
                 const std::vector<std::string>& rooms, std::function<void(absl::Status)> done);

  // Where there is history: everything up to this position has been applied.
  uint64_t position() const { return position_; }
  void ReachPosition(uint64_t position) { position_ = std::max(position_, position); }
  // Messages may be missing before what is applied next.
  void OnGap() {
    if (access_.on_gap) access_.on_gap();
  }
  bool attached() const { return link_.attached(); }

  // The sockets' table; null where clients may not connect.
  socketio::RoomTable* Find(std::string_view nsp) const {
    return access_.find_rooms ? access_.find_rooms(nsp) : nullptr;
  }

  // Sorted; empty for a stranger.
  std::vector<std::string> RoomsOf(const socketio::RoomMember& member, const std::string& nsp) const;

  // Carries out what the cluster says, on this loop's members.
  void Apply(LoopOperation operation);

 private:
  void OnRoomOpened(std::string_view nsp, std::string_view room) override;
  void OnRoomClosed(std::string_view nsp, std::string_view room) override;
  // Sees to it that StateInterest is called at the end of the loop's turn.
  void PostStatement();
  // States the rooms that opened and closed since the last call; done as in Join, for the opened ones.
  void StateInterest(std::function<void(absl::Status)> done);
  void ApplyTo(const SocketAccess& access, const LoopOperation& operation);
  // done, once the change of the member's rooms is stored where it has to be.
  void Store(socketio::RoomMember* member, std::function<void(absl::Status)> done);

  EventLoop& loop_;
  PubSubLink& link_;
  SocketAccess access_;
  SocketAccess listeners_;
  std::vector<RoomKey> opened_;
  std::vector<RoomKey> closed_;
  // Rooms whose interest is stated and not yet confirmed, with how many statements are under way.
  absl::flat_hash_map<RoomKey, int> unconfirmed_;
  bool statement_posted_ = false;
  uint64_t position_ = 0;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_REALTIME_LOOP_ROOMS_H_
