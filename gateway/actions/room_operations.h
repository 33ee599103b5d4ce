// What an action asks of rooms, as operations for the cluster and as changes of the requesting socket alone.
#ifndef SAIL_GATEWAY_ACTIONS_ROOM_OPERATIONS_H_
#define SAIL_GATEWAY_ACTIONS_ROOM_OPERATIONS_H_

#include <string>
#include <string_view>
#include <vector>

#include "protos/sail/action/v1/action.pb.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"

namespace sail::gateway {

// Who asks for them.
struct RoomRequester {
  std::string nsp = "/";
  std::string socket_id;       // empty: nobody who could be in a room (HTTP)
  bool publish_emits = false;  // what is emitted to the requester goes through the cluster, so that it has a
                               // place in the history; volatile events do not
};

struct RoomOperations {
  // Of the requesting socket alone: joins, leaves, emits to it, its disconnect. In order, before what is
  // published.
  std::vector<action::v1::RoomOperation> own;
  std::vector<pubsub::v1::Operation> publish;
};

// What RoomOperations::own comes to for the requester's rooms: of the same room the later operation counts.
// Leaves first.
struct OwnRooms {
  std::vector<std::string> join;
  std::vector<std::string> leave;
};
OwnRooms OwnRoomsOf(const std::vector<action::v1::RoomOperation>& own);

// The JSON array of the event's name and its arguments. emit.args_json has to be empty or a JSON array.
std::string EventPayloadOf(const action::v1::EmitEvent& emit);

// response's room operations. From the first one on that concerns others, those of the requester are
// published, too (it is the one member of the room of its id): so each takes effect behind those before it. A
// BroadcastToRooms with several rooms becomes one event per room, as sails.sockets.broadcast has it.
RoomOperations SplitRoomOperations(const action::v1::ActionResponse& response,
                                   const RoomRequester& requester);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ACTIONS_ROOM_OPERATIONS_H_
