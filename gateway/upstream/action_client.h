// Runs actions on the services that implement them.
#ifndef SAIL_GATEWAY_UPSTREAM_ACTION_CLIENT_H_
#define SAIL_GATEWAY_UPSTREAM_ACTION_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "platform/cancellation/cancellation.h"
#include "protos/sail/action/v1/action.pb.h"

namespace sail::gateway {

using platform::Cancellation;

struct CallOptions {
  absl::Duration timeout;
  // The action may be run twice (GET, HEAD), so that it is sent to another replica when its own dies.
  bool repeatable = false;
  // May be null. Ends the call: CANCELLED, and the service is told.
  std::shared_ptr<Cancellation> cancellation;
  // Calls with the same number go to the same replica over one stream, in the order in which they are made,
  // as long as that replica stays and the service has streams. 0: to whichever has the least to do.
  uint64_t affinity = 0;
};

// One service behind a target (platform/rpc/resolver.h). Thread-safe. Callbacks run on a gRPC thread or on
// the caller's, exactly once, with the errors of ActionService.Run.
class ActionClient {
 public:
  using Callback = std::function<void(absl::StatusOr<action::v1::ActionResponse>)>;
  using DescribeCallback = std::function<void(absl::StatusOr<action::v1::DescribeResponse>)>;

  virtual ~ActionClient() = default;

  virtual void Run(action::v1::ActionRequest request, const CallOptions& options, Callback callback) = 0;
  virtual void Describe(const std::string& known_version, absl::Duration timeout,
                        DescribeCallback callback) = 0;
  // Whether the service is connected.
  virtual bool ready() = 0;
};

// For a service with ActionStreamService: the logic service.
std::unique_ptr<ActionClient> MakeStreamActionClient(const std::string& name, const std::string& target);

// For one of the application's own services: the unary Run, or ActionStreamService where it has that. No call
// takes longer than timeout. It is not trusted to behave: of its calls a bounded number is under way (more
// are RESOURCE_EXHAUSTED at once), and an answer that cannot be used (answer_check.h, or above 16 MiB) is
// DATA_LOSS. A service that is down is UNAVAILABLE within a second.
std::unique_ptr<ActionClient> MakeOwnActionClient(const std::string& target, absl::Duration timeout);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_UPSTREAM_ACTION_CLIENT_H_
