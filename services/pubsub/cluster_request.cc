#include "services/pubsub/cluster_request.h"

#include <charconv>
#include <vector>

#include "platform/json/json_text.h"
#include "services/pubsub/json_members.h"
#include "services/pubsub/msgpack.h"
#include "services/pubsub/msgpack_json.h"

namespace sail::pubsub {
namespace {

using platform::json::AppendJsonString;
using Type = ClusterRequest::Type;

absl::Status Malformed(const char* what) {
  return absl::InvalidArgumentError(std::string("cluster request: ") + what);
}

void AppendOptions(const Strings& rooms, const Strings& except, std::string* json) {
  *json += R"("opts":{"rooms":)";
  AppendJsonStrings(rooms, json);
  *json += R"(,"except":)";
  AppendJsonStrings(except, json);
  *json += '}';
}

Type TypeOf(std::string_view raw) {
  int type = -1;
  std::from_chars(raw.data(), raw.data() + raw.size(), type);
  return type >= 0 && type <= 7 ? static_cast<Type>(type) : Type::kUnknown;
}

absl::Status ReadMove(const JsonMembers& request, v1::MoveMembers* move, bool* one_socket) {
  if (request.Raw("opts").empty()) {
    *one_socket = true;
    if (request.Text("sid").empty() || request.Text("room").empty())
      return Malformed("neither opts nor sid and room");
    move->add_source_rooms(request.Text("sid"));
    move->add_target_rooms(request.Text("room"));
    return absl::OkStatus();
  }
  absl::StatusOr<JsonMembers> options = JsonMembers::Of(request.Raw("opts"));
  if (!options.ok()) return options.status();
  if (absl::Status status = options->Texts("except", move->mutable_except_rooms()); !status.ok())
    return status;
  if (absl::Status status = options->Texts("rooms", move->mutable_source_rooms()); !status.ok())
    return status;
  return request.Texts("rooms", move->mutable_target_rooms());
}

absl::Status ReadDisconnect(const JsonMembers& request, v1::DisconnectMembers* disconnect, bool* one_socket) {
  disconnect->set_close(request.Raw("close") == "true");
  if (request.Raw("opts").empty()) {
    *one_socket = true;
    if (request.Text("sid").empty()) return Malformed("neither opts nor sid");
    disconnect->add_rooms(request.Text("sid"));
    return absl::OkStatus();
  }
  absl::StatusOr<JsonMembers> options = JsonMembers::Of(request.Raw("opts"));
  if (!options.ok()) return options.status();
  if (absl::Status status = options->Texts("rooms", disconnect->mutable_rooms()); !status.ok()) return status;
  return options->Texts("except", disconnect->mutable_except_rooms());
}

absl::Status ReadOptions(const JsonMembers& request, ClusterRequest* out) {
  absl::StatusOr<JsonMembers> options = JsonMembers::Of(request.Raw("opts"));
  if (!options.ok()) return options.status();
  if (absl::Status status = options->Texts("rooms", &out->rooms); !status.ok()) return status;
  if (absl::Status status = options->Texts("except", &out->except); !status.ok()) return status;
  if (const auto flags = JsonMembers::Of(options->Raw("flags")); flags.ok())
    out->timeout_ms = flags->Integer("timeout");
  return absl::OkStatus();
}

absl::Status ReadQuestion(const JsonMembers& request, ClusterRequest* out) {
  switch (out->type) {
    case Type::kSockets:
      return request.Texts("rooms", &out->rooms);
    case Type::kFetch:
      return ReadOptions(request, out);
    case Type::kServerSideEmit:
      out->data_json = request.Raw("data");
      break;
    case Type::kBroadcastWithAck: {
      absl::StatusOr<JsonMembers> packet = JsonMembers::Of(request.Raw("packet"));
      if (!packet.ok()) return packet.status();
      out->data_json = packet->Raw("data");
      if (absl::Status status = ReadOptions(request, out); !status.ok()) return status;
      break;
    }
    default:
      return absl::OkStatus();
  }
  return std::string_view(out->data_json).starts_with("[\"") ? absl::OkStatus() : Malformed("no event");
}

}  // namespace

std::string EncodeRequest(std::string_view uid, const v1::Operation& operation) {
  std::string json = "{\"uid\":";
  AppendJsonString(uid, &json);
  if (operation.has_disconnect()) {
    const v1::DisconnectMembers& disconnect = operation.disconnect();
    json += ",\"type\":4,";
    AppendOptions(disconnect.rooms(), disconnect.except_rooms(), &json);
    json += disconnect.close() ? ",\"close\":true}" : ",\"close\":false}";
    return json;
  }
  const bool join = operation.has_add_members();
  const v1::MoveMembers& move = join ? operation.add_members() : operation.remove_members();
  json += join ? ",\"type\":2," : ",\"type\":3,";
  AppendOptions(move.source_rooms(), move.except_rooms(), &json);
  json += ",\"rooms\":";
  AppendJsonStrings(move.target_rooms(), &json);
  return json += '}';
}

std::string EncodeAdmin(std::string_view uid, const v1::LeaveAll& leave_all) {
  std::string json = "{\"uid\":";
  AppendJsonString(uid, &json);
  json += R"(,"event":"leaveAll","payload":{"sourceRoom":)";
  AppendJsonString(leave_all.room(), &json);
  return json += "}}";
}

absl::StatusOr<ClusterRequest> DecodeRequest(std::string_view payload, std::string_view ns) {
  std::string transcoded;
  ClusterRequest request;
  if (!payload.starts_with('{')) {
    MsgpackReader reader(payload);
    if (absl::Status status = MsgpackToJson(&reader, &transcoded, &request.attachments); !status.ok())
      return status;
    payload = transcoded;
  }
  absl::StatusOr<JsonMembers> members = JsonMembers::Of(payload);
  if (!members.ok()) return members.status();
  request.type = TypeOf(members->Raw("type"));
  request.uid = members->Text("uid");
  request.request_id = members->Text("requestId");
  v1::Operation operation;
  operation.set_namespace_(std::string(ns));
  absl::Status status;
  switch (request.type) {
    case Type::kJoin:
      status = ReadMove(*members, operation.mutable_add_members(), &request.one_socket);
      break;
    case Type::kLeave:
      status = ReadMove(*members, operation.mutable_remove_members(), &request.one_socket);
      break;
    case Type::kDisconnect:
      status = ReadDisconnect(*members, operation.mutable_disconnect(), &request.one_socket);
      break;
    default:
      status = ReadQuestion(*members, &request);
      if (!status.ok()) return status;
      return request;
  }
  if (!status.ok()) return status;
  request.operation = std::move(operation);
  return request;
}

absl::StatusOr<v1::Operation> DecodeAdmin(std::string_view payload) {
  absl::StatusOr<JsonMembers> message = JsonMembers::Of(payload);
  if (!message.ok()) return message.status();
  absl::StatusOr<JsonMembers> body = JsonMembers::Of(message->Raw("payload"));
  if (!body.ok()) return body.status();
  const std::string event = message->Text("event");
  const std::string source = body->Text("sourceRoom");
  if (source.empty()) return Malformed("no sourceRoom");
  v1::Operation operation;
  operation.set_namespace_("/");
  if (event == "leaveAll") {
    operation.mutable_leave_all()->set_room(source);
    return operation;
  }
  if (event != "join" && event != "leave") return Malformed("an event of the admin bus that we do not know");
  v1::MoveMembers* move =
      event == "join" ? operation.mutable_add_members() : operation.mutable_remove_members();
  move->add_source_rooms(source);
  // One room, or several.
  if (const std::string one = body->Text("destRooms"); !one.empty()) {
    move->add_target_rooms(one);
  } else if (absl::Status status = body->Texts("destRooms", move->mutable_target_rooms()); !status.ok()) {
    return status;
  }
  return operation;
}

std::string DoneAnswer(const ClusterRequest& request) {
  return "{\"requestId\":" + platform::json::JsonString(request.request_id) + "}";
}

}  // namespace sail::pubsub
