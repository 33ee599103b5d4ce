#include "platform/redis/client.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>

#include "platform/log/log.h"
#include "platform/redis/client_metrics.h"
#include "platform/redis/command.h"
#include "platform/redis/reconnecting_connection.h"
#include "platform/redis/script.h"

namespace sail::platform::redis {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr absl::Duration kSweep = absl::Milliseconds(10);

struct Request {
  std::string wire;
  SteadyClock::time_point started;
  SteadyClock::time_point deadline;
  // Empty once the request has timed out: its reply is still to come and belongs to nobody.
  Client::Callback callback;
};

std::vector<std::string> Preamble(const std::vector<std::vector<std::string>>& on_connect,
                                  const std::vector<const Script*>& scripts) {
  std::vector<std::string> commands;
  for (const std::vector<std::string>& command : on_connect) commands.push_back(FormatCommand(command));
  for (const Script* script : scripts) {
    commands.push_back(FormatCommand(std::vector<std::string>{"SCRIPT", "LOAD", script->text()}));
  }
  return commands;
}

std::vector<std::string> ScriptCommand(const char* command, const std::string& script,
                                       std::vector<std::string> keys, std::vector<std::string> args) {
  std::vector<std::string> all = {command, script, std::to_string(keys.size())};
  all.insert(all.end(), std::make_move_iterator(keys.begin()), std::make_move_iterator(keys.end()));
  all.insert(all.end(), std::make_move_iterator(args.begin()), std::make_move_iterator(args.end()));
  return all;
}

bool IsUnknownScript(const absl::Status& status) {
  return status.code() == absl::StatusCode::kFailedPrecondition &&
         std::string(status.message()).starts_with("Redis: NOSCRIPT");
}

}  // namespace

// Callers' threads put requests into arrived_ under the mutex; everything else belongs to the loop's thread.
class Client::Core {
 public:
  Core(EventLoop& loop, ClientOptions options, metrics::Registry& registry)
      : loop_(loop),
        options_(std::move(options)),
        metrics_(registry, options_.metrics_name),
        sweep_timer_(loop),
        connection_(loop, options_.connection,
                    {.on_up = [this] { OnUp(); },
                     .on_reply = [this](Reply&& reply) { OnReply(std::move(reply)); },
                     .on_down = [this](absl::Status why, bool was_up) { OnDown(std::move(why), was_up); },
                     .on_idle = [this] { Ping(); }}) {}

  void Start(const std::vector<const Script*>& scripts) {
    loop_.Post([this, preamble = Preamble(options_.on_connect, scripts)]() mutable {
      connection_.Start(std::move(preamble));
    });
  }

