#include "gateway/peers/peer_directory.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "platform/log/log.h"
#include "platform/rpc/channel.h"
#include "platform/rpc/status_conversion.h"
#include "protos/sail/pubsub/v1/directory.grpc.pb.h"

namespace sail::gateway {
namespace {

using pubsub::v1::DirectoryService;

constexpr absl::Duration kTimeout = absl::Seconds(2);
// A gateway that dies is looked for this long; one that lives says so three times within.
constexpr absl::Duration kTimeToLive = absl::Seconds(15);
constexpr absl::Duration kAnnounceInterval = absl::Seconds(5);
constexpr absl::Duration kRetryInterval = absl::Milliseconds(500);
constexpr absl::Duration kRemembered = absl::Seconds(5);
constexpr size_t kMaxRemembered = 4096;
constexpr int kMaxLookups = 1024;

class GrpcPeerDirectory final : public PeerDirectory {
 public:
  GrpcPeerDirectory(const std::string& target, uint32_t id, std::string address)
      : channel_(platform::rpc::MakeChannel(target)),
        stub_(DirectoryService::NewStub(channel_)),
        id_(id),
        address_(std::move(address)) {
    if (!address_.empty()) announcer_ = std::thread([this] { AnnounceAgainAndAgain(); });
  }

  ~GrpcPeerDirectory() override {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
    for (Lookup* const lookup : lookups_) lookup->context.TryCancel();
    wake_.wait(lock, [this] { return lookups_.empty(); });
    lock.unlock();
    if (announcer_.joinable()) announcer_.join();
  }

  void Find(uint32_t id, Found found) override {
    absl::StatusOr<std::string> answer = absl::ResourceExhaustedError("too many look for gateways");
    {
      std::lock_guard lock(mutex_);
      const auto known = known_.find(id);
      if (known != known_.end() && known->second.until > absl::Now()) {
        answer = known->second.address;
      } else if (!stopping_ && lookups_.size() < kMaxLookups) {
        auto* const lookup = new Lookup{.found = std::move(found)};
        lookups_.insert(lookup);
        Ask(id, lookup);
        return;
      }
    }
    found(std::move(answer));
  }

  void Forget(uint32_t id) override {
    std::lock_guard lock(mutex_);
    known_.erase(id);
  }

  bool announced() const override {
    std::lock_guard lock(mutex_);
    return address_.empty() || announced_;
  }

 private:
  struct Known {
    std::string address;
    absl::Time until;
  };
  struct Lookup {
    Found found;
    grpc::ClientContext context;
    pubsub::v1::FindGatewayRequest request;
    pubsub::v1::FindGatewayResponse response;
  };

  void Ask(uint32_t id, Lookup* lookup) {
    lookup->request.set_id(id);
    lookup->context.set_deadline(absl::ToChronoTime(absl::Now() + kTimeout));
    stub_->async()->FindGateway(&lookup->context, &lookup->request, &lookup->response,
                                [this, id, lookup](const grpc::Status& status) {
                                  if (status.ok()) {
                                    lookup->found(lookup->response.address());
                                  } else {
                                    lookup->found(platform::rpc::FromGrpc(status));
                                  }
                                  std::lock_guard lock(mutex_);
                                  if (status.ok()) {
                                    if (known_.size() >= kMaxRemembered) known_.clear();
                                    known_[id] = {lookup->response.address(), absl::Now() + kRemembered};
                                  }
                                  lookups_.erase(lookup);
                                  delete lookup;
                                  wake_.notify_all();
                                });
  }

  void AnnounceAgainAndAgain() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      lock.unlock();
      const grpc::Status status = Announce(kTimeToLive);
      lock.lock();
      if (!status.ok() && announced_) {
        platform::Log(platform::Severity::kWarning, "the other gateways cannot be told of this one",
                      {{"error", status.error_message()}});
      }
      announced_ = status.ok();
      wake_.wait_for(lock, absl::ToChronoNanoseconds(announced_ ? kAnnounceInterval : kRetryInterval),
                     [this] { return stopping_; });
    }
    lock.unlock();
    Announce(absl::ZeroDuration());
  }

  grpc::Status Announce(absl::Duration time_to_live) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kTimeout));
    pubsub::v1::AnnounceGatewayRequest request;
    request.set_id(id_);
    request.set_address(address_);
    request.set_ttl_ms(static_cast<uint32_t>(absl::ToInt64Milliseconds(time_to_live)));
    pubsub::v1::AnnounceGatewayResponse response;
    return stub_->AnnounceGateway(&context, request, &response);
  }

  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<DirectoryService::Stub> stub_;
  const uint32_t id_;
  const std::string address_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  bool announced_ = false;
  absl::flat_hash_map<uint32_t, Known> known_;
  absl::flat_hash_set<Lookup*> lookups_;
  std::thread announcer_;
};

}  // namespace

std::unique_ptr<PeerDirectory> MakePeerDirectory(const std::string& pubsub_target, uint32_t id,
                                                 const std::string& address) {
  return std::make_unique<GrpcPeerDirectory>(pubsub_target, id, address);
}

}  // namespace sail::gateway
