#include "gateway/upstream/revocation_watch.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

#include "platform/log/log.h"
#include "platform/rpc/channel.h"
#include "platform/rpc/resolver.h"
#include "platform/rpc/status_conversion.h"
#include "platform/text/string_view.h"
#include "protos/sail/session/v1/session.grpc.pb.h"

namespace sail::gateway {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstBackoff(50);
constexpr milliseconds kMaxBackoff(1000);
constexpr size_t kReplicas = 2;

// Threads that read: there are few messages, and few threads.
class StreamRevocationWatch final : public RevocationWatch {
 public:
  StreamRevocationWatch(std::string target, Handlers handlers)
      : target_(std::move(target)), handlers_(std::move(handlers)) {
    for (size_t i = 0; i < kReplicas; ++i) threads_.emplace_back([this] { Run(); });
  }

  ~StreamRevocationWatch() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
      for (auto& [address, call] : calls_) call->TryCancel();
      wake_.notify_all();
    }
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void Run() {
    milliseconds backoff = kFirstBackoff;
    size_t turn = std::random_device()();  // gateways start at different replicas
    std::string address;
    for (;;) {
      const auto addresses = platform::rpc::Resolve(target_);
      grpc::ClientContext call;
      address = addresses.ok() ? Claim(*addresses, turn++, address, &call) : "";
      if (!address.empty() && WatchReplica(address, &call)) backoff = kFirstBackoff;
      std::unique_lock lock(mutex_);
      if (!address.empty()) calls_.erase(address);
      if (wake_.wait_for(lock, backoff, [this] { return stopping_; })) return;
      backoff = std::min(backoff * 2, kMaxBackoff);
    }
  }

  // A replica that is not watched yet, the one that has just ended only if there is no other; empty if there
  // is none.
  std::string Claim(const std::vector<std::string>& addresses, size_t turn, const std::string& ended,
                    grpc::ClientContext* call) {
    std::lock_guard lock(mutex_);
    if (stopping_) return "";
    std::string chosen;
    for (size_t i = 0; i < addresses.size() && (chosen.empty() || chosen == ended); ++i) {
      const std::string& address = addresses[(turn + i) % addresses.size()];
      if (!calls_.contains(address)) chosen = address;
    }
    if (!chosen.empty()) calls_.emplace(chosen, call);
    return chosen;
  }

  // Until the stream ends. Whether it was in force.
  bool WatchReplica(const std::string& address, grpc::ClientContext* call) {
    const auto stub = session::v1::SessionService::NewStub(platform::rpc::MakeChannel(address));
    const auto stream = stub->WatchRevocations(call, session::v1::WatchRevocationsRequest());
    session::v1::WatchRevocationsResponse message;
    bool was_in_force = false;
    while (stream->Read(&message)) {
      was_in_force |= message.in_force();
      Tell(message);
    }
    const absl::Status status = platform::rpc::FromGrpc(stream->Finish());
    std::lock_guard lock(mutex_);
    if (was_in_force && !stopping_) {
      platform::Log(platform::Severity::kWarning, "watch for revocations lost",
                    {{"error", platform::ToStd(status.message())}});
    }
    return was_in_force;
  }

  void Tell(const session::v1::WatchRevocationsResponse& message) {
    std::lock_guard lock(tell_mutex_);
    if (message.ids_size() > 0) {
      handlers_.on_revoked(
          std::make_shared<const std::vector<std::string>>(message.ids().begin(), message.ids().end()));
    }
    if (message.in_force()) handlers_.on_in_force();
  }

  const std::string target_;
  const Handlers handlers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::map<std::string, grpc::ClientContext*> calls_;  // by the address of the replica
  std::mutex tell_mutex_;
  std::vector<std::thread> threads_;
};

}  // namespace

std::unique_ptr<RevocationWatch> WatchRevocations(const std::string& target,
                                                  RevocationWatch::Handlers handlers) {
  return std::make_unique<StreamRevocationWatch>(target, std::move(handlers));
}

}  // namespace sail::gateway
