#include "platform/postgres/pool.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "platform/cancellation/cancellation.h"
#include "platform/log/log.h"
#include "platform/postgres/attendant.h"
#include "platform/postgres/job_runner.h"
#include "platform/postgres/job_ticket.h"
#include "platform/postgres/pool_metrics.h"

namespace sail::platform::postgres {
namespace {

constexpr absl::Duration kWatchInterval = absl::Milliseconds(50);
// How long jobs wait while a connection is being made and no other works.
constexpr absl::Duration kConnectPatience = absl::Milliseconds(600);
// Jobs that run for this long raise the question whether the server answers at all; it has this long to show
// it. Both, the watch's interval and the way to the client have to fit into a second.
constexpr absl::Duration kLongJob = absl::Milliseconds(100);
constexpr absl::Duration kSilencePatience = absl::Milliseconds(450);
constexpr absl::Duration kProbeInterval = absl::Milliseconds(200);
// statement_timeout ends a statement at its deadline; a server that does not even do that is given up after
// this.
constexpr absl::Duration kInterruptGrace = absl::Seconds(1);
constexpr absl::Duration kMinBackoff = absl::Milliseconds(50);
constexpr absl::Duration kMaxBackoff = absl::Seconds(1);
constexpr int kMaxAttempts = 3;

struct Queued {
  Job job;
  std::shared_ptr<JobTicket> ticket;  // null: the job cannot be cancelled
  int attempts = 0;
  // Set when it lost its connection: those made before then are likely dead, too.
  absl::Time needs_connection_since = absl::InfinitePast();
};

absl::Status LateError() {
  return absl::ResourceExhaustedError("the deadline passed in the queue for postgres");
}

absl::Status NobodyWaits() { return absl::CancelledError("nobody waits for it any more"); }

}  // namespace

class Pool::Rep {
 public:
  Rep(PoolOptions options, metrics::Registry& registry)
      : options_(std::move(options)), metrics_(registry), attendant_(options_.url) {
    workers_ = std::vector<Worker>(options_.size);
    for (Worker& worker : workers_) worker.thread = std::thread([this, &worker] { Work(worker); });
    watcher_ = std::thread([this] { Watch(); });
  }

  ~Rep() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    stop_.notify_all();
    for (Worker& worker : workers_) worker.thread.join();
    {
      std::lock_guard lock(mutex_);
      watching_ = false;  // until here it ends what no server answers
    }
    watch_.notify_all();
    watcher_.join();
    Refuse(std::exchange(queue_, {}), absl::UnavailableError("shutting down"));
  }

  void Submit(Job job) {
    std::shared_ptr<JobTicket> ticket;
    if (job.cancellation != nullptr) {
      ticket = std::make_shared<JobTicket>(job.cancel_grace);
      job.cancellation->Set([ticket] { ticket->Cancel(); });
    }
    absl::Status refusal;
    {
      std::lock_guard lock(mutex_);
      if (stopping_) {
        refusal = absl::UnavailableError("shutting down");
      } else if (down_) {
        refusal = absl::UnavailableError("postgres is down");
      } else if (queue_.size() >= options_.max_queue) {
        refusal = absl::ResourceExhaustedError("too many requests wait for postgres");
      } else {
        queue_.push_back({std::move(job), std::move(ticket)});
        metrics_.queued->Set(static_cast<int64_t>(queue_.size()));
      }
    }
    if (refusal.ok()) {
      changed_.notify_one();
    } else {
      metrics_.refused->Increment();
      job.done(std::move(refusal));
    }
  }

  bool busy() const {
    std::lock_guard lock(mutex_);
    return !queue_.empty() || running_ == options_.size;
  }

 private:
  struct Worker {
    std::thread thread;
    // The rest under mutex_. The connection a job runs on, for the watcher.
    Connection* active = nullptr;
    uint64_t turn = 0;  // of the jobs that ran here
    std::shared_ptr<JobTicket> ticket;
    absl::Time active_since;
    absl::Time deadline;
    bool cancel_asked = false;  // a cancel waits for the attendant
    bool cancelling = false;    // a cancel is on its way to the server: it must not hit the next job
    bool connecting = false;
    absl::Time connecting_since;
  };

