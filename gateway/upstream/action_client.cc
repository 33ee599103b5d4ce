#include "gateway/upstream/action_client.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "gateway/upstream/answer_check.h"
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

// What gRPC says of a message above the channel's limit; a service that is overloaded has the same code.
bool IsTooLarge(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED &&
         status.error_message().find("larger than max") != std::string::npos;
}

class UnaryActionClient : public ActionClient {
 public:
  UnaryActionClient(const std::string& target, absl::Duration timeout)
      : channel_(platform::rpc::MakeChannel(target)),
        stub_(ActionService::NewStub(channel_)),
        timeout_(timeout),
        in_flight_(std::make_shared<std::atomic<int>>(0)) {}

  void Run(ActionRequest request, const CallOptions& options, Callback callback) override {
    struct Call {
      grpc::ClientContext context;
      ActionRequest request;
      ActionResponse response;
    };
    if (in_flight_->fetch_add(1) >= kMaxInFlight) {
      in_flight_->fetch_sub(1);
      callback(absl::ResourceExhaustedError("too many calls of the service are under way"));
      return;
    }
    auto call = std::make_shared<Call>();
    call->request = std::move(request);
    SetDeadline(&call->context, std::min(options.timeout, timeout_));
    const std::shared_ptr<Cancellation> cancellation = options.cancellation;
    const auto done = [call, cancellation, in_flight = in_flight_,
                       callback = std::move(callback)](const grpc::Status& status) {
      in_flight->fetch_sub(1);
      if (cancellation != nullptr) cancellation->Set(nullptr);
      if (IsTooLarge(status)) {
        callback(absl::DataLossError("the answer is too large"));
      } else if (!status.ok()) {
        callback(platform::rpc::FromGrpc(status));
      } else if (absl::Status usable = CheckAnswer(call->response); !usable.ok()) {
        callback(usable);
      } else {
        callback(std::move(call->response));
      }
    };
    if (cancellation != nullptr) cancellation->Set([call] { call->context.TryCancel(); });
    stub_->async()->Run(&call->context, &call->request, &call->response, done);
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
  static constexpr int kMaxInFlight = 4096;

  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<ActionService::Stub> stub_;
  const absl::Duration timeout_;
  const std::shared_ptr<std::atomic<int>> in_flight_;
};

class StreamActionClient final : public ActionClient {
 public:
  StreamActionClient(const std::string& name, const std::string& target)
      : unary_(target, absl::InfiniteDuration()),
        pool_(Options(name, target), [](std::shared_ptr<grpc::Channel> channel) -> Pool::Client::Open {
          return [stub = std::shared_ptr<ActionStreamService::Stub>(ActionStreamService::NewStub(channel))](
                     grpc::ClientContext* context, Pool::Client::Reactor* reactor) {
            stub->async()->RunStream(context, reactor);
          };
        }) {}

  void Run(ActionRequest request, const CallOptions& options, Callback callback) override {
    RunItem item;
    *item.mutable_request() = std::move(request);
    auto done = [callback = std::move(callback)](absl::StatusOr<RunReply> reply) {
      if (reply.ok()) {
        callback(std::move(*reply->mutable_response()));
      } else {
        callback(reply.status());
      }
    };
    if (options.repeatable || options.cancellation == nullptr) {
      pool_.Call(std::move(item), options.timeout, options.repeatable, std::move(done), options.affinity,
                 options.cancellation);
      return;
    }
    // What changes something is sent in any case, and cancelled afterwards: it may be the client's last word
    // before it left, which the service lets pass if it takes but a moment.
    auto sent = std::make_shared<Cancellation>();
    pool_.Call(std::move(item), options.timeout, false, std::move(done), options.affinity, sent);
    options.cancellation->Set([sent] { sent->Cancel(); });
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

// A service of the application's own. One without RunStream never has a stream that stands; calls that may be
// cancelled are unary, where that is cheap.
class OwnServiceClient final : public ActionClient {
 public:
  OwnServiceClient(const std::string& target, absl::Duration timeout)
      : unary_(target, timeout), stream_(target, target), timeout_(timeout) {}

  void Run(ActionRequest request, const CallOptions& options, Callback callback) override {
    if (options.cancellation != nullptr || !stream_.ready()) {
      unary_.Run(std::move(request), options, std::move(callback));
      return;
    }
    CallOptions limited = options;
    limited.timeout = std::min(options.timeout, timeout_);
    stream_.Run(std::move(request), limited,
                [callback = std::move(callback)](absl::StatusOr<ActionResponse> response) {
                  if (!response.ok()) return callback(response.status());
                  if (absl::Status usable = CheckAnswer(*response); !usable.ok()) return callback(usable);
                  callback(std::move(response));
                });
  }

  void Describe(const std::string& known_version, absl::Duration timeout,
                DescribeCallback callback) override {
    unary_.Describe(known_version, timeout, std::move(callback));
  }

  bool ready() override { return unary_.ready(); }

 private:
  UnaryActionClient unary_;
  StreamActionClient stream_;
  const absl::Duration timeout_;
};

}  // namespace

std::unique_ptr<ActionClient> MakeStreamActionClient(const std::string& name, const std::string& target) {
  return std::make_unique<StreamActionClient>(name, target);
}

std::unique_ptr<ActionClient> MakeOwnActionClient(const std::string& target, absl::Duration timeout) {
  return std::make_unique<OwnServiceClient>(target, timeout);
}

}  // namespace sail::gateway
