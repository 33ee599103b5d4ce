#include "services/logic/model/usage_error.h"

#include "absl/strings/cord.h"
#include "platform/json/json_text.h"
#include "services/logic/model/text.h"

namespace sail::logic {
namespace {

using platform::json::JsonString;

// What a payload holds: of a usage error the code's name, of a uniqueness error the whole body.
constexpr char kUsageUrl[] = "sail.logic/usage_code";
constexpr char kUniquenessUrl[] = "sail.logic/uniqueness_body";
constexpr char kUnusableUrl[] = "sail.logic/unusable_request";

constexpr UsageCode kUsageCodes[] = {UsageCode::kInvalidCriteria,        UsageCode::kInvalidPopulates,
                                     UsageCode::kInvalidNewRecord,       UsageCode::kInvalidValuesToSet,
                                     UsageCode::kInvalidTargetRecordIds, UsageCode::kInvalidAssociatedIds};

absl::Status WithPayload(absl::StatusCode code, std::string_view message, const char* url,
                         std::string payload) {
  absl::Status status(code, std::string(message));
  status.SetPayload(url, absl::Cord(std::move(payload)));
  return status;
}

}  // namespace

std::string_view UsageCodeName(UsageCode code) {
  switch (code) {
    case UsageCode::kInvalidCriteria:
      return "E_INVALID_CRITERIA";
    case UsageCode::kInvalidPopulates:
      return "E_INVALID_POPULATES";
    case UsageCode::kInvalidNewRecord:
      return "E_INVALID_NEW_RECORD";
    case UsageCode::kInvalidValuesToSet:
      return "E_INVALID_VALUES_TO_SET";
    case UsageCode::kInvalidTargetRecordIds:
      return "E_INVALID_TARGET_RECORD_IDS";
    case UsageCode::kInvalidAssociatedIds:
      return "E_INVALID_ASSOCIATED_IDS";
  }
  return "";
}

absl::Status UsageError(UsageCode code, std::string_view details) {
  return WithPayload(absl::StatusCode::kInvalidArgument, details, kUsageUrl,
                     std::string(UsageCodeName(code)));
}

absl::Status UniquenessError(std::string_view model_identity, const std::vector<std::string>& attributes) {
  constexpr std::string_view kMessage =
      "Would violate uniqueness constraint-- a record already exists with conflicting value(s).";
  std::vector<std::string> names;
  for (const std::string& attribute : attributes) names.push_back(JsonString(attribute));
  return WithPayload(
      absl::StatusCode::kAlreadyExists, kMessage, kUniquenessUrl,
      Concat("{\"code\":\"E_UNIQUE\",\"message\":", JsonString(kMessage),
             ",\"modelIdentity\":", JsonString(model_identity), ",\"attrNames\":[", Join(names, ","), "]}"));
}

absl::Status RecordNotFound() { return absl::NotFoundError("there is no such record"); }

absl::Status UnusableRequest(std::string_view why) {
  return WithPayload(absl::StatusCode::kInvalidArgument, why, kUnusableUrl, "");
}

bool IsUnusableRequest(const absl::Status& status) { return status.GetPayload(kUnusableUrl).has_value(); }

std::optional<UsageCode> UsageCodeOf(const absl::Status& status) {
  absl::optional<absl::Cord> payload = status.GetPayload(kUsageUrl);
  if (!payload.has_value()) return std::nullopt;
  for (UsageCode code : kUsageCodes) {
    if (*payload == absl::string_view(UsageCodeName(code).data(), UsageCodeName(code).size())) return code;
  }
  return std::nullopt;
}

std::optional<std::string> ErrorBody(const absl::Status& status, std::string_view verb,
                                     std::string_view path) {
  if (absl::optional<absl::Cord> body = status.GetPayload(kUniquenessUrl); body.has_value()) {
    return std::string(*body);
  }
  std::optional<UsageCode> code = UsageCodeOf(status);
  if (!code.has_value()) return std::nullopt;
  std::string message =
      Concat("The server could not fulfill this request (`", verb, " ", path,
             "`) due to a problem with the parameters that were sent.  See the `details` for more "
             "info.");
  std::string_view details(status.message().data(), status.message().size());
  return Concat("{\"code\":", JsonString(UsageCodeName(*code)), ",\"details\":", JsonString(details),
                ",\"message\":", JsonString(message), "}");
}

int HttpStatusOf(const absl::Status& status) {
  if (ErrorBody(status, "", "").has_value()) return 400;
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDeadlineExceeded:
      return 503;
    default:
      return 500;
  }
}

}  // namespace sail::logic
