// The routes in force: those of app/routes.yaml, then those that the logic service describes.
#ifndef SAIL_GATEWAY_ACTIONS_ROUTE_SOURCE_H_
#define SAIL_GATEWAY_ACTIONS_ROUTE_SOURCE_H_

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "gateway/routing/route_table.h"
#include "gateway/upstream/action_client.h"

namespace sail::gateway {

// Asks the logic service at the start and then every five seconds, so that a new model's routes come with the
// new logic service. While that is away the last routes stay in force. Thread-safe.
class RouteSource {
 public:
  // logic must outlive this. Other services named by the routes are connected here. Aborts on a malformed
  // pattern in the routes, which their reader has checked.
  RouteSource(ActionClient& logic, std::vector<Route> routes);
  ~RouteSource();

  // The table in force; before the logic service has answered it has the given routes alone.
  std::shared_ptr<const RouteTable> table() const;
  // Whether the logic service has answered once.
  bool ready() const;
  // Who runs the route's action.
  ActionClient& ClientFor(const Route& route) const;

 private:
  void Run();
  void Install(const action::v1::DescribeResponse& description);

  ActionClient& logic_;
  const std::vector<Route> own_routes_;
  std::map<std::string, std::unique_ptr<ActionClient>> services_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  bool answered_ = false;  // the call under way has ended
  bool ready_ = false;
  std::string version_;
  std::shared_ptr<const RouteTable> table_;

  std::thread thread_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ACTIONS_ROUTE_SOURCE_H_
