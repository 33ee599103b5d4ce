#include "gateway/upstream/answer_check.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "platform/json/json_scan.h"

namespace sail::gateway {
namespace {

using action::v1::ActionResponse;
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
    if (!operation.has_broadcast()) continue;
    const std::string& data = operation.broadcast().data_json();
    if (!data.empty() && !ValidateJson(data).ok()) return Unusable("a broadcast's data is not JSON");
  }
  return absl::OkStatus();
}

}  // namespace sail::gateway