  void Work(Worker& worker) {
    std::unique_ptr<Connection> connection;
    std::unique_ptr<JobRunner> runner;
    absl::Time opened_at;
    absl::Duration backoff = kMinBackoff;
    std::minstd_rand random(std::random_device{}());
    std::unique_lock lock(mutex_);
    while (true) {
      // A worker that lost its connection to a server that is down goes on trying: somebody must see it come
      // back.
      changed_.wait(lock, [&] { return stopping_ || !queue_.empty() || (down_ && connection == nullptr); });
      if (stopping_) return;
      if (connection != nullptr && !queue_.empty() &&
          std::max(queue_.front().needs_connection_since, silent_at_) > opened_at) {
        Discard(connection, runner);
      }
      if (connection == nullptr) {
        worker.connecting = true;
        worker.connecting_since = absl::Now();
        lock.unlock();
        absl::StatusOr<std::unique_ptr<Connection>> opened = Connection::Open(options_.url);
        lock.lock();
        worker.connecting = false;
        if (!opened.ok()) {
          ConnectionFailed(lock, opened.status());
          const double jitter = std::uniform_real_distribution(0.5, 1.0)(random);
          stop_.wait_for(lock, absl::ToChronoMilliseconds(backoff * jitter), [&] { return stopping_; });
          backoff = std::min(backoff * 2, kMaxBackoff);
          continue;
        }
        backoff = kMinBackoff;
        connection = *std::move(opened);
        runner = std::make_unique<JobRunner>(*connection, options_.slow_statement);
        opened_at = last_progress_ = absl::Now();
        metrics_.connected->Set(++connected_);
        if (down_) Log(Severity::kInfo, "postgres is back");
        down_ = false;
        continue;
      }
      Queued next = std::move(queue_.front());
      queue_.pop_front();
      metrics_.queued->Set(static_cast<int64_t>(queue_.size()));
      RunJob(lock, worker, *connection, *runner, std::move(next));
      if (connection->broken()) {
        metrics_.connection_errors->Increment();
        Discard(connection, runner);
      }
    }
  }

  void Discard(std::unique_ptr<Connection>& connection, std::unique_ptr<JobRunner>& runner) {
    metrics_.connected->Set(--connected_);
    runner.reset();
    connection.reset();
  }

  // With the lock, which it lets go meanwhile.
  void RunJob(std::unique_lock<std::mutex>& lock, Worker& worker, Connection& connection, JobRunner& runner,
              Queued next) {
    worker.active = &connection;
    ++worker.turn;
    worker.ticket = next.ticket;
    worker.active_since = absl::Now();
    worker.deadline = next.job.deadline;
    metrics_.running->Set(++running_);
    lock.unlock();
    const absl::Time start = absl::Now();
    bool again = false;
    const auto due = [&next] { return next.ticket != nullptr && next.ticket->due(); };
    absl::Status status;
    if (start >= next.job.deadline) {
      status = LateError();
    } else {
      status = due() ? NobodyWaits() : runner.Run(next.job, next.ticket.get(), &again);
    }
    again = again && ++next.attempts < kMaxAttempts && absl::Now() < next.job.deadline && !due();
    lock.lock();
    worker.active = nullptr;
    worker.ticket = nullptr;
    metrics_.running->Set(--running_);
    if (!connection.broken()) last_progress_ = absl::Now();
    cancelled_.wait(lock, [&worker] { return !worker.cancelling; });
    // One that has done its work stays done; a cancel may have come too late.
    if (!status.ok() && due()) status = NobodyWaits();
    if (absl::IsCancelled(status)) metrics_.cancelled->Increment();
    if (again && !stopping_ && !down_) {
      if (connection.broken()) next.needs_connection_since = absl::Now();
      queue_.push_front(std::move(next));
      metrics_.queued->Set(static_cast<int64_t>(queue_.size()));
      return;
    }
    lock.unlock();
    metrics_.jobs->Increment();
    metrics_.duration->Observe(absl::ToDoubleSeconds(absl::Now() - start));
    next.job.done(std::move(status));
    lock.lock();
  }

  void ConnectionFailed(std::unique_lock<std::mutex>& lock, const absl::Status& status) {
    metrics_.connection_errors->Increment();
    if (connected_ > 0) {
      changed_.notify_all();  // what is queued is for the others
      return;
    }
    if (!down_) {
      Log(Severity::kError, "postgres is down", {{"error", std::string(status.message())}});
      changed_.notify_all();
    }
    down_ = true;
    RefuseQueue(lock, status);
  }

  // With the lock, which it lets go meanwhile.
  void RefuseQueue(std::unique_lock<std::mutex>& lock, const absl::Status& status) {
    std::deque<Queued> refused = std::exchange(queue_, {});
    metrics_.queued->Set(0);
    lock.unlock();
    Refuse(std::move(refused), status);
    lock.lock();
  }

  void Refuse(std::deque<Queued> refused, const absl::Status& status) {
    metrics_.refused->Increment(refused.size());
    for (Queued& queued : refused) queued.job.done(status);
  }

