// Calls to all replicas of a service over batching streams: one stream to each address behind the target.
//
// Include this only in source files: it needs gRPC's headers.
#ifndef SAIL_PLATFORM_RPC_BATCH_POOL_H_
#define SAIL_PLATFORM_RPC_BATCH_POOL_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/log/log.h"
#include "platform/rpc/batch_client.h"
#include "platform/rpc/channel.h"
#include "platform/rpc/resolver.h"
#include "platform/text/string_view.h"

namespace sail::platform::rpc {

struct BatchPoolOptions {
  std::string name;    // for the log: "session"
  std::string target;  // see resolver.h
  // While no replica is connected (a restart), calls wait this long for one before they fail with
  // UNAVAILABLE. Nothing has been sent then, so this repeats no request.
  absl::Duration wait_for_replica = absl::Seconds(1);
  size_t max_waiting = 10'000;
  absl::Duration resolve_interval = absl::Seconds(5);
  // A replica that answered UNAVAILABLE, or not in time, is passed over that long if there is another one: as
  // it fails fast, it would look like the idlest of all by its calls in flight.
  absl::Duration avoid_failed = absl::Milliseconds(250);
};

// A call goes to the connected replica with the fewest calls in flight, so that a slow or frozen one gets
// few. A call marked repeatable that ends with UNAVAILABLE (its stream broke before the answer, or the
// replica has lost its store) is sent once more, to another replica: the one place where requests are
// retried. Thread-safe. The destructor ends every call.
template <typename Batch, typename BatchReply>
class BatchPool {
 public:
  using Client = BatchClient<Batch, BatchReply>;
  using Item = typename Client::Item;
  using Reply = typename Client::Reply;
  using Callback = typename Client::Callback;
  // Makes the starter of streams on one channel; it keeps the stub.
  using MakeOpen = std::function<typename Client::Open(std::shared_ptr<grpc::Channel>)>;

  BatchPool(BatchPoolOptions options, MakeOpen make_open)
      : options_(std::move(options)), make_open_(std::move(make_open)), ticker_([this] { RunTicker(); }) {}

