#include "gateway/peers/peer_service.h"

#include <grpcpp/grpcpp.h>

#include <mutex>
#include <utility>

#include "gateway/http/exchange.h"
#include "gateway/peers/owner_tunnel.h"
#include "gateway/peers/peer_messages.h"
#include "protos/sail/gateway/v1/peer.grpc.pb.h"

namespace sail::gateway {
namespace {

// One Forward call. Deletes itself when the call is over.
class ForwardCall final : public grpc::ServerUnaryReactor {
 public:
  ForwardCall(engineio::Endpoint& endpoint, std::shared_ptr<const HttpRequest> request,
              v1::ForwardResponse* response)
      : state_(std::make_shared<State>()) {
    EventLoop* const loop = endpoint.FindLoop(*request);
    if (loop == nullptr) {
      Finish({grpc::StatusCode::NOT_FOUND, "no session of this gateway"});
      return;
    }
    state_->call = this;
    state_->response = response;
    auto exchange = std::make_shared<Exchange>(*loop, [state = state_](HttpResponse answer) {
      std::lock_guard lock(state->mutex);
      if (state->call == nullptr) return;
      ToMessage(std::move(answer), state->response);
      std::exchange(state->call, nullptr)->Finish(grpc::Status::OK);
    });
    abort_ = [loop, weak = std::weak_ptr<Exchange>(exchange)] {
      loop->Post([weak] {
        if (const auto exchange = weak.lock()) exchange->Abort();
      });
    };
    loop->Post([&endpoint, request = std::move(request), exchange = std::move(exchange)]() mutable {
      endpoint.Handle(std::move(request), std::move(exchange));
    });
  }

  void OnCancel() override {
    {
      std::lock_guard lock(state_->mutex);
      if (state_->call == nullptr) return;
      state_->call = nullptr;
    }
    abort_();
    Finish(grpc::Status::CANCELLED);
  }

  void OnDone() override { delete this; }

 private:
  struct State {
    std::mutex mutex;
    ForwardCall* call = nullptr;  // null once it has been finished
    v1::ForwardResponse* response = nullptr;
  };
  const std::shared_ptr<State> state_;
  std::function<void()> abort_;
};

}  // namespace

class PeerService::Calls final : public v1::PeerService::CallbackService {
 public:
  Calls(engineio::Endpoint& endpoint, platform::metrics::Registry& registry)
      : endpoint_(endpoint),
        forwarded_(registry.AddCounter("sail_gateway_peer_requests_total",
                                       "Requests for sessions here that came by other gateways.")),
        tunnels_(registry.AddCounter("sail_gateway_peer_tunnels_total",
                                     "WebSockets of sessions here that came by other gateways.")) {}

  grpc::ServerUnaryReactor* Forward(grpc::CallbackServerContext*, const v1::ForwardRequest* request,
                                    v1::ForwardResponse* response) override {
    forwarded_->Increment();
    return new ForwardCall(endpoint_, FromMessage(v1::Request(request->request())), response);
  }

  grpc::ServerBidiReactor<v1::TunnelRequest, v1::TunnelResponse>* Tunnel(
      grpc::CallbackServerContext*) override {
    tunnels_->Increment();
    return new OwnerTunnel(endpoint_);
  }

 private:
  engineio::Endpoint& endpoint_;
  platform::metrics::Counter* const forwarded_;
  platform::metrics::Counter* const tunnels_;
};

PeerService::PeerService(engineio::Endpoint& endpoint, platform::metrics::Registry& registry)
    : calls_(std::make_unique<Calls>(endpoint, registry)) {}

PeerService::~PeerService() = default;

grpc::Service* PeerService::service() const { return calls_.get(); }

}  // namespace sail::gateway
