#ifndef SAIL_LOGIC_API_ACTION_SERVICE_H_
#define SAIL_LOGIC_API_ACTION_SERVICE_H_

#include <memory>

#include "services/logic/api/blueprint_actions.h"

namespace grpc {
class Service;
}

namespace sail::logic {

// ActionService and ActionStreamService (protos/sail/action/v1) over the blueprint actions. `actions` and
// `settings` outlive the services.
struct ActionServices {
  ActionServices(BlueprintActions& actions, const Schema& schema, const AppSettings& settings);
  ~ActionServices();

  std::unique_ptr<grpc::Service> unary;
  std::unique_ptr<grpc::Service> stream;
};

}  // namespace sail::logic

#endif  // SAIL_LOGIC_API_ACTION_SERVICE_H_