  // On the loop's thread.
  void Stop() {
    {
      std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    connection_.Stop();
    sweep_timer_.Cancel();
    connecting_ = false;
    FailSent("the client is closed");
    TakeArrived();
  }

  void Enqueue(const std::vector<std::string>& args, absl::Duration timeout, Callback callback) {
    if (timeout <= absl::ZeroDuration()) {
      metrics_.timed_out->Increment();
      callback(absl::DeadlineExceededError("Redis: no time left"));
      return;
    }
    Request request;
    request.wire = FormatCommand(args);
    request.started = SteadyClock::now();
    // A limit keeps an infinite timeout from overflowing the clock.
    request.deadline = request.started + absl::ToChronoNanoseconds(std::min(timeout, absl::Hours(1)));
    request.callback = std::move(callback);
    if (absl::Status status = Admit(request); !status.ok()) {
      metrics_.rejected->Increment();
      request.callback(std::move(status));
    }
  }

  bool connected() const {
    std::lock_guard lock(mutex_);
    return connected_;
  }

  bool WaitUntilConnected(absl::Duration timeout) const {
    std::unique_lock lock(mutex_);
    return connected_changed_.wait_for(lock, absl::ToChronoNanoseconds(std::min(timeout, absl::Hours(1))),
                                       [this] { return connected_; });
  }

 private:
  // Takes the request over if it is admitted.
  absl::Status Admit(Request& request) {
    std::lock_guard lock(mutex_);
    if (stopped_) return absl::UnavailableError("Redis: the client is closed");
    if (waiting_ >= options_.max_commands || waiting_bytes_ + request.wire.size() > options_.max_bytes) {
      return absl::ResourceExhaustedError("Redis: too many commands wait already");
    }
    ++waiting_;
    waiting_bytes_ += request.wire.size();
    metrics_.in_flight->Add(1);
    arrived_.push_back(std::move(request));
    if (arrived_.size() == 1) loop_.Post([this] { TakeArrived(); });
    return absl::OkStatus();
  }

  void TakeArrived() {
    if (connecting_) {
      StartSweeping();
      return;
    }
    std::vector<Request> requests;
    {
      std::lock_guard lock(mutex_);
      requests.swap(arrived_);
    }
    const auto now = SteadyClock::now();
    for (Request& request : requests) {
      if (!connection_.up()) {
        metrics_.unavailable->Increment();
        Finish(request, absl::UnavailableError("Redis: no connection"));
      } else if (request.deadline <= now) {
        metrics_.timed_out->Increment();
        Finish(request, absl::DeadlineExceededError("Redis: the command was not sent in time"));
      } else {
        Sent(std::move(request));
      }
    }
    StartSweeping();
  }

  void Sent(Request request) {
    connection_.Send(request.wire);
    const size_t size = request.wire.size();
    // The size stays for the account; the bytes are the connection's now.
    request.wire = std::string();
    sent_.push_back({std::move(request), size});
  }

  void Ping() {
    Sent({FormatCommand(std::vector<std::string>{"PING"}), {}, SteadyClock::time_point::max(), nullptr});
  }

  void OnReply(Reply&& reply) {
    if (sent_.empty()) {
      connection_.Break(absl::UnavailableError("Redis: a reply that nobody asked for"));
      return;
    }
    InFlight done = std::move(sent_.front());
    sent_.pop_front();
    if (done.request.callback == nullptr) return;
    metrics_.duration->Observe(
        std::chrono::duration<double>(SteadyClock::now() - done.request.started).count());
    if (!reply.is_error()) {
      metrics_.succeeded->Increment();
      Finish(done.request, std::move(reply), done.size);
      return;
    }
    metrics_.refused->Increment();
    // Whoever answers this has become a replica; the address may lead to the new primary by now.
    const bool demoted = reply.text.starts_with("READONLY");
    Finish(done.request, StatusFromErrorText(reply.text), done.size);
    if (demoted) connection_.Break(absl::UnavailableError("Redis: the server has become a replica"));
  }

  void OnUp() {
    connecting_ = outage_logged_ = false;
    SetConnected(true);
    Log(Severity::kInfo, "redis connected",
        {{"client", options_.metrics_name}, {"address", options_.connection.url.Redacted()}});
    TakeArrived();
  }

  void OnDown(absl::Status why, bool was_up) {
    SetConnected(false);
    if (was_up) metrics_.disconnects->Increment();
    // One line for each outage, not for each attempt.
    if (!std::exchange(outage_logged_, true)) {
      Log(Severity::kWarning, "redis is not reachable",
          {{"client", options_.metrics_name},
           {"address", options_.connection.url.Redacted()},
           {"reason", std::string(why.message().data(), why.message().size())}});
    }
    connecting_ = connection_.connecting();
    FailSent("the connection broke");
    TakeArrived();
  }

  void FailSent(const char* why) {
    std::deque<InFlight> lost = std::exchange(sent_, {});
    for (InFlight& each : lost) {
      if (each.request.callback == nullptr) continue;
      metrics_.unknown->Increment();
      Finish(each.request, absl::UnavailableError(std::string("Redis: ") + why + ", outcome unknown"),
             each.size);
    }
  }

  void StartSweeping() {
    if (std::exchange(sweeping_, true)) return;
    sweep_timer_.Start(kSweep, [this] { Sweep(); });
  }

  void Sweep() {
    sweeping_ = false;
    const auto now = SteadyClock::now();
    bool open = false;
    for (InFlight& each : sent_) {
      if (each.request.callback == nullptr) continue;
      if (each.request.deadline > now) {
        open = true;
        continue;
      }
      metrics_.timed_out->Increment();
      Request request = std::move(each.request);
      each.request.callback = nullptr;
      Finish(request, absl::DeadlineExceededError("Redis: no answer in time, outcome unknown"), each.size);
    }
    if (connecting_) open |= SweepArrived(now);
    if (open) StartSweeping();
  }

  // Those that wait for the first connection.
  bool SweepArrived(SteadyClock::time_point now) {
    std::vector<Request> late;
    bool open = false;
    {
      std::lock_guard lock(mutex_);
      std::vector<Request> kept;
      for (Request& request : arrived_) (request.deadline <= now ? late : kept).push_back(std::move(request));
      arrived_ = std::move(kept);
      open = !arrived_.empty();
    }
    for (Request& request : late) {
      metrics_.timed_out->Increment();
      Finish(request, absl::DeadlineExceededError("Redis: no connection in time"));
    }
    return open;
  }

  void Finish(Request& request, absl::StatusOr<Reply> result) {
    const size_t size = request.wire.size();
    Finish(request, std::move(result), size);
  }

  void Finish(Request& request, absl::StatusOr<Reply> result, size_t size) {
    {
      std::lock_guard lock(mutex_);
      --waiting_;
      waiting_bytes_ -= size;
    }
    metrics_.in_flight->Add(-1);
    request.callback(std::move(result));
  }

  void SetConnected(bool connected) {
    metrics_.connected->Set(connected ? 1 : 0);
    {
      std::lock_guard lock(mutex_);
      connected_ = connected;
    }
    connected_changed_.notify_all();
  }

  struct InFlight {
    Request request;
    size_t size;
  };

  EventLoop& loop_;
  const ClientOptions options_;
  const ClientMetrics metrics_;
  Timer sweep_timer_;
  bool sweeping_ = false;
  // The first attempt to connect since the start or a break is under way: commands wait for it.
  bool connecting_ = true;
  bool outage_logged_ = false;
  std::deque<InFlight> sent_;
  ReconnectingConnection connection_;

  mutable std::mutex mutex_;
  mutable std::condition_variable connected_changed_;
  // Guarded by the mutex.
  std::vector<Request> arrived_;
  size_t waiting_ = 0;
  size_t waiting_bytes_ = 0;
  bool connected_ = false;
  bool stopped_ = false;
};

Client::Client(EventLoop& loop, ClientOptions options, metrics::Registry& registry,
               std::vector<const Script*> scripts)
    : loop_(loop), core_(std::make_unique<Core>(loop, std::move(options), registry)) {
  core_->Start(scripts);
}

Client::~Client() {
  loop_.Run([this] {
    core_->Stop();
    core_.reset();
  });
}

void Client::Command(std::vector<std::string> args, absl::Duration timeout, Callback callback) {
  core_->Enqueue(args, timeout, std::move(callback));
}

void Client::Run(const Script& script, std::vector<std::string> keys, std::vector<std::string> args,
                 absl::Duration timeout, Callback callback) {
  const auto deadline = SteadyClock::now() + absl::ToChronoNanoseconds(std::min(timeout, absl::Hours(1)));
  auto command = std::make_shared<std::vector<std::string>>(
      ScriptCommand("EVALSHA", script.sha1(), std::move(keys), std::move(args)));
  auto retry = [core = core_.get(), &script, command, deadline,
                callback = std::move(callback)](absl::StatusOr<Reply> reply) {
    if (!IsUnknownScript(reply.status())) {
      callback(std::move(reply));
      return;
    }
    (*command)[0] = "EVAL";
    (*command)[1] = script.text();
    core->Enqueue(*command, absl::FromChrono(deadline - SteadyClock::now()), callback);
  };
  core_->Enqueue(*command, timeout, std::move(retry));
}

bool Client::connected() const { return core_->connected(); }

bool Client::WaitUntilConnected(absl::Duration timeout) const { return core_->WaitUntilConnected(timeout); }

}  // namespace sail::platform::redis
