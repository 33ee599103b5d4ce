#ifndef SAIL_LOGIC_MODEL_USAGE_ERROR_H_
#define SAIL_LOGIC_MODEL_USAGE_ERROR_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace sail::logic {

// The errors of records, as absl::Status. What a client did wrong travels in a payload of the status, so that
// the same error becomes an HTTP body at one door and gRPC details at the other:
//
//   here                    absl code            HTTP                          gRPC
//   UsageError              INVALID_ARGUMENT     400, {code,details,message}   INVALID_ARGUMENT, body in the
//   details UniquenessError         ALREADY_EXISTS       400, {code,message,modelIdentity,attrNames}
//   ALREADY_EXISTS, the same RecordNotFound          NOT_FOUND            404 NOT_FOUND UnusableRequest
//   INVALID_ARGUMENT     500 (as the reference does)   INVALID_ARGUMENT, no details any other status as it is
//   500, or 503 if unavailable    as it is

enum class UsageCode {
  kInvalidCriteria,
  kInvalidPopulates,
  kInvalidNewRecord,
  kInvalidValuesToSet,
  kInvalidTargetRecordIds,
  kInvalidAssociatedIds,
};

// "E_INVALID_CRITERIA", ...
std::string_view UsageCodeName(UsageCode code);

// `details` is Waterline's text; it is the status's message too.
absl::Status UsageError(UsageCode code, std::string_view details);

// The record would have the same value as another in `attributes` (names, usually one).
absl::Status UniquenessError(std::string_view model_identity, const std::vector<std::string>& attributes);

absl::Status RecordNotFound();

// Input that the reference answers with a bare 500: it cannot be read (where={bad) or stored (NUL in a text).
absl::Status UnusableRequest(std::string_view why);

bool IsUnusableRequest(const absl::Status& status);

// The code of a usage error; nothing for every other status.
std::optional<UsageCode> UsageCodeOf(const absl::Status& status);

// The JSON body for a usage or uniqueness error, nothing for every other status. `verb` and `path` (without
// query) are those of the request, as the message names them.
std::optional<std::string> ErrorBody(const absl::Status& status, std::string_view verb,
                                     std::string_view path);

// 400, 404, 500 or 503 as in the table above.
int HttpStatusOf(const absl::Status& status);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_MODEL_USAGE_ERROR_H_
