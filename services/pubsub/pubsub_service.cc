#include "services/pubsub/pubsub_service.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <mutex>
#include <set>

#include "platform/rpc/status_conversion.h"
#include "protos/sail/pubsub/v1/pubsub.grpc.pb.h"
#include "services/pubsub/gateway_link.h"

namespace sail::pubsub {

class PubSubService::Calls final : public v1::PubSubService::CallbackService {
 public:
  Calls(ClusterBus& bus, Publisher& publisher, absl::Duration max_timeout,
        platform::metrics::Registry& registry)
      : parts_{bus, publisher, max_timeout,
               registry.AddCounter(
                   "sail_pubsub_link_dropped_total",
                   "Operations dropped since a gateway read too slowly; each time it got a gap.")} {}

  grpc::ServerUnaryReactor* Publish(grpc::CallbackServerContext* context, const v1::PublishRequest* request,
                                    v1::PublishResponse*) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    const absl::Duration left = absl::FromChrono(context->deadline()) - absl::Now();
    parts_.publisher.Publish(
        request->operations(), std::min(left, parts_.publish_timeout),
        [reactor](const absl::Status& status) { reactor->Finish(platform::rpc::ToGrpc(status)); });
    return reactor;
  }

  grpc::ServerBidiReactor<v1::AttachRequest, v1::AttachEvent>* Attach(grpc::CallbackServerContext*) override {
    auto* link = new GatewayLink(parts_, [this](const std::shared_ptr<GatewayLink::Handle>& handle) {
      std::lock_guard lock(mutex_);
      links_.erase(handle);
    });
    const std::shared_ptr<GatewayLink::Handle> handle = link->handle();
    bool closed = false;
    {
      std::lock_guard lock(mutex_);
      links_.insert(handle);
      closed = closed_;
    }
    if (closed) handle->Close(Draining());
    return link;
  }

  void CloseLinks() {
    std::set<std::shared_ptr<GatewayLink::Handle>> links;
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
      links = links_;
    }
    for (const auto& link : links) link->Close(Draining());
  }

 private:
  static grpc::Status Draining() { return {grpc::StatusCode::UNAVAILABLE, "the service is shutting down"}; }

  const LinkParts parts_;
  std::mutex mutex_;
  std::set<std::shared_ptr<GatewayLink::Handle>> links_;
  bool closed_ = false;
};

PubSubService::PubSubService(ClusterBus& bus, Publisher& publisher, absl::Duration max_timeout,
                             platform::metrics::Registry& registry)
    : calls_(std::make_unique<Calls>(bus, publisher, max_timeout, registry)) {}

PubSubService::~PubSubService() = default;

grpc::Service* PubSubService::service() const { return calls_.get(); }

void PubSubService::CloseLinks() { calls_->CloseLinks(); }

}  // namespace sail::pubsub
