#include "gateway/upstream/answer_check.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "gateway/socketio/packet.h"
#include "gateway/socketio/placeholders.h"
#include "platform/json/json_scan.h"

namespace sail::gateway {
namespace {

using action::v1::ActionResponse;
using action::v1::RoomOperation;
using platform::json::FirstJsonCharacter;
using platform::json::ValidateJson;

// An answer may hold what a request brought along (kMaxJsonDepth at most) somewhere inside.
constexpr int kMaxAnswerDepth = 2 * platform::json::kMaxJsonDepth;

absl::Status Unusable(std::string_view what) {
  return absl::DataLossError("the answer cannot be used: " + std::string(what));
}

bool IsToken(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool IsFieldValue(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
  });
}

bool IsJsonArray(std::string_view json, int attachments) {
  if (json.empty()) return attachments == 0;
  return FirstJsonCharacter(json) == '[' && ValidateJson(json, kMaxAnswerDepth).ok() &&
         attachments <= socketio::kMaxAttachments &&
         (attachments == 0 || socketio::CheckPlaceholders(json, attachments).ok());
}

absl::Status CheckOperation(const RoomOperation& operation) {
  if (operation.has_broadcast()) {
    const std::string& data = operation.broadcast().data_json();
    if (!data.empty() && !ValidateJson(data).ok()) return Unusable("a broadcast's data is not JSON");
  }
  if (operation.has_emit()) {
    const auto& emit = operation.emit();
    if (!IsJsonArray(emit.args_json(), emit.attachments_size())) return Unusable("an emit's arguments");
    if (socketio::IsReservedEvent(emit.event())) return Unusable("a reserved event name");
  }
  return absl::OkStatus();
}

absl::Status CheckSocketAnswer(const ActionResponse& answer) {
  if (!IsJsonArray(answer.ack().args_json(), answer.ack().attachments_size()))
    return Unusable("an acknowledgement's arguments");
  const std::string& refusal = answer.connect_refusal().data_json();
  if (!refusal.empty() && !ValidateJson(refusal).ok()) return Unusable("a refusal's data is not JSON");
  for (const auto& [key, value] : answer.socket_data().set()) {
    if (!ValidateJson(value).ok()) return Unusable("a value for the socket is not JSON");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckAnswer(const ActionResponse& answer) {
  if (answer.status() != 0 && (answer.status() < 200 || answer.status() > 599)) return Unusable("its status");
  for (const auto& header : answer.headers()) {
    if (!IsToken(header.name()) || !IsFieldValue(header.value())) return Unusable("a header");
  }
  if (answer.body_type() == action::v1::BODY_TYPE_JSON &&
      !ValidateJson(answer.body(), kMaxAnswerDepth).ok()) {
    return Unusable("its body is not JSON");
  }
  for (const auto& [key, value] : answer.session_changes().set()) {
    if (!ValidateJson(value).ok()) return Unusable("a value for the session is not JSON");
  }
  for (const auto& operation : answer.room_operations()) {
    if (absl::Status status = CheckOperation(operation); !status.ok()) return status;
  }
  return CheckSocketAnswer(answer);
}

}  // namespace sail::gateway
