#include "services/logic/events/pubsub_publisher.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "platform/rpc/channel.h"
#include "platform/rpc/resolver.h"
#include "platform/rpc/status_conversion.h"
#include "protos/sail/pubsub/v1/pubsub.grpc.pb.h"

namespace sail::logic {
namespace {

// A replica that has not answered by then is given up for another one. The operations have ids, so what it
// has done all the same is not done again.
constexpr absl::Duration kAttemptTimeout = absl::Seconds(1);

bool IsReplicasFailure(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

class Publisher {
 public:
  explicit Publisher(std::string target) : target_(std::move(target)) {}

  absl::Status Publish(const pubsub::v1::PublishRequest& request, absl::Time deadline) {
    absl::Status status = absl::UnavailableError("no pubsub service is known");
    if (stub_ != nullptr) status = PublishTo(*stub_, request, deadline);
    if (!IsReplicasFailure(status)) return status;
    const absl::StatusOr<std::vector<std::string>> addresses = platform::rpc::Resolve(target_);
    if (!addresses.ok()) return addresses.status();
    for (const std::string& address : *addresses) {
      if (absl::Now() >= deadline) break;
      stub_ = pubsub::v1::PubSubService::NewStub(platform::rpc::MakeChannel(address));
      status = PublishTo(*stub_, request, deadline);
      if (!IsReplicasFailure(status)) return status;
    }
    return status;
  }

 private:
  static absl::Status PublishTo(pubsub::v1::PubSubService::Stub& stub,
                                const pubsub::v1::PublishRequest& request, absl::Time deadline) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(std::min(deadline, absl::Now() + kAttemptTimeout)));
    pubsub::v1::PublishResponse response;
    return platform::rpc::FromGrpc(stub.Publish(&context, request, &response));
  }

  const std::string target_;
  std::unique_ptr<pubsub::v1::PubSubService::Stub> stub_;
};

}  // namespace

OutboxRelay::Publish MakePublisher(std::string target) {
  auto publisher = std::make_shared<Publisher>(std::move(target));
  return [publisher](const pubsub::v1::PublishRequest& request, absl::Time deadline) {
    return publisher->Publish(request, deadline);
  };
}

}  // namespace sail::logic
