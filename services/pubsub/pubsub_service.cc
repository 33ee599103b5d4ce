#include "services/pubsub/pubsub_service.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

#include "platform/rpc/status_conversion.h"
#include "protos/sail/pubsub/v1/pubsub.grpc.pb.h"
#include "services/pubsub/cluster_calls.h"
#include "services/pubsub/gateway_link.h"
#include "services/pubsub/history_converter.h"
#include "services/pubsub/redis_history.h"
#include "services/pubsub/server_event_stream.h"

namespace sail::pubsub {

class PubSubService::Calls final : public v1::PubSubService::CallbackService {
 public:
  Calls(PubSubParts parts, absl::Duration max_timeout, platform::metrics::Registry& registry)
      : emitter_(parts.emitter),
        cluster_([&bus = parts.bus](v1::Query query, const ClusterQueries::Options& options,
                                    ClusterQueries::Done done) {
          bus.Ask(std::move(query), options, std::move(done));
        }),
        parts_{parts.bus,
               parts.publisher,
               parts.history,
               parts.sessions,
               parts.names,
               max_timeout,
               registry.AddCounter(
                   "sail_pubsub_link_dropped_total",
                   "Operations dropped since a gateway read too slowly; each time it got a gap.")} {}

  grpc::ServerUnaryReactor* Publish(grpc::CallbackServerContext* context, const v1::PublishRequest* request,
                                    v1::PublishResponse*) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    parts_.publisher.Publish(request->operations(), PublishTimeout(context), Finish(reactor));
    return reactor;
  }

  grpc::ServerUnaryReactor* FetchSockets(grpc::CallbackServerContext* context,
                                         const v1::FetchSocketsRequest* request,
                                         v1::FetchSocketsResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    cluster_.FetchSockets(*request, Left(context), response, Finish(reactor));
    return reactor;
  }
  grpc::ServerUnaryReactor* CountSockets(grpc::CallbackServerContext* context,
                                         const v1::CountSocketsRequest* request,
                                         v1::CountSocketsResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    cluster_.CountSockets(*request, Left(context), response, Finish(reactor));
    return reactor;
  }
  grpc::ServerUnaryReactor* ListRooms(grpc::CallbackServerContext* context,
                                      const v1::ListRoomsRequest* request,
                                      v1::ListRoomsResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    cluster_.ListRooms(*request, Left(context), response, Finish(reactor));
    return reactor;
  }
  grpc::ServerUnaryReactor* Presence(grpc::CallbackServerContext* context, const v1::PresenceRequest* request,
                                     v1::PresenceResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    cluster_.Presence(*request, Left(context), response, Finish(reactor));
    return reactor;
  }
  grpc::ServerUnaryReactor* BroadcastWithAck(grpc::CallbackServerContext* context,
                                             const v1::BroadcastWithAckRequest* request,
                                             v1::BroadcastWithAckResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    cluster_.BroadcastWithAck(*request, Left(context), response, Finish(reactor));
    return reactor;
  }

  grpc::ServerUnaryReactor* ServerSideEmit(grpc::CallbackServerContext* context,
                                           const v1::ServerSideEmitRequest* request,
                                           v1::ServerSideEmitResponse*) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    emitter_.Emit(request->namespace_(), request->data_json(), PublishTimeout(context), Finish(reactor));
    return reactor;
  }
  grpc::ServerUnaryReactor* AnswerServerEvent(grpc::CallbackServerContext* context,
                                              const v1::AnswerServerEventRequest* request,
                                              v1::AnswerServerEventResponse*) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    emitter_.Answer(request->ack_id(), request->answer_json(), PublishTimeout(context), Finish(reactor));
    return reactor;
  }
  grpc::ServerWriteReactor<v1::ServerEvent>* WatchServerEvents(
      grpc::CallbackServerContext*, const v1::WatchServerEventsRequest* request) override {
    auto* stream = new ServerEventStream(parts_.bus, request->namespace_(), [this](const auto& handle) {
      std::lock_guard lock(mutex_);
      watchers_.erase(handle);
    });
    const std::shared_ptr<ServerEventStream::Handle> handle = stream->handle();
    bool closed = false;
    {
      std::lock_guard lock(mutex_);
      watchers_.insert(handle);
      closed = closed_;
    }
    if (closed) handle->Close(Draining());
    return stream;
  }

  grpc::ServerUnaryReactor* ReadHistory(grpc::CallbackServerContext* context,
                                        const v1::ReadHistoryRequest* request,
                                        v1::ReadHistoryResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    const auto finish = [reactor](const absl::Status& status) {
      reactor->Finish(platform::rpc::ToGrpc(status));
    };
    absl::StatusOr<HistoryRead> read = HistoryReadFrom(parts_.names, *request);
    if (!read.ok()) {
      finish(read.status());
    } else if (parts_.history == nullptr) {
      finish(absl::FailedPreconditionError("history is off (SAIL_PUBSUB_HISTORY_MS)"));
    } else {
      parts_.history->Read(*std::move(read), [response, finish](const absl::StatusOr<HistoryPage>& page) {
        if (page.ok()) *response = ToResponse(*page);
        finish(page.status());
      });
    }
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
    std::set<std::shared_ptr<ServerEventStream::Handle>> watchers;
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
      links = links_;
      watchers = watchers_;
    }
    parts_.bus.CloseQueries();
    for (const auto& link : links) link->Close(Draining());
    for (const auto& watcher : watchers) watcher->Close(Draining());
  }

 private:
  static absl::Duration Left(grpc::CallbackServerContext* context) {
    return absl::FromChrono(context->deadline()) - absl::Now();
  }
  absl::Duration PublishTimeout(grpc::CallbackServerContext* context) const {
    return std::min(Left(context), parts_.publish_timeout);
  }
  static std::function<void(absl::Status)> Finish(grpc::ServerUnaryReactor* reactor) {
    return [reactor](const absl::Status& status) { reactor->Finish(platform::rpc::ToGrpc(status)); };
  }
  static grpc::Status Draining() { return {grpc::StatusCode::UNAVAILABLE, "the service is shutting down"}; }

  ServerEmitter& emitter_;
  const ClusterCalls cluster_;
  const LinkParts parts_;
  std::mutex mutex_;
  std::set<std::shared_ptr<GatewayLink::Handle>> links_;
  std::set<std::shared_ptr<ServerEventStream::Handle>> watchers_;
  bool closed_ = false;
};

std::vector<const platform::redis::Script*> PubSubScripts() {
  std::vector<const platform::redis::Script*> scripts = {&Publisher::PublishScript()};
  for (const auto* script : RedisHistory::Scripts()) scripts.push_back(script);
  for (const auto* script : RecoverySessions::Scripts()) scripts.push_back(script);
  return scripts;
}

PubSubService::PubSubService(PubSubParts parts, absl::Duration max_timeout,
                             platform::metrics::Registry& registry)
    : calls_(std::make_unique<Calls>(std::move(parts), max_timeout, registry)) {}

PubSubService::~PubSubService() = default;

grpc::Service* PubSubService::service() const { return calls_.get(); }

void PubSubService::CloseLinks() { calls_->CloseLinks(); }

}  // namespace sail::pubsub
