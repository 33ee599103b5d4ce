#include "services/pubsub/cluster_request.h"

#include <charconv>
#include <vector>

#include "platform/json/json_scan.h"
#include "platform/json/json_text.h"
#include "services/pubsub/msgpack.h"
#include "services/pubsub/msgpack_json.h"

namespace sail::pubsub {
namespace {

using platform::json::AppendJsonString;
using platform::json::JsonMember;
using Strings = google::protobuf::RepeatedPtrField<std::string>;
using Type = ClusterRequest::Type;

absl::Status Malformed(const char* what) {
  return absl::InvalidArgumentError(std::string("cluster request: ") + what);
}

void AppendStrings(const Strings& strings, std::string* json) {
  *json += '[';
  for (int i = 0; i < strings.size(); ++i) {
    if (i > 0) *json += ',';
    AppendJsonString(strings[i], json);
  }
  *json += ']';
}

void AppendOptions(const Strings& rooms, const Strings& except, std::string* json) {
  *json += R"("opts":{"rooms":)";
  AppendStrings(rooms, json);
  *json += R"(,"except":)";
  AppendStrings(except, json);
  *json += '}';
}

// The members of an object by name; what is absent is empty.
class Members {
 public:
  static absl::StatusOr<Members> Of(std::string_view json) {
    absl::StatusOr<std::vector<JsonMember>> members = platform::json::SplitJsonObject(json);
    if (!members.ok()) return Malformed("not a JSON object");
    return Members(*std::move(members));
  }

  std::string_view Raw(std::string_view name) const {
    for (const JsonMember& member : members_) {
      if (member.key == name) return member.raw;
    }
    return {};
  }

  // A string, or a number's digits: ids and rooms of Node may be either.
  std::string Text(std::string_view name) const { return TextOf(Raw(name)); }

  absl::Status Texts(std::string_view name, Strings* texts) const {
    if (Raw(name).empty()) return absl::OkStatus();
    auto elements = platform::json::SplitJsonArray(Raw(name));
    if (!elements.ok()) return Malformed("rooms are not an array");
    for (std::string_view raw : *elements) {
      const std::string text = TextOf(raw);
      if (text.empty()) return Malformed("a room is neither a string nor a number");
      texts->Add(std::string(text));
    }
    return absl::OkStatus();
  }

 private:
  explicit Members(std::vector<JsonMember> members) : members_(std::move(members)) {}

  static std::string TextOf(std::string_view raw) {
    if (raw.starts_with('"')) return platform::json::UnescapeJsonString(raw).value_or("");
    const bool number = !raw.empty() && (raw.front() == '-' || (raw.front() >= '0' && raw.front() <= '9'));
    return number ? std::string(raw) : "";
  }

  std::vector<JsonMember> members_;
};

Type TypeOf(std::string_view raw) {
  int type = -1;
  std::from_chars(raw.data(), raw.data() + raw.size(), type);
  return type >= 0 && type <= 7 ? static_cast<Type>(type) : Type::kUnknown;
}

absl::Status ReadMove(const Members& request, v1::MoveMembers* move, bool* one_socket) {
  if (request.Raw("opts").empty()) {
    *one_socket = true;
    if (request.Text("sid").empty() || request.Text("room").empty())
      return Malformed("neither opts nor sid and room");
    move->add_source_rooms(request.Text("sid"));
    move->add_target_rooms(request.Text("room"));
    return absl::OkStatus();
  }
  absl::StatusOr<Members> options = Members::Of(request.Raw("opts"));
  if (!options.ok()) return options.status();
  if (absl::Status status = options->Texts("except", move->mutable_except_rooms()); !status.ok())
    return status;
  if (absl::Status status = options->Texts("rooms", move->mutable_source_rooms()); !status.ok())
    return status;
  return request.Texts("rooms", move->mutable_target_rooms());
}

absl::Status ReadDisconnect(const Members& request, v1::DisconnectMembers* disconnect, bool* one_socket) {
  disconnect->set_close(request.Raw("close") == "true");
  if (request.Raw("opts").empty()) {
    *one_socket = true;
    if (request.Text("sid").empty()) return Malformed("neither opts nor sid");
    disconnect->add_rooms(request.Text("sid"));
    return absl::OkStatus();
  }
  absl::StatusOr<Members> options = Members::Of(request.Raw("opts"));
  if (!options.ok()) return options.status();
  if (absl::Status status = options->Texts("rooms", disconnect->mutable_rooms()); !status.ok()) return status;
  return options->Texts("except", disconnect->mutable_except_rooms());
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
  AppendStrings(move.target_rooms(), &json);
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
  if (!payload.starts_with('{')) {
    MsgpackReader reader(payload);
    std::vector<std::string> attachments;
    if (absl::Status status = MsgpackToJson(&reader, &transcoded, &attachments); !status.ok()) return status;
    payload = transcoded;
  }
  absl::StatusOr<Members> members = Members::Of(payload);
  if (!members.ok()) return members.status();
  ClusterRequest request;
  request.type = TypeOf(members->Raw("type"));
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
      return request;
  }
  if (!status.ok()) return status;
  request.operation = std::move(operation);
  return request;
}

absl::StatusOr<v1::Operation> DecodeAdmin(std::string_view payload) {
  absl::StatusOr<Members> message = Members::Of(payload);
  if (!message.ok()) return message.status();
  absl::StatusOr<Members> body = Members::Of(message->Raw("payload"));
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

std::optional<std::string> EmptyAnswer(const ClusterRequest& request) {
  if (request.request_id.empty()) return std::nullopt;
  const std::string id = platform::json::JsonString(request.request_id);
  switch (request.type) {
    case Type::kSockets:
    case Type::kFetch:
      return "{\"requestId\":" + id + ",\"sockets\":[]}";
    case Type::kAllRooms:
      return "{\"requestId\":" + id + ",\"rooms\":[]}";
    case Type::kBroadcastWithAck:
      return "{\"type\":8,\"requestId\":" + id + ",\"clientCount\":0}";
    default:
      return std::nullopt;
  }
}

}  // namespace sail::pubsub
