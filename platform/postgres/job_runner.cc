#include "platform/postgres/job_runner.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "platform/log/log.h"

namespace sail::platform::postgres {
namespace {

constexpr size_t kMaxLoggedStatement = 4096;

// A power of two, so that jobs with about the same time left share the session's setting and need no SET of
// their own.
int64_t TimeoutMilliseconds(absl::Time deadline) {
  constexpr int64_t kLeast = 64, kMost = int64_t{1} << 20;
  const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
  return static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(std::clamp(left, kLeast, kMost))));
}

absl::Status Cancelled() { return absl::CancelledError("nobody waits for it any more"); }

}  // namespace

absl::StatusOr<Result> Transaction::Execute(std::string_view sql, absl::Span<const Parameter> parameters) {
  if (ticket_ != nullptr && ticket_->due()) return Cancelled();
  const absl::Time start = absl::Now();
  absl::StatusOr<Result> result = connection_.Execute(sql, parameters);
  const absl::Duration took = absl::Now() - start;
  if (took >= slow_statement_) {
    const int rows = !result.ok() ? 0 : std::max(result->rows(), result->affected_rows());
    Log(Severity::kWarning, "slow query",
        {{"action", job_.action},
         {"request_id", job_.request_id},
         {"milliseconds", absl::ToInt64Milliseconds(took)},
         {"rows", rows},
         {"outcome", absl::StatusCodeToString(result.status().code())},
         {"statement", sql.substr(0, kMaxLoggedStatement)}});
  }
  return result;
}

absl::Status JobRunner::Begin(const Job& job) {
  const int64_t timeout_ms = TimeoutMilliseconds(job.deadline);
  if (timeout_ms != timeout_ms_) {
    absl::Status status = connection_.ExecuteScript(absl::StrCat("SET statement_timeout = ", timeout_ms));
    if (!status.ok()) return status;
    timeout_ms_ = timeout_ms;
  }
  switch (job.mode) {
    case TransactionMode::kSingleRead:
      return absl::OkStatus();
    case TransactionMode::kSnapshotRead:
      return connection_.ExecuteScript("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    case TransactionMode::kReadWrite:
      return connection_.ExecuteScript("BEGIN");
  }
  return absl::InternalError("no such transaction mode");
}

absl::Status JobRunner::Run(const Job& job, const JobTicket* ticket, bool* again) {
  *again = false;
  absl::Status status = Begin(job);
  Transaction transaction(connection_, job, ticket, slow_statement_);
  if (status.ok()) status = job.run(transaction);
  if (connection_.broken()) {
    *again = true;
    return absl::UnavailableError(absl::StrCat("postgres: the connection was lost: ", status.message()));
  }
  if (ticket != nullptr && ticket->due()) status = Cancelled();
  if (job.mode == TransactionMode::kSingleRead) return status;
  if (!status.ok()) {
    *again = absl::IsAborted(status);
    // If this fails the connection is broken, and with it the transaction.
    connection_.ExecuteScript("ROLLBACK").IgnoreError();
    return status;
  }
  status = connection_.ExecuteScript("COMMIT");
  if (connection_.broken()) {
    return absl::DeadlineExceededError(absl::StrCat(
        "postgres: the connection was lost during COMMIT, the outcome is unknown: ", status.message()));
  }
  *again = absl::IsAborted(status);
  return status;
}

}  // namespace sail::platform::postgres
