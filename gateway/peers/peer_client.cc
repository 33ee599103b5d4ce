#include "gateway/peers/peer_client.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/clock.h"
#include "gateway/engineio/endpoint.h"
#include "gateway/engineio/polling_answers.h"
#include "gateway/peers/peer_messages.h"
#include "gateway/peers/stray_tunnel.h"
#include "platform/rpc/channel.h"
#include "protos/sail/gateway/v1/peer.grpc.pb.h"

namespace sail::gateway {
namespace {

using Stub = v1::PeerService::Stub;

// Gateways with a channel at a time; more than any cluster has.
constexpr size_t kMaxChannels = 1024;

HttpResponse AnswerFor(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::NOT_FOUND:
    case grpc::StatusCode::UNAVAILABLE:
      // The owner is dead or has forgotten it: either way the session is over.
      return engineio::ErrorAnswer(engineio::kUnknownSid);
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return engineio::EmptyAnswer(504);
    default:
      return engineio::EmptyAnswer(502);
  }
}

// One forwarded request. Any thread; the mutex orders the client's end and the call's start.
struct ForwardCall {
  std::shared_ptr<Responder> responder;
  grpc::ClientContext context;
  v1::ForwardRequest request;
  v1::ForwardResponse response;
  std::shared_ptr<Stub> stub;
};

class GrpcPeerClient final : public PeerClient {
 public:
  GrpcPeerClient(PeerDirectory& directory, PeerClientOptions options, platform::metrics::Registry& registry)
      : directory_(directory),
        options_(options),
        forwarded_(registry.AddCounter("sail_gateway_forwarded_requests_total",
                                       "Requests passed on to the gateway that has their session.")),
        tunnels_total_(registry.AddCounter("sail_gateway_tunnels_total",
                                           "WebSockets passed on to the gateway that has their session.")),
        failures_(registry.AddCounter("sail_gateway_forward_failures_total",
                                      "Of both, those whose gateway was not found or did not answer.")) {}

  ~GrpcPeerClient() override {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    for (ForwardCall* const call : calls_) call->context.TryCancel();
    for (const auto& tunnel : tunnels_) tunnel->Cancel();
    ended_.wait(lock, [this] { return under_way_ == 0; });
  }

  void Forward(uint32_t owner, std::shared_ptr<const HttpRequest> request,
               std::shared_ptr<Responder> responder) override {
    forwarded_->Increment();
    if (!Enter()) return responder->Send(engineio::EmptyAnswer(503));
    auto call = std::make_shared<ForwardCall>();
    call->responder = responder;
    ToMessage(*request, call->request.mutable_request());
    call->context.set_deadline(absl::ToChronoTime(absl::Now() + options_.timeout));
    responder->OnAbort([weak = std::weak_ptr<ForwardCall>(call)] {
      if (const auto call = weak.lock()) call->context.TryCancel();
    });
    directory_.Find(owner, [this, owner, call](absl::StatusOr<std::string> address) {
      std::shared_ptr<Stub> stub = address.ok() ? StubFor(*address) : nullptr;
      if (stub == nullptr) {
        const bool unknown = absl::IsNotFound(address.status());
        failures_->Increment();
        call->responder->Send(unknown ? engineio::ErrorAnswer(engineio::kUnknownSid)
                                      : engineio::EmptyAnswer(503));
        return Leave(nullptr);
      }
      call->stub = std::move(stub);
      {
        std::lock_guard lock(mutex_);
        calls_.insert(call.get());
        if (stopping_) call->context.TryCancel();
      }
      call->stub->async()->Forward(&call->context, &call->request, &call->response,
                                   [this, owner, call](const grpc::Status& status) {
                                     Answer(owner, *call, status);
                                     Leave(call.get());
                                   });
    });
  }

  void Tunnel(uint32_t owner, std::shared_ptr<const HttpRequest> request, std::shared_ptr<ByteStream> stream,
              std::string already_read) override {
    tunnels_total_->Increment();
    if (!Enter()) return engineio::RefuseUpgrade(engineio::kBadRequest, stream);
    directory_.Find(owner, [this, owner, request = std::move(request), stream = std::move(stream),
                            already_read = std::move(already_read)](absl::StatusOr<std::string> address) {
      std::shared_ptr<Stub> stub = address.ok() ? StubFor(*address) : nullptr;
      // The stream is its loop's alone, the last reference to it as well.
      EventLoop& loop = stream->loop();
      loop.Post([this, owner, stub = std::move(stub), request, stream, already_read]() mutable {
        if (stub == nullptr) {
          failures_->Increment();
          engineio::RefuseUpgrade(engineio::kUnknownSid, stream);
          return Leave(nullptr);
        }
        StartTunnel(owner, std::move(stub), *request, std::move(stream), std::move(already_read));
      });
    });
  }

