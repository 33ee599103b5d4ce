#include "platform/postgres/error.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "platform/text/string_view.h"

namespace sail::platform::postgres {
namespace {

constexpr char kColumnsPayload[] = "sail.postgres.columns";

absl::StatusCode CodeOf(std::string_view sqlstate) {
  if (sqlstate == "23505") return absl::StatusCode::kAlreadyExists;
  if (sqlstate == "40001" || sqlstate == "40P01") return absl::StatusCode::kAborted;
  if (sqlstate == "57014" || sqlstate == "55P03") return absl::StatusCode::kDeadlineExceeded;
  // 25006: a primary that was demoted under an open connection takes no writes.
  if (sqlstate.empty() || sqlstate == "25006" || sqlstate.starts_with("08") || sqlstate.starts_with("53") ||
      sqlstate.starts_with("57P")) {
    return absl::StatusCode::kUnavailable;
  }
  if (sqlstate.starts_with("22")) return absl::StatusCode::kInvalidArgument;
  if (sqlstate.starts_with("42") || sqlstate.starts_with("3F")) {
    return absl::StatusCode::kFailedPrecondition;
  }
  return absl::StatusCode::kInternal;
}

// "Key (owner, "sNull")=(1, x) already exists." The sentence is in the server's language, the brackets are
// not.
std::vector<std::string> ColumnsInDetail(std::string_view message) {
  const size_t end = message.find(")=(");
  if (end == std::string_view::npos) return {};
  const size_t begin = message.rfind('(', end);
  if (begin == std::string_view::npos) return {};
  std::vector<std::string> columns;
  for (absl::string_view column : absl::StrSplit(ToAbsl(message.substr(begin + 1, end - begin - 1)), ", ")) {
    if (column.size() >= 2 && column.front() == '"' && column.back() == '"') {
      column = column.substr(1, column.size() - 2);
    }
    columns.emplace_back(column);
  }
  return columns;
}

}  // namespace

absl::Status SqlError(std::string_view sqlstate, std::string_view message) {
  while (!message.empty() && message.back() == '\n') message.remove_suffix(1);
  absl::Status status(CodeOf(sqlstate), absl::StrCat("postgres ", ToAbsl(sqlstate), ": ", ToAbsl(message)));
  if (status.code() == absl::StatusCode::kAlreadyExists) {
    status.SetPayload(kColumnsPayload, absl::Cord(absl::StrJoin(ColumnsInDetail(message), "\n")));
  }
  return status;
}

std::vector<std::string> ViolatedColumns(const absl::Status& status) {
  const auto payload = status.GetPayload(kColumnsPayload);
  if (!payload || payload->empty()) return {};
  return absl::StrSplit(std::string(*payload), '\n');
}

}  // namespace sail::platform::postgres
