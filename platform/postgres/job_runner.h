#ifndef SAIL_PLATFORM_POSTGRES_JOB_RUNNER_H_
#define SAIL_PLATFORM_POSTGRES_JOB_RUNNER_H_

#include <cstdint>

#include "absl/status/status.h"
#include "platform/postgres/connection.h"
#include "platform/postgres/pool.h"

namespace sail::platform::postgres {

// Runs jobs on one connection: begin, the job, commit or roll back. One per connection, for the worker's
// thread.
class JobRunner {
 public:
  // connection outlives the runner.
  explicit JobRunner(Connection& connection) : connection_(connection) {}

  // What became of the job. *again is set when it had no effect and may run once more: the connection was
  // lost before a commit was sent, or the transaction lost against another.
  absl::Status Run(const Job& job, bool* again);

 private:
  absl::Status Begin(const Job& job);

  Connection& connection_;
  // The session's statement_timeout; 0: the server's own.
  int64_t timeout_ms_ = 0;
};

}  // namespace sail::platform::postgres

#endif  // SAIL_PLATFORM_POSTGRES_JOB_RUNNER_H_
