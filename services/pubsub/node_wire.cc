#include "services/pubsub/node_wire.h"

#include <utility>

#include "absl/time/time.h"
#include "platform/json/json_text.h"
#include "services/pubsub/json_members.h"
#include "services/pubsub/msgpack.h"
#include "services/pubsub/msgpack_json.h"

namespace sail::pubsub {
namespace {

using platform::json::AppendJsonInteger;
using platform::json::AppendJsonString;

std::string Begin(std::string_view request_id) {
  std::string json = "{\"requestId\":";
  AppendJsonString(request_id, &json);
  return json;
}

void AppendSelection(const v1::Query& query, std::string* json) {
  *json += R"("opts":{"rooms":)";
  AppendJsonStrings(query.rooms(), json);
  *json += R"(,"except":)";
  AppendJsonStrings(query.except_rooms(), json);
}

std::string_view OrEmptyObject(const std::string& json) {
  return json.empty() ? std::string_view("{}") : std::string_view(json);
}

const char* Boolean(bool value) { return value ? "true" : "false"; }

// The members in the order of Node's buildHandshake; time is what `new Date() + ""` gives where time is UTC.
void AppendHandshake(const v1::Handshake& handshake, std::string* json) {
  const absl::Time issued = absl::FromUnixMillis(handshake.issued_ms());
  json->append(R"({"headers":)").append(OrEmptyObject(handshake.headers_json()));
  *json += R"(,"time":)";
  AppendJsonString(absl::FormatTime("%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)", issued,
                                    absl::UTCTimeZone()),
                   json);
  *json += R"(,"address":)";
  AppendJsonString(handshake.address(), json);
  json->append(R"(,"xdomain":)").append(Boolean(handshake.cross_origin()));
  json->append(R"(,"secure":)").append(Boolean(handshake.secure()));
  *json += R"(,"issued":)";
  AppendJsonInteger(handshake.issued_ms(), json);
  *json += R"(,"url":)";
  AppendJsonString(handshake.url(), json);
  json->append(R"(,"query":)").append(OrEmptyObject(handshake.query_json()));
  json->append(R"(,"auth":)").append(OrEmptyObject(handshake.auth_json())) += '}';
}

// The value with the attachments in the place of their placeholders, as they would be stringified. The text
// of a placeholder cannot be part of a JSON string: its quotes would be escaped there.
std::string WithBuffersAsJson(const v1::Acknowledgement& ack) {
  std::vector<std::string> texts;
  std::vector<std::string_view> views;
  for (const std::string& bytes : ack.attachments()) {
    std::string text = R"({"type":"Buffer","data":[)";
    for (size_t i = 0; i < bytes.size(); ++i) {
      if (i > 0) text += ',';
      AppendJsonInteger(static_cast<unsigned char>(bytes[i]), &text);
    }
    texts.push_back(text += "]}");
  }
  std::string json = ack.answer_json();
  for (size_t i = 0; i < texts.size(); ++i) {
    const std::string placeholder = R"({"_placeholder":true,"num":)" + std::to_string(i) + "}";
    for (size_t at = json.find(placeholder); at != std::string::npos;
         at = json.find(placeholder, at + texts[i].size())) {
      json.replace(at, placeholder.size(), texts[i]);
    }
  }
  return json;
}

absl::Status ReadSocket(std::string_view raw, v1::SocketInfo* info) {
  if (!raw.starts_with('{')) {
    info->set_id(JsonMembers::TextOf(raw));
    return absl::OkStatus();
  }
  auto socket = JsonMembers::Of(raw);
  if (!socket.ok()) return socket.status();
  info->set_id(socket->Text("id"));
  if (absl::Status status = socket->Texts("rooms", info->mutable_rooms()); !status.ok()) return status;
  info->set_data_json(std::string(socket->Raw("data")));
  auto handshake = JsonMembers::Of(socket->Raw("handshake"));
  if (!handshake.ok()) return absl::OkStatus();
  v1::Handshake& out = *info->mutable_handshake();
  out.set_address(handshake->Text("address"));
  out.set_issued_ms(handshake->Integer("issued"));
  out.set_url(handshake->Text("url"));
  out.set_query_json(std::string(handshake->Raw("query")));
  out.set_auth_json(std::string(handshake->Raw("auth")));
  out.set_cross_origin(handshake->IsTrue("xdomain"));
  out.set_secure(handshake->IsTrue("secure"));
  out.set_headers_json(std::string(handshake->Raw("headers")));
  return absl::OkStatus();
}

}  // namespace

std::string NodeQuestion(std::string_view uid, std::string_view request_id, const v1::Query& query) {
  std::string json = "{\"uid\":";
  AppendJsonString(uid, &json);
  json += ",\"requestId\":";
  AppendJsonString(request_id, &json);
  switch (query.kind_case()) {
    case v1::Query::kNameRooms:
      return json += ",\"type\":1}";
    case v1::Query::kCount:
      // The ids alone, which the older request gives; it knows no except.
      if (!query.except_rooms().empty()) break;
      json += ",\"type\":0,\"rooms\":";
      AppendJsonStrings(query.rooms(), &json);
      return json += '}';
    case v1::Query::kEmitWithAck:
      json.append(R"(,"type":7,"packet":{"type":2,"data":)").append(query.emit_with_ack().data_json());
      json += R"(,"nsp":)";
      AppendJsonString(query.namespace_(), &json);
      json += "},";
      AppendSelection(query, &json);
      json += R"(,"flags":{"timeout":)";
      AppendJsonInteger(query.emit_with_ack().timeout_ms(), &json);
      return json += "}}}";
    default:
      break;
  }
  json += ",\"type\":5,";
  AppendSelection(query, &json);
  return json += "}}";
}

std::string ServerEventRequest(std::string_view uid, std::string_view data_json) {
  std::string json = "{\"uid\":";
  AppendJsonString(uid, &json);
  return json.append(",\"type\":6,\"data\":").append(data_json) += '}';
}

std::string SocketIdsAnswer(std::string_view request_id, const std::vector<v1::SocketInfo>& sockets) {
  Strings ids;
  for (const v1::SocketInfo& socket : sockets) ids.Add(std::string(socket.id()));
  std::string json = Begin(request_id) + ",\"sockets\":";
  AppendJsonStrings(ids, &json);
  return json += '}';
}

std::string SocketsAnswer(std::string_view request_id, const std::vector<v1::SocketInfo>& sockets) {
  std::string json = Begin(request_id) + ",\"sockets\":[";
  for (size_t i = 0; i < sockets.size(); ++i) {
    json += i == 0 ? "{\"id\":" : ",{\"id\":";
    AppendJsonString(sockets[i].id(), &json);
    json += ",\"handshake\":";
    AppendHandshake(sockets[i].handshake(), &json);
    json += ",\"rooms\":";
    AppendJsonStrings(sockets[i].rooms(), &json);
    json.append(",\"data\":").append(OrEmptyObject(sockets[i].data_json())) += '}';
  }
  return json += "]}";
}

std::string RoomsAnswer(std::string_view request_id, const std::vector<std::string>& rooms) {
  std::string json = Begin(request_id) + ",\"rooms\":";
  AppendJsonStrings({rooms.begin(), rooms.end()}, &json);
  return json += '}';
}

std::string ClientCountAnswer(std::string_view request_id, int64_t count) {
  std::string json = "{\"type\":8,\"requestId\":";
  AppendJsonString(request_id, &json);
  return json.append(",\"clientCount\":").append(std::to_string(count)) += '}';
}

std::string ServerEventAnswer(std::string_view request_id, std::string_view answer_json) {
  std::string json = "{\"type\":6,\"requestId\":";
  AppendJsonString(request_id, &json);
  return json.append(",\"data\":").append(answer_json) += '}';
}

std::string AckAnswer(std::string_view request_id, const v1::Acknowledgement& ack, bool common_channel) {
  if (common_channel) {
    std::string json = "{\"type\":9,\"requestId\":";
    AppendJsonString(request_id, &json);
    if (!ack.answer_json().empty()) json.append(",\"packet\":").append(WithBuffersAsJson(ack));
    return json += '}';
  }
  std::string bytes;
  MsgpackWriter writer(&bytes);
  // An argument that is not there is left out, as the encoder does with undefined.
  writer.MapHeader(ack.answer_json().empty() ? 2 : 3);
  writer.String("type");
  writer.Unsigned(9);
  writer.String("requestId");
  writer.String(request_id);
  if (ack.answer_json().empty()) return bytes;
  writer.String("packet");
  const size_t before = bytes.size();
  const std::vector<std::string_view> attachments(ack.attachments().begin(), ack.attachments().end());
  if (!JsonToMsgpack(ack.answer_json(), attachments, &writer).ok()) {
    // A client's nonsense: the asker gets nothing for it, but an answer.
    bytes.resize(before);
    writer.Nil();
  }
  return bytes;
}

absl::StatusOr<NodeAnswer> DecodeNodeAnswer(std::string_view payload) {
  NodeAnswer answer;
  std::string transcoded;
  std::vector<std::string> attachments;
  if (!payload.starts_with('{')) {
    MsgpackReader reader(payload);
    if (absl::Status status = MsgpackToJson(&reader, &transcoded, &attachments); !status.ok()) return status;
    payload = transcoded;
  }
  auto members = JsonMembers::Of(payload);
  if (!members.ok()) return members.status();
  answer.request_id = members->Text("requestId");
  const int64_t type = members->Integer("type");
  if (type == 8) {
    answer.kind = NodeAnswer::Kind::kClientCount;
    answer.client_count = members->Integer("clientCount");
  } else if (type == 9) {
    answer.kind = NodeAnswer::Kind::kAck;
    answer.ack.set_answer_json(std::string(members->Raw("packet")));
    for (std::string& bytes : attachments) answer.ack.add_attachments(std::move(bytes));
  } else if (!members->Raw("sockets").empty()) {
    answer.kind = NodeAnswer::Kind::kSockets;
    auto sockets = platform::json::SplitJsonArray(members->Raw("sockets"));
    if (!sockets.ok()) return sockets.status();
    for (std::string_view raw : *sockets) {
      if (absl::Status status = ReadSocket(raw, &answer.sockets.emplace_back()); !status.ok()) return status;
    }
  } else if (!members->Raw("rooms").empty()) {
    answer.kind = NodeAnswer::Kind::kRooms;
    Strings rooms;
    if (absl::Status status = members->Texts("rooms", &rooms); !status.ok()) return status;
    for (std::string& room : rooms) answer.rooms.push_back(std::move(room));
  }
  return answer;
}

}  // namespace sail::pubsub
