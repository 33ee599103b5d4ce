// The routes in force, and who runs what they lead to: those of app/routes.yaml, then those that the
// application's own services describe, in their order, then those of the logic service.
#ifndef SAIL_GATEWAY_ACTIONS_ROUTE_SOURCE_H_
#define SAIL_GATEWAY_ACTIONS_ROUTE_SOURCE_H_

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "gateway/routing/route_table.h"
#include "gateway/upstream/action_client.h"

namespace sail::gateway {

// One of the application's own services.
struct ActionService {
  std::string name;  // what routes call it
  std::string target;
  absl::Duration timeout = absl::InfiniteDuration();  // of one call
};

// Asks every service at the start and then every five seconds (those that have not answered yet every half
// second), so that a new version's routes come with it. While a service is away its last routes stay in
// force. A service without Describe has no routes but those of app/routes.yaml. Thread-safe.
class RouteSource {
 public:
  // logic must outlive this. A route's service is one of services by name, or host:port. Aborts on a
  // malformed pattern or an unknown name in the routes, which their reader has checked.
  RouteSource(ActionClient& logic, std::vector<Route> routes, const std::vector<ActionService>& services);
  ~RouteSource();

  // The table in force; before a service has answered it lacks that one's routes.
  std::shared_ptr<const RouteTable> table() const;
  // Whether the logic service has answered once, and every other one has been asked.
  bool ready() const;
  // Who runs the route's action.
  ActionClient& ClientFor(const Route& route) const;
  // The client of the service of that name under `services`; of the logic service if empty. Null: there is
  // none.
  ActionClient* ClientOf(const std::string& service) const;
  // Who says that it runs the action; null: nobody. The first service in the order of precedence.
  ActionClient* FindAction(const std::string& action) const;

 private:
  struct Source {
    std::string name;  // as in Route::service
    ActionClient* client;
    bool answered = false;
    action::v1::DescribeResponse description;
  };

  void Run();
  void AskAll();
  // Takes what a source says. True if the table has to be made anew.
  bool Accept(Source& source, absl::StatusOr<action::v1::DescribeResponse> description);
  void Install();

  const std::vector<Route> own_routes_;
  std::map<std::string, std::unique_ptr<ActionClient>> services_;
  std::vector<Source> sources_;  // in order of precedence, the logic service last; the thread's

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  bool ready_ = false;
  std::shared_ptr<const RouteTable> table_;
  std::map<std::string, ActionClient*> actions_;

  std::thread thread_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ACTIONS_ROUTE_SOURCE_H_
