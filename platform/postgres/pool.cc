#include "platform/postgres/pool.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "platform/log/log.h"
#include "platform/metrics/metrics.h"
#include "platform/postgres/job_runner.h"

namespace sail::platform::postgres {
namespace {

constexpr absl::Duration kWatchInterval = absl::Milliseconds(50);
// How long jobs wait while a connection is being made and no other works.
constexpr absl::Duration kConnectPatience = absl::Milliseconds(900);
// statement_timeout ends a statement at its deadline; a server that does not even do that is given up after
// this.
constexpr absl::Duration kInterruptGrace = absl::Seconds(1);
constexpr absl::Duration kMinBackoff = absl::Milliseconds(50);
constexpr absl::Duration kMaxBackoff = absl::Seconds(1);
constexpr int kMaxAttempts = 3;

struct Queued {
  Job job;
  int attempts = 0;
  // Set when it lost its connection: those made before then are likely dead, too.
  absl::Time needs_connection_since = absl::InfinitePast();
};

struct Metrics {
  explicit Metrics(metrics::Registry& registry)
      : queued(registry.AddGauge("sail_postgres_queued_jobs", "Jobs that wait for a connection.")),
        running(registry.AddGauge("sail_postgres_running_jobs", "Jobs on a connection.")),
        connected(registry.AddGauge("sail_postgres_connections", "Connections that work.")),
        jobs(registry.AddCounter("sail_postgres_jobs_total", "Jobs done, with or without success.")),
        refused(registry.AddCounter("sail_postgres_refused_jobs_total", "Jobs refused before they ran.")),
        connection_errors(registry.AddCounter("sail_postgres_connection_errors_total",
                                              "Connections that were lost or could not be made.")),
        duration(registry.AddHistogram("sail_postgres_job_duration_seconds", "Time on the connection.")) {}

  metrics::Gauge* queued;
  metrics::Gauge* running;
  metrics::Gauge* connected;
  metrics::Counter* jobs;
  metrics::Counter* refused;
  metrics::Counter* connection_errors;
  metrics::Histogram* duration;
};

}  // namespace

class Pool::Rep {
 public:
  Rep(PoolOptions options, metrics::Registry& registry) : options_(std::move(options)), metrics_(registry) {
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
    watcher_.join();
    Refuse(std::exchange(queue_, {}), absl::UnavailableError("shutting down"));
  }

  void Submit(Job job) {
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
        queue_.push_back({std::move(job)});
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
    absl::Time deadline;
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
      if (connection != nullptr && !queue_.empty() && queue_.front().needs_connection_since > opened_at) {
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
        runner = std::make_unique<JobRunner>(*connection);
        opened_at = absl::Now();
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
    worker.deadline = next.job.deadline;
    metrics_.running->Set(++running_);
    lock.unlock();
    const absl::Time start = absl::Now();
    bool again = false;
    absl::Status status = start >= next.job.deadline
                              ? absl::ResourceExhaustedError("the deadline passed in the queue for postgres")
                              : runner.Run(next.job, &again);
    again = again && ++next.attempts < kMaxAttempts && absl::Now() < next.job.deadline;
    lock.lock();
    worker.active = nullptr;
    metrics_.running->Set(--running_);
    if (again && !stopping_) {
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
    while (!stop_.wait_for(lock, absl::ToChronoMilliseconds(kWatchInterval), [&] { return stopping_; })) {
      const absl::Time now = absl::Now();
      bool stuck = connected_ == 0 && !queue_.empty();
      bool waited = false;
      for (Worker& worker : workers_) {
        if (worker.active != nullptr && now > worker.deadline + kInterruptGrace) worker.active->Interrupt();
        if (worker.connecting && now - worker.connecting_since > kConnectPatience) waited = true;
      }
      if (stuck && waited) {
        if (!down_) Log(Severity::kError, "postgres does not answer");
        down_ = true;
        RefuseQueue(lock, absl::UnavailableError("postgres does not answer"));
      }
      ExpireQueue(lock, now);
    }
  }

  void ExpireQueue(std::unique_lock<std::mutex>& lock, absl::Time now) {
    std::deque<Queued> expired;
    const auto alive = std::stable_partition(
        queue_.begin(), queue_.end(), [now](const Queued& queued) { return queued.job.deadline > now; });
    if (alive == queue_.end()) return;
    std::move(alive, queue_.end(), std::back_inserter(expired));
    queue_.erase(alive, queue_.end());
    metrics_.queued->Set(static_cast<int64_t>(queue_.size()));
    lock.unlock();
    Refuse(std::move(expired), absl::ResourceExhaustedError("the deadline passed in the queue for postgres"));
    lock.lock();
  }

  const PoolOptions options_;
  Metrics metrics_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;  // queue_, down_ or stopping_
  std::condition_variable stop_;     // stopping_
  std::deque<Queued> queue_;
  std::vector<Worker> workers_;
  std::thread watcher_;
  int connected_ = 0;
  int running_ = 0;
  // The last attempt to connect failed, and no worker has a connection.
  bool down_ = false;
  bool stopping_ = false;
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
