#include "gateway/upstream/session_client.h"

#include <grpcpp/grpcpp.h>

#include <utility>

#include "platform/rpc/batch_pool.h"
#include "protos/sail/session/v1/session.grpc.pb.h"

namespace sail::gateway {
namespace {

using platform::rpc::BatchPool;
using platform::rpc::BatchPoolOptions;
using session::v1::Session;
using session::v1::SessionBatch;
using session::v1::SessionBatchReply;
using session::v1::SessionItem;
using session::v1::SessionReply;
using session::v1::SessionStreamService;

class StreamSessionClient final : public SessionClient {
 public:
  explicit StreamSessionClient(const std::string& target)
      : pool_(Options(target), [](std::shared_ptr<grpc::Channel> channel) -> Pool::Client::Open {
          return [stub = std::shared_ptr<SessionStreamService::Stub>(SessionStreamService::NewStub(channel))](
                     grpc::ClientContext* context, Pool::Client::Reactor* reactor) {
            stub->async()->CallStream(context, reactor);
          };
        }) {}

  void Create(session::v1::CreateRequest request, absl::Duration timeout, Callback callback) override {
    SessionItem item;
    *item.mutable_create() = std::move(request);
    CallForSession(std::move(item), timeout, std::move(callback));
  }

  void Get(const std::string& id, absl::Duration timeout, Callback callback) override {
    SessionItem item;
    item.mutable_get()->set_id(id);
    CallForSession(std::move(item), timeout, std::move(callback));
  }

  void Update(session::v1::UpdateRequest request, absl::Duration timeout, Callback callback) override {
    SessionItem item;
    *item.mutable_update() = std::move(request);
    CallForSession(std::move(item), timeout, std::move(callback));
  }

  void Touch(const std::string& id, absl::Duration timeout, DoneCallback callback) override {
    SessionItem item;
    item.mutable_touch()->set_id(id);
    CallForStatus(std::move(item), timeout, std::move(callback));
  }

  void Destroy(const std::string& id, absl::Duration timeout, DoneCallback callback) override {
    SessionItem item;
    item.mutable_destroy()->set_id(id);
    CallForStatus(std::move(item), timeout, std::move(callback));
  }

  void Regenerate(session::v1::RegenerateRequest request, absl::Duration timeout,
                  Callback callback) override {
    SessionItem item;
    *item.mutable_regenerate() = std::move(request);
    CallForSession(std::move(item), timeout, std::move(callback));
  }

  bool ready() override { return pool_.ready(); }

 private:
  using Pool = BatchPool<SessionBatch, SessionBatchReply>;

  static BatchPoolOptions Options(const std::string& target) {
    BatchPoolOptions options;
    options.name = "session";
    options.target = target;
    return options;
  }

  void CallForSession(SessionItem item, absl::Duration timeout, Callback callback) {
    pool_.Call(std::move(item), timeout, true,
               [callback = std::move(callback)](absl::StatusOr<SessionReply> reply) {
                 if (reply.ok()) {
                   callback(std::move(*reply->mutable_session()));
                 } else {
                   callback(reply.status());
                 }
               });
  }

  void CallForStatus(SessionItem item, absl::Duration timeout, DoneCallback callback) {
    pool_.Call(
        std::move(item), timeout, true,
        [callback = std::move(callback)](absl::StatusOr<SessionReply> reply) { callback(reply.status()); });
  }

  Pool pool_;
};

}  // namespace

std::unique_ptr<SessionClient> MakeSessionClient(const std::string& target) {
  return std::make_unique<StreamSessionClient>(target);
}

}  // namespace sail::gateway
