// What the applications socket_app and recovery_app do.
#ifndef SAIL_TESTS_INTEROP_SOCKET_ACTIONS_ACTIONS_H_
#define SAIL_TESTS_INTEROP_SOCKET_ACTIONS_ACTIONS_H_

#include "protos/sail/action/v1/action.pb.h"

namespace sail::interop {

// Fills the answer; false if there is no such action. Never blocks.
//
//   app/connect  emits "auth" with what the client sent along
//   app/message  emits "message-back" with the same arguments
//   app/ack      acknowledges with the same arguments
//   app/join     room: joins it, then acknowledges
//   app/pub      room, payload: emits "msg" with the payload to the room, then acknowledges
//   app/echo     payload: acknowledges with it
bool RunSocketAction(const action::v1::ActionRequest& request, action::v1::ActionResponse* response);

}  // namespace sail::interop

#endif  // SAIL_TESTS_INTEROP_SOCKET_ACTIONS_ACTIONS_H_
