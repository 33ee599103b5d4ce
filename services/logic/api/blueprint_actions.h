#ifndef SAIL_LOGIC_API_BLUEPRINT_ACTIONS_H_
#define SAIL_LOGIC_API_BLUEPRINT_ACTIONS_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "protos/sail/action/v1/action.pb.h"
#include "services/logic/actions/record_actions.h"
#include "services/logic/api/app_settings.h"
#include "services/logic/model/data_encryption.h"

namespace sail::platform::metrics {
class Counter;
class Histogram;
class Registry;
}  // namespace sail::platform::metrics

namespace sail::logic {

// The blueprint actions: find, findone, create, update, destroy, populate, add, remove and replace of every
// model. They read a request's parameters, run the record action, and answer as Sails does: status, JSON or
// text body, and which rooms the requesting socket joins or leaves. Thread-safe.
class BlueprintActions {
 public:
  // All outlive this; encryption may be null.
  BlueprintActions(RecordActions& records, const AppSettings& settings, const DataEncryption* encryption,
                   platform::metrics::Registry& metrics);

  // done: as RecordActions::Done. A request that the action refuses is an answer (400, 403, 404, 500).
  // Errors:
  //   UNIMPLEMENTED no such action; INVALID_ARGUMENT query_json or body_json is not JSON; UNAVAILABLE,
  //   RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED as ActionService.Run says.
  //   CANCELLED the caller's cancellation came in time: nothing was done.
  struct Caller {
    absl::Time deadline;
    std::shared_ptr<platform::Cancellation> cancellation = nullptr;  // may be null
  };
  using Done = std::function<void(absl::StatusOr<action::v1::ActionResponse>)>;
  void Run(const action::v1::ActionRequest& request, const Caller& caller, Done done);

 private:
  struct Metrics {
    platform::metrics::Counter* failures;
    platform::metrics::Histogram* duration;
  };

  RecordActions& records_;
  const AppSettings& settings_;
  const DataEncryption* const encryption_;
  std::map<std::string, Metrics, std::less<>> metrics_;  // by the action's name without its model
};

}  // namespace sail::logic

#endif  // SAIL_LOGIC_API_BLUEPRINT_ACTIONS_H_