  void Watch() {
    std::unique_lock lock(mutex_);
    while (!watch_.wait_for(lock, absl::ToChronoMilliseconds(kWatchInterval), [&] { return !watching_; })) {
      const absl::Time now = absl::Now();
      bool connecting_long = false, running_long = false;
      for (Worker& worker : workers_) {
        connecting_long |= worker.connecting && now - worker.connecting_since > kConnectPatience;
        if (worker.active == nullptr) continue;
        running_long |= now - worker.active_since > kLongJob;
        if (now > worker.deadline + kInterruptGrace) worker.active->Interrupt();
        if (now > worker.deadline || (worker.ticket != nullptr && worker.ticket->due())) AskToCancel(worker);
      }
      if (running_long) attendant_.Probe(kProbeInterval);
      const std::optional<absl::Time> silent_since = attendant_.waiting_since();
      // The question may be older than the silence: one that was open when the server was back for a moment.
      const bool silent =
          running_long && silent_since && now - std::max(*silent_since, last_progress_) > kSilencePatience;
      if (silent) GiveUpConnections(now);
      if (silent || (connecting_long && connected_ == 0 && !queue_.empty())) {
        if (!std::exchange(down_, true)) Log(Severity::kError, "postgres does not answer");
        RefuseQueue(lock, absl::UnavailableError("postgres does not answer"));
      }
      SweepQueue(lock, now);
    }
  }

  // Those in use now, and before their next use the others.
  void GiveUpConnections(absl::Time now) {
    silent_at_ = now;
    for (Worker& worker : workers_) {
      if (worker.active != nullptr) worker.active->Interrupt();
    }
    attendant_.Interrupt();
  }

  // Again and again while the job runs: a signal that comes between two statements has no effect.
  void AskToCancel(Worker& worker) {
    const int pid = worker.active->backend_pid();
    if (pid == 0 || std::exchange(worker.cancel_asked, true)) return;
    attendant_.Cancel(
        pid,
        [this, &worker, turn = worker.turn] {
          std::lock_guard lock(mutex_);
          worker.cancel_asked = false;
          worker.cancelling = worker.active != nullptr && worker.turn == turn;
          return worker.cancelling;
        },
        [this, &worker] {
          {
            std::lock_guard lock(mutex_);
            worker.cancelling = false;
          }
          cancelled_.notify_all();
        });
  }

  // Takes out what has waited too long, or what nobody waits for.
  void SweepQueue(std::unique_lock<std::mutex>& lock, absl::Time now) {
    const auto due = [](const Queued& queued) { return queued.ticket != nullptr && queued.ticket->due(); };
    std::deque<Queued> expired;
    const auto alive = std::stable_partition(queue_.begin(), queue_.end(), [&](const Queued& queued) {
      return queued.job.deadline > now && !due(queued);
    });
    if (alive == queue_.end()) return;
    std::move(alive, queue_.end(), std::back_inserter(expired));
    queue_.erase(alive, queue_.end());
    metrics_.queued->Set(static_cast<int64_t>(queue_.size()));
    lock.unlock();
    metrics_.refused->Increment(expired.size());
    for (Queued& queued : expired) {
      queued.job.done(due(queued) ? NobodyWaits() : LateError());
    }
    lock.lock();
  }

  const PoolOptions options_;
  PoolMetrics metrics_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;    // queue_, down_ or stopping_
  std::condition_variable stop_;       // stopping_
  std::condition_variable watch_;      // watching_
  std::condition_variable cancelled_;  // a worker's cancelling
  std::deque<Queued> queue_;
  std::vector<Worker> workers_;
  std::thread watcher_;
  int connected_ = 0;
  int running_ = 0;
  // The last attempt to connect failed and no worker has a connection, or the server has fallen silent.
  bool down_ = false;
  // When it last fell silent: connections made before then are given up.
  absl::Time silent_at_ = absl::InfinitePast();
  // When the server was last seen to work for a job.
  absl::Time last_progress_ = absl::InfinitePast();
  bool stopping_ = false;
  bool watching_ = true;
  // Last, so that its thread has ended before the rest goes.
  Attendant attendant_;
};

Pool::Pool(PoolOptions options, metrics::Registry& metrics)
    : rep_(std::make_unique<Rep>(std::move(options), metrics)) {}
Pool::~Pool() = default;

void Pool::Submit(Job job) { rep_->Submit(std::move(job)); }

absl::Status Pool::Run(Job job) {
  std::promise<absl::Status> outcome;
  std::future<absl::Status> future = outcome.get_future();
  job.done = [&outcome](absl::Status status) { outcome.set_value(std::move(status)); };
  Submit(std::move(job));
  return future.get();
}

bool Pool::busy() const { return rep_->busy(); }

}  // namespace sail::platform::postgres
