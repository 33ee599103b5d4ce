#include "tests/interop/socket_actions/actions.h"

#include <string>
#include <string_view>
#include <vector>

#include "platform/json/json_scan.h"

namespace sail::interop {
namespace {

using action::v1::ActionRequest;
using action::v1::ActionResponse;
using action::v1::SocketEvent;

// Binary arguments are numbered, so all of them go along wherever one is passed on.
template <typename Message>
void PassOn(const SocketEvent& event, const std::string& args_json, Message* out) {
  out->set_args_json(args_json);
  *out->mutable_attachments() = event.attachments();
}

std::string ArrayOf(std::string_view json) { return "[" + std::string(json) + "]"; }

// The event's arguments, at least so many; a string in front of the others is the room.
struct RoomArguments {
  std::string room;
  std::vector<std::string_view> rest;
};
bool ReadRoom(const SocketEvent& event, size_t least, RoomArguments* out) {
  const auto args = platform::json::SplitJsonArray(event.args_json());
  if (!args.ok() || args->size() < least) return false;
  auto room = platform::json::UnescapeJsonString(args->front());
  if (!room.ok()) return false;
  out->room = *room;
  out->rest.assign(args->begin() + 1, args->end());
  return true;
}

void Connect(const SocketEvent& event, ActionResponse* response) {
  auto* emit = response->add_room_operations()->mutable_emit();
  emit->set_to_requester(true);
  emit->set_event("auth");
  emit->set_args_json(ArrayOf(event.auth_json()));
}

void Message(const SocketEvent& event, ActionResponse* response) {
  auto* emit = response->add_room_operations()->mutable_emit();
  emit->set_to_requester(true);
  emit->set_event("message-back");
  PassOn(event, event.args_json(), emit);
}

void Join(const SocketEvent& event, ActionResponse* response) {
  RoomArguments arguments;
  if (!ReadRoom(event, 1, &arguments)) return response->set_status(400);
  response->add_room_operations()->mutable_join()->add_rooms(arguments.room);
  response->mutable_ack();
}

void Publish(const SocketEvent& event, ActionResponse* response) {
  RoomArguments arguments;
  if (!ReadRoom(event, 2, &arguments)) return response->set_status(400);
  auto* emit = response->add_room_operations()->mutable_emit();
  emit->add_rooms(arguments.room);
  emit->set_event("msg");
  PassOn(event, ArrayOf(arguments.rest.front()), emit);
  response->mutable_ack();
}

void Acknowledge(const SocketEvent& event, ActionResponse* response) {
  PassOn(event, event.args_json(), response->mutable_ack());
}

}  // namespace

bool RunSocketAction(const ActionRequest& request, ActionResponse* response) {
  const std::string_view action = request.action();
  const SocketEvent& event = request.socket_event();
  if (action == "app/connect") {
    Connect(event, response);
  } else if (action == "app/message") {
    Message(event, response);
  } else if (action == "app/ack" || action == "app/echo") {
    Acknowledge(event, response);
  } else if (action == "app/join") {
    Join(event, response);
  } else if (action == "app/pub") {
    Publish(event, response);
  } else {
    return false;
  }
  return true;
}

}  // namespace sail::interop
