// Runs actions on the services that implement them.
#ifndef SAIL_GATEWAY_UPSTREAM_ACTION_CLIENT_H_
#define SAIL_GATEWAY_UPSTREAM_ACTION_CLIENT_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "protos/sail/action/v1/action.pb.h"

namespace sail::gateway {

// One service behind a target (platform/rpc/resolver.h). Thread-safe. Callbacks run on a gRPC thread or on
// the caller's, exactly once, with the errors of ActionService.Run.
class ActionClient {
 public:
  using Callback = std::function<void(absl::StatusOr<action::v1::ActionResponse>)>;
  using DescribeCallback = std::function<void(absl::StatusOr<action::v1::DescribeResponse>)>;

  virtual ~ActionClient() = default;

  // repeatable: the action may be run twice (GET, HEAD), so that it is sent to another replica when its own
  // dies.
  virtual void Run(action::v1::ActionRequest request, absl::Duration timeout, bool repeatable,
                   Callback callback) = 0;
  virtual void Describe(const std::string& known_version, absl::Duration timeout,
                        DescribeCallback callback) = 0;
  // Whether the service is connected.
  virtual bool ready() = 0;
};

// For a service with ActionStreamService: the logic service.
std::unique_ptr<ActionClient> MakeStreamActionClient(const std::string& name, const std::string& target);

// For a service with the unary Run alone: one of the user's own.
std::unique_ptr<ActionClient> MakeUnaryActionClient(const std::string& name, const std::string& target);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_UPSTREAM_ACTION_CLIENT_H_
