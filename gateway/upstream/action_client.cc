#include "gateway/upstream/action_client.h"

#include <grpcpp/grpcpp.h>

#include <utility>

#include "platform/rpc/batch_pool.h"
#include "platform/rpc/channel.h"
#include "platform/rpc/status_conversion.h"
#include "protos/sail/action/v1/action.grpc.pb.h"

namespace sail::gateway {
namespace {

using action::v1::ActionRequest;
using action::v1::ActionResponse;
using action::v1::ActionService;
using action::v1::ActionStreamService;
using action::v1::DescribeRequest;
using action::v1::DescribeResponse;
using action::v1::RunBatch;
using action::v1::RunBatchReply;
using action::v1::RunItem;
using action::v1::RunReply;
using platform::rpc::BatchPool;
using platform::rpc::BatchPoolOptions;

void SetDeadline(grpc::ClientContext* context, absl::Duration timeout) {
  context->set_deadline(absl::ToChronoTime(absl::Now() + timeout));
}

class UnaryActionClient : public ActionClient {
 public:
  UnaryActionClient(std::string name, const std::string& target)
      : channel_(platform::rpc::MakeChannel(target)), stub_(ActionService::NewStub(channel_)) {}

  void Run(ActionRequest request, absl::Duration timeout, bool repeatable, Callback callback) override {
    struct Call {
      grpc::ClientContext context;
      ActionRequest request;
      ActionResponse response;
    };
    auto call = std::make_shared<Call>();
    call->request = std::move(request);
    SetDeadline(&call->context, timeout);
    stub_->async()->Run(&call->context, &call->request, &call->response,
                        [call, callback = std::move(callback)](const grpc::Status& status) {
                          if (status.ok()) {
                            callback(std::move(call->response));
                          } else {
                            callback(platform::rpc::FromGrpc(status));
                          }
                        });
  }

  void Describe(const std::string& known_version, absl::Duration timeout,
                DescribeCallback callback) override {
    struct Call {
      grpc::ClientContext context;
      DescribeRequest request;
      DescribeResponse response;
    };
    auto call = std::make_shared<Call>();
    call->request.set_known_version(known_version);
    SetDeadline(&call->context, timeout);
    stub_->async()->Describe(&call->context, &call->request, &call->response,
                             [call, callback = std::move(callback)](const grpc::Status& status) {
                               if (status.ok()) {
                                 callback(std::move(call->response));
                               } else {
                                 callback(platform::rpc::FromGrpc(status));
                               }
                             });
  }

  bool ready() override { return channel_->GetState(true) == GRPC_CHANNEL_READY; }

 private:
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<ActionService::Stub> stub_;
};

class StreamActionClient final : public ActionClient {
 public:
  StreamActionClient(const std::string& name, const std::string& target)
      : unary_(name, target),
        pool_(Options(name, target), [](std::shared_ptr<grpc::Channel> channel) -> Pool::Client::Open {
          return [stub = std::shared_ptr<ActionStreamService::Stub>(ActionStreamService::NewStub(channel))](
                     grpc::ClientContext* context, Pool::Client::Reactor* reactor) {
            stub->async()->RunStream(context, reactor);
          };
        }) {}

  void Run(ActionRequest request, absl::Duration timeout, bool repeatable, Callback callback) override {
    RunItem item;
    *item.mutable_request() = std::move(request);
    pool_.Call(std::move(item), timeout, repeatable,
               [callback = std::move(callback)](absl::StatusOr<RunReply> reply) {
                 if (reply.ok()) {
                   callback(std::move(*reply->mutable_response()));
                 } else {
                   callback(reply.status());
                 }
               });
  }

  void Describe(const std::string& known_version, absl::Duration timeout,
                DescribeCallback callback) override {
    unary_.Describe(known_version, timeout, std::move(callback));
  }

  bool ready() override { return pool_.ready(); }

 private:
  using Pool = BatchPool<RunBatch, RunBatchReply>;

  static BatchPoolOptions Options(const std::string& name, const std::string& target) {
    BatchPoolOptions options;
    options.name = name;
    options.target = target;
    return options;
  }

  UnaryActionClient unary_;
  Pool pool_;
};

}  // namespace

std::unique_ptr<ActionClient> MakeStreamActionClient(const std::string& name, const std::string& target) {
  return std::make_unique<StreamActionClient>(name, target);
}

std::unique_ptr<ActionClient> MakeUnaryActionClient(const std::string& name, const std::string& target) {
  return std::make_unique<UnaryActionClient>(name, target);
}

}  // namespace sail::gateway