  void Drain(absl::Time deadline) override {
    constexpr absl::Duration kPause = absl::Milliseconds(50);
    std::unique_lock lock(mutex_);
    const absl::Duration time = std::max((deadline - absl::Now()) / 2, kPause);
    const size_t portion = tunnels_.size() / static_cast<size_t>(time / kPause) + 1;
    while (!tunnels_.empty() && absl::Now() < deadline) {
      size_t left = portion;
      for (auto it = tunnels_.begin(); it != tunnels_.end() && left > 0; ++it, --left) (*it)->Cancel();
      ended_.wait_for(lock, absl::ToChronoNanoseconds(kPause), [this] { return tunnels_.empty(); });
    }
  }

 private:
  bool Enter() {
    std::lock_guard lock(mutex_);
    if (stopping_ || under_way_ >= options_.max_calls) return false;
    ++under_way_;
    return true;
  }

  void Leave(ForwardCall* call) {
    std::lock_guard lock(mutex_);
    calls_.erase(call);
    --under_way_;
    ended_.notify_all();
  }

  std::shared_ptr<Stub> StubFor(const std::string& address) {
    std::lock_guard lock(mutex_);
    if (stopping_) return nullptr;
    std::shared_ptr<Stub>& stub = stubs_[address];
    if (stub == nullptr) {
      if (stubs_.size() > kMaxChannels) {
        // Those of gateways that have gone, for the most part.
        stubs_.clear();
        return stubs_[address] = v1::PeerService::NewStub(platform::rpc::MakeChannel(address));
      }
      stub = v1::PeerService::NewStub(platform::rpc::MakeChannel(address));
    }
    return stub;
  }

  void Answer(uint32_t owner, ForwardCall& call, const grpc::Status& status) {
    if (status.ok()) return call.responder->Send(FromMessage(std::move(call.response)));
    if (status.error_code() == grpc::StatusCode::UNAVAILABLE) directory_.Forget(owner);
    if (status.error_code() != grpc::StatusCode::CANCELLED) failures_->Increment();
    call.responder->Send(AnswerFor(status));
  }

  void StartTunnel(uint32_t owner, std::shared_ptr<Stub> stub, const HttpRequest& request,
                   std::shared_ptr<ByteStream> stream, std::string already_read) {
    // Set below; on_end removes it from the set.
    auto place = std::make_shared<std::weak_ptr<StrayTunnel>>();
    auto tunnel = std::make_shared<StrayTunnel>(std::move(stub), std::move(stream),
                                                [this, owner, place](const grpc::Status& status) {
                                                  if (status.error_code() == grpc::StatusCode::UNAVAILABLE)
                                                    directory_.Forget(owner);
                                                  const auto self = place->lock();
                                                  std::lock_guard lock(mutex_);
                                                  tunnels_.erase(self);
                                                  --under_way_;
                                                  ended_.notify_all();
                                                });
    *place = tunnel;
    {
      std::lock_guard lock(mutex_);
      tunnels_.insert(tunnel);
      if (stopping_) tunnel->Cancel();
    }
    tunnel->Start(request, std::move(already_read));
  }

  PeerDirectory& directory_;
  const PeerClientOptions options_;
  platform::metrics::Counter* const forwarded_;
  platform::metrics::Counter* const tunnels_total_;
  platform::metrics::Counter* const failures_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool stopping_ = false;
  size_t under_way_ = 0;
  absl::flat_hash_set<ForwardCall*> calls_;
  absl::flat_hash_set<std::shared_ptr<StrayTunnel>> tunnels_;
  absl::flat_hash_map<std::string, std::shared_ptr<Stub>> stubs_;
};

}  // namespace

std::unique_ptr<PeerClient> MakePeerClient(PeerDirectory& directory, PeerClientOptions options,
                                           platform::metrics::Registry& registry) {
  return std::make_unique<GrpcPeerClient>(directory, options, registry);
}

}  // namespace sail::gateway
