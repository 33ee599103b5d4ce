// What an action asks of rooms, as operations for the cluster and as changes of the requesting socket alone.
#ifndef SAIL_GATEWAY_ACTIONS_ROOM_OPERATIONS_H_
#define SAIL_GATEWAY_ACTIONS_ROOM_OPERATIONS_H_

#include <string>
#include <vector>

#include "protos/sail/action/v1/action.pb.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"

namespace sail::gateway {

struct RoomOperations {
  std::vector<std::string> join;   // by the requesting socket
  std::vector<std::string> leave;  // by the requesting socket; of a room in both the later operation counts
  std::vector<pubsub::v1::Operation> publish;
};

// response's room operations in the namespace. A broadcast to several rooms becomes one event per room, as
// sails.sockets.broadcast has it.
RoomOperations SplitRoomOperations(const action::v1::ActionResponse& response, const std::string& nsp);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ACTIONS_ROOM_OPERATIONS_H_
