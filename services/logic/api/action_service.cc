#include "services/logic/api/action_service.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "platform/rpc/batch_service.h"
#include "platform/rpc/status_conversion.h"
#include "platform/text/string_view.h"
#include "protos/sail/action/v1/action.grpc.pb.h"
#include "services/logic/api/blueprint_routes.h"
#include "services/logic/api/cancellable_reactor.h"
#include "services/logic/api/stream_calls.h"

namespace sail::logic {
namespace {

using action::v1::ActionRequest;
using action::v1::ActionResponse;
using action::v1::RunBatch;
using action::v1::RunBatchReply;
using action::v1::RunItem;
using action::v1::RunReply;

// For callers that set no deadline.
constexpr absl::Duration kDefaultTimeout = absl::Seconds(30);

class UnaryService final : public action::v1::ActionService::CallbackService {
 public:
  UnaryService(BlueprintActions& actions, const Schema& schema, const AppSettings& settings)
      : actions_(actions), routes_(DescribeRoutes(schema, settings)) {}

  grpc::ServerUnaryReactor* Run(grpc::CallbackServerContext* context, const ActionRequest* request,
                                ActionResponse* response) override {
    auto* reactor = new CancellableReactor;
    const absl::Time deadline =
        std::min(absl::FromChrono(context->deadline()), absl::Now() + kDefaultTimeout);
    const auto finish = [reactor, response](absl::StatusOr<ActionResponse> answer) {
      if (answer.ok()) *response = *std::move(answer);
      reactor->Finish(platform::rpc::ToGrpc(answer.status()));
    };
    actions_.Run(*request, {deadline, reactor->cancellation()}, finish);
    return reactor;
  }

  grpc::ServerUnaryReactor* Describe(grpc::CallbackServerContext* context,
                                     const action::v1::DescribeRequest* request,
                                     action::v1::DescribeResponse* response) override {
    response->set_version(routes_.version());
    if (request->known_version() != routes_.version()) *response = routes_;
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  BlueprintActions& actions_;
  const action::v1::DescribeResponse routes_;
};

class StreamService final : public action::v1::ActionStreamService::CallbackService {
 public:
  explicit StreamService(BlueprintActions& actions) : actions_(actions) {}

  grpc::ServerBidiReactor<RunBatch, RunBatchReply>* RunStream(grpc::CallbackServerContext*) override {
    using Stream = platform::rpc::BatchStream<RunBatch, RunBatchReply>;
    return platform::rpc::StartBatchStream<RunBatch, RunBatchReply>(
        [this, calls = std::make_shared<StreamCalls>()](RunItem&& item, Stream::Respond respond) {
          if (item.cancel()) {
            calls->Cancel(item.id());
          } else {
            RunOne(item, calls, std::move(respond));
          }
        });
  }

 private:
  void RunOne(const RunItem& item, const std::shared_ptr<StreamCalls>& calls,
              std::function<void(RunReply&&)> respond) {
    const absl::Duration timeout = item.timeout_ms() == 0
                                       ? kDefaultTimeout
                                       : std::min(absl::Milliseconds(item.timeout_ms()), kDefaultTimeout);
    // What holds the calls is the stream alone, so that its end is theirs.
    actions_.Run(item.request(), {absl::Now() + timeout, calls->Begin(item.id())},
                 [id = item.id(), weak = std::weak_ptr<StreamCalls>(calls),
                  respond = std::move(respond)](absl::StatusOr<ActionResponse> answer) {
                   if (const auto calls = weak.lock()) calls->End(id);
                   RunReply reply;
                   reply.set_id(id);
                   reply.set_code(static_cast<int>(answer.status().code()));
                   if (answer.ok()) {
                     *reply.mutable_response() = *std::move(answer);
                   } else {
                     reply.set_message(std::string(answer.status().message()));
                   }
                   respond(std::move(reply));
                 });
  }

  BlueprintActions& actions_;
};

}  // namespace

ActionServices::ActionServices(BlueprintActions& actions, const Schema& schema, const AppSettings& settings)
    : unary(std::make_unique<UnaryService>(actions, schema, settings)),
      stream(std::make_unique<StreamService>(actions)) {}
ActionServices::~ActionServices() = default;

}  // namespace sail::logic
