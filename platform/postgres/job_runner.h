#ifndef SAIL_PLATFORM_POSTGRES_JOB_RUNNER_H_
#define SAIL_PLATFORM_POSTGRES_JOB_RUNNER_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "platform/postgres/connection.h"
#include "platform/postgres/job_ticket.h"
#include "platform/postgres/pool.h"

namespace sail::platform::postgres {

// Runs jobs on one connection: begin, the job, commit or roll back. One per connection, for the worker's
// thread.
class JobRunner {
 public:
  // connection outlives the runner. slow_statement as in PoolOptions.
  JobRunner(Connection& connection, absl::Duration slow_statement)
      : connection_(connection), slow_statement_(slow_statement) {}

  // What became of the job. *again is set when it had no effect and may run once more: the connection was
  // lost before a commit was sent, or the transaction lost against another. A job whose ticket (null: nobody
  // can cancel it) is due is rolled back: CANCELLED.
  absl::Status Run(const Job& job, const JobTicket* ticket, bool* again);

 private:
  absl::Status Begin(const Job& job);

  Connection& connection_;
  const absl::Duration slow_statement_;
  // The session's statement_timeout; 0: the server's own.
  int64_t timeout_ms_ = 0;
};

}  // namespace sail::platform::postgres

#endif  // SAIL_PLATFORM_POSTGRES_JOB_RUNNER_H_
