#ifndef SAIL_PLATFORM_POSTGRES_POOL_H_
#define SAIL_PLATFORM_POSTGRES_POOL_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "platform/postgres/connection.h"
#include "platform/postgres/result.h"

namespace sail::platform {
class Cancellation;
}

namespace sail::platform::metrics {
class Registry;
}

namespace sail::platform::postgres {

struct PoolOptions {
  // As for Connection::Open.
  std::string url;
  // Worker threads, each with one connection.
  int size = 8;
  // Jobs that wait for a worker; one more is refused.
  size_t max_queue = 2048;
  // A statement that takes at least this long is logged as "slow query": its text without the parameters'
  // values, its milliseconds and rows, and the job's action and request_id.
  absl::Duration slow_statement = absl::InfiniteDuration();
};

// What a job's statements are run in. The pool begins and commits or rolls back itself.
enum class TransactionMode {
  // Every statement on its own, nothing around it: for jobs of one reading statement, one round trip. Must
  // not write.
  kSingleRead,
  // REPEATABLE READ READ ONLY: several statements see one snapshot.
  kSnapshotRead,
  // READ COMMITTED.
  kReadWrite,
};

struct Job;
class JobTicket;

// What a job may do with its connection.
class Transaction {
 public:
  // All outlive the transaction; ticket may be null.
  Transaction(Connection& connection, const Job& job, const JobTicket* ticket, absl::Duration slow_statement)
      : connection_(connection), job_(job), ticket_(ticket), slow_statement_(slow_statement) {}

  // Connection::Execute. After an error nothing more can be executed: return the error. CANCELLED when nobody
  // waits for the job any more.
  absl::StatusOr<Result> Execute(std::string_view sql, absl::Span<const Parameter> parameters = {});

 private:
  Connection& connection_;
  const Job& job_;
  const JobTicket* const ticket_;
  const absl::Duration slow_statement_;
};

struct Job {
  // Also becomes the statement_timeout (rounded up to a power of two milliseconds).
  absl::Time deadline = absl::InfiniteFuture();
  TransactionMode mode = TransactionMode::kSingleRead;
  // Runs on a worker. OK commits, an error rolls back. May run more than once (the connection was found dead
  // before the commit was sent; a deadlock or serialization failure): it must start afresh each time and
  // touch nothing that others can see.
  std::function<absl::Status(Transaction&)> run;
  // Called exactly once: with run's error, or what became of the commit. From a worker, or from Submit itself
  // when the job is refused. Must not block.
  //
  // Errors of the pool itself:
  //   RESOURCE_EXHAUSTED  the queue is full, or the deadline passed in it; nothing was done
  //   UNAVAILABLE         Postgres is down; nothing was done. Known within a second
  //   DEADLINE_EXCEEDED   the statement took too long, or the connection broke during COMMIT: the outcome is
  //   unknown
  //   CANCELLED           cancellation came in time; nothing was done
  std::function<void(absl::Status)> done;
  // May be null. Its Cancel takes the job out of the queue, or ends its statement and rolls it back; but not
  // before `cancel_grace` has passed, in which the job may still do all of its work.
  std::shared_ptr<Cancellation> cancellation = nullptr;
  absl::Duration cancel_grace = absl::ZeroDuration();
  // What the job is for, for the log of slow statements.
  std::string action = "";
  std::string request_id = "";
};

// Threads with connections, and a bounded queue in front of them. Connects when there is work; reconnects
// with backoff (50 ms to 1 s, jittered) by itself, and while no connection works every job is refused at
// once. Connections that the server or a middlebox cut while idle are replaced unseen.
//
// A server that is there and does not answer (frozen, its machine gone) is told from one that works for long:
// while jobs take their time another connection asks for a sign of life. Without any, and if no job ends
// either, the jobs are given up (UNAVAILABLE) and refused within a second, until a new connection works.
//
// Thread-safe.
class Pool {
 public:
  Pool(PoolOptions options, metrics::Registry& metrics);
  // Refuses what is queued, waits for what is running.
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  void Submit(Job job);

  // Submit and wait: for startup and tests. Not from a worker.
  absl::Status Run(Job job);

  // True when no worker is free: a job submitted now would wait.
  bool busy() const;

 private:
  class Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace sail::platform::postgres

#endif  // SAIL_PLATFORM_POSTGRES_POOL_H_
