#include "gateway/upstream/revocation_watch.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
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

// A thread that reads: there are few messages, and it is one per process.
class StreamRevocationWatch final : public RevocationWatch {
 public:
  StreamRevocationWatch(std::string target, Handlers handlers)
      : target_(std::move(target)), handlers_(std::move(handlers)), thread_([this] { Run(); }) {}

  ~StreamRevocationWatch() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
      if (call_ != nullptr) call_->TryCancel();
      wake_.notify_all();
    }
    thread_.join();
  }

 private:
  void Run() {
    milliseconds backoff = kFirstBackoff;
    size_t turn = std::random_device()();  // gateways start at different replicas
    for (;;) {
      const auto addresses = platform::rpc::Resolve(target_);
      if (addresses.ok() && WatchReplica((*addresses)[turn++ % addresses->size()])) backoff = kFirstBackoff;
      std::unique_lock lock(mutex_);
      if (wake_.wait_for(lock, backoff, [this] { return stopping_; })) return;
      backoff = std::min(backoff * 2, kMaxBackoff);
    }
  }

  // Until the stream ends. Whether it was in force.
  bool WatchReplica(const std::string& address) {
    grpc::ClientContext call;
    {
      std::lock_guard lock(mutex_);
      if (stopping_) return false;
      call_ = &call;
    }
    const auto stub = session::v1::SessionService::NewStub(platform::rpc::MakeChannel(address));
    const auto stream = stub->WatchRevocations(&call, session::v1::WatchRevocationsRequest());
    session::v1::WatchRevocationsResponse message;
    bool was_in_force = false;
    while (stream->Read(&message)) {
      was_in_force |= message.in_force();
      Tell(message);
    }
    const absl::Status status = platform::rpc::FromGrpc(stream->Finish());
    std::lock_guard lock(mutex_);
    call_ = nullptr;
    if (was_in_force && !stopping_) {
      platform::Log(platform::Severity::kWarning, "watch for revocations lost",
                    {{"error", platform::ToStd(status.message())}});
    }
    return was_in_force;
  }

  void Tell(const session::v1::WatchRevocationsResponse& message) {
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
  grpc::ClientContext* call_ = nullptr;  // while there is one
  std::thread thread_;
};

}  // namespace

std::unique_ptr<RevocationWatch> WatchRevocations(const std::string& target,
                                                  RevocationWatch::Handlers handlers) {
  return std::make_unique<StreamRevocationWatch>(target, std::move(handlers));
}

}  // namespace sail::gateway