  ~BatchPool() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
      wake_.notify_all();
    }
    ticker_.join();
    for (auto& [address, client] : clients_) client->Close();
    for (Waiting& waiting : waiting_) waiting.callback(absl::CancelledError("shutting down"));
  }

  // Calls with the same affinity go to the same replica, in the order in which they are made, as long as it
  // is connected and does not fail. 0: to whichever has the least to do. cancellation: see BatchClient::Call.
  void Call(Item item, absl::Duration timeout, bool repeatable, Callback callback, uint64_t affinity = 0,
            std::shared_ptr<Cancellation> cancellation = nullptr) {
    CallBefore({.give_up = absl::InfinitePast(),
                .deadline = absl::Now() + timeout,
                .item = std::move(item),
                .repeats = repeatable ? 1 : 0,
                .affinity = affinity,
                .callback = std::move(callback),
                .cancellation = std::move(cancellation)},
               false);
  }

  // Whether any replica is connected.
  bool ready() {
    std::lock_guard lock(mutex_);
    return BestLocked() != nullptr;
  }

 private:
  struct Waiting {
    absl::Time give_up;
    absl::Time deadline;
    Item item;
    int repeats;
    uint64_t affinity;
    Callback callback;
    std::shared_ptr<Cancellation> cancellation;
  };

  void CallBefore(Waiting call, bool has_waited) {
    std::shared_ptr<Client> client;
    {
      std::lock_guard lock(mutex_);
      // Those that wait go first, where the order counts.
      const bool behind = call.affinity != 0 && !has_waited && (serving_waiting_ || !waiting_.empty());
      if (!behind) client = ChooseLocked(call.affinity);
      if (client == nullptr && !stopping_ && waiting_.size() < options_.max_waiting) {
        call.give_up = std::min(call.deadline, absl::Now() + options_.wait_for_replica);
        waiting_.push_back(std::move(call));
        return;
      }
    }
    if (client == nullptr) {
      call.callback(absl::UnavailableError("no " + options_.name + " service is connected"));
      return;
    }
    const absl::Duration left = call.deadline - absl::Now();
    if (call.repeats == 0) {
      client->Call(std::move(call.item), left, std::move(call.callback), std::move(call.cancellation));
      return;
    }
    Item copy = call.item;
    --call.repeats;
    std::shared_ptr<Cancellation> cancellation = call.cancellation;
    auto again = [this, call = std::move(call)](absl::StatusOr<Reply> reply) mutable {
      if (absl::IsUnavailable(reply.status()) && absl::Now() < call.deadline && !stopping_.load()) {
        CallBefore(std::move(call), true);
      } else {
        call.callback(std::move(reply));
      }
    };
    client->Call(std::move(copy), left, std::move(again), std::move(cancellation));
  }

  // Rendezvous hashing: when a replica comes or goes, only calls that are its own change their place.
  std::shared_ptr<Client> ChooseLocked(uint64_t affinity) {
    if (affinity == 0) return BestLocked();
    std::shared_ptr<Client> best;
    std::pair<bool, uint64_t> most;  // whether it has not failed lately, its weight
    const absl::Time lately = absl::Now() - options_.avoid_failed;
    for (const auto& [address, client] : clients_) {
      if (!client->ready()) continue;
      const uint64_t weight = (affinity ^ std::hash<std::string>()(address)) * 0x9E3779B97F4A7C15u;
      const std::pair<bool, uint64_t> rank(client->last_failure() <= lately, weight ^ (weight >> 32));
      if (best == nullptr || rank > most) {
        best = client;
        most = rank;
      }
    }
    return best;
  }

  std::shared_ptr<Client> BestLocked() {
    std::shared_ptr<Client> best;
    std::pair<bool, size_t> least;  // whether it has failed lately, how many calls are in flight
    const size_t n = clients_.size();
    if (n == 0) return nullptr;
    const absl::Time lately = absl::Now() - options_.avoid_failed;
    // Starting at another one each time spreads the calls where all are equally busy.
    auto it = std::next(clients_.begin(), static_cast<long>(turn_++ % n));
    for (size_t i = 0; i < n; ++i, ++it) {
      if (it == clients_.end()) it = clients_.begin();
      if (!it->second->ready()) continue;
      const std::pair<bool, size_t> load(it->second->last_failure() > lately, it->second->in_flight());
      if (best == nullptr || load < least) {
        best = it->second;
        least = load;
      }
    }
    return best;
  }

  void RunTicker() {
    absl::Time next_resolve = absl::InfinitePast();
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      lock.unlock();
      const absl::Time now = absl::Now();
      if (now >= next_resolve) {
        const bool found = ResolveTarget();
        next_resolve = now + (found ? options_.resolve_interval : absl::Milliseconds(500));
      }
      std::vector<std::shared_ptr<Client>> clients;
      {
        std::lock_guard inner(mutex_);
        for (auto& [address, client] : clients_) clients.push_back(client);
      }
      for (const auto& client : clients) client->Tick(now);
      ServeWaiting(now);
      lock.lock();
      wake_.wait_for(lock, std::chrono::milliseconds(10), [this] { return stopping_.load(); });
    }
  }

  void ServeWaiting(absl::Time now) {
    std::deque<Waiting> ready, expired;
    {
      std::lock_guard lock(mutex_);
      if (waiting_.empty()) return;
      if (BestLocked() != nullptr) {
        ready.swap(waiting_);
        serving_waiting_ = true;
      } else {
        while (!waiting_.empty() && waiting_.front().give_up <= now) {
          expired.push_back(std::move(waiting_.front()));
          waiting_.pop_front();
        }
      }
    }
    for (Waiting& call : ready) CallBefore(std::move(call), true);
    if (!ready.empty()) {
      std::lock_guard lock(mutex_);
      serving_waiting_ = false;
    }
    for (Waiting& call : expired) {
      call.callback(absl::UnavailableError("no " + options_.name + " service is connected"));
    }
  }

  bool ResolveTarget() {
    const absl::StatusOr<std::vector<std::string>> addresses = Resolve(options_.target);
    if (!addresses.ok()) {
      if (std::exchange(resolve_failed_, true) == false) {
        Log(Severity::kWarning, "cannot resolve a service",
            {{"service", options_.name}, {"error", ToStd(addresses.status().message())}});
      }
      return false;
    }
    resolve_failed_ = false;
    std::vector<std::shared_ptr<Client>> gone;
    {
      std::lock_guard lock(mutex_);
      std::map<std::string, std::shared_ptr<Client>> clients;
      for (const std::string& address : *addresses) {
        std::shared_ptr<Client>& client = clients[address];
        const auto known = clients_.find(address);
        client = known != clients_.end() ? known->second
                                         : std::make_shared<Client>(make_open_(MakeChannel(address)));
      }
      for (auto& [address, client] : clients_) {
        if (!clients.contains(address)) gone.push_back(client);
      }
      clients_ = std::move(clients);
    }
    // A replica that left the name may be draining: calls in flight may still be answered, new ones go
    // elsewhere.
    for (auto& client : gone) leaving_.emplace_back(absl::Now() + absl::Seconds(30), std::move(client));
    while (!leaving_.empty() && leaving_.front().first <= absl::Now()) {
      leaving_.front().second->Close();
      leaving_.pop_front();
    }
    return true;
  }

  const BatchPoolOptions options_;
  const MakeOpen make_open_;
  std::atomic<bool> stopping_{false};
  bool resolve_failed_ = false;                                         // ticker only
  std::deque<std::pair<absl::Time, std::shared_ptr<Client>>> leaving_;  // ticker only

  std::mutex mutex_;
  std::condition_variable wake_;
  size_t turn_ = 0;
  std::map<std::string, std::shared_ptr<Client>> clients_;
  std::deque<Waiting> waiting_;
  bool serving_waiting_ = false;

  std::thread ticker_;  // last: uses all of the above
};

}  // namespace sail::platform::rpc

#endif  // SAIL_PLATFORM_RPC_BATCH_POOL_H_
