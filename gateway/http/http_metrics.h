#ifndef SAIL_GATEWAY_HTTP_HTTP_METRICS_H_
#define SAIL_GATEWAY_HTTP_HTTP_METRICS_H_

#include <map>

#include "platform/metrics/metrics.h"

namespace sail::gateway {

// What the server counts below the level of handled requests: the work of its limits.
class HttpMetrics {
 public:
  explicit HttpMetrics(platform::metrics::Registry& registry);

  platform::metrics::Gauge* const connections;
  platform::metrics::Counter* const turned_away;      // beyond max_connections
  platform::metrics::Counter* const accept_failures;  // out of descriptors or memory
  platform::metrics::Counter* const cut;              // too slow in taking an answer

  // Requests that the server itself refused with this status (400, 408, 413, ...).
  void CountRefusal(int status);

 private:
  std::map<int, platform::metrics::Counter*> refusals_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_HTTP_METRICS_H_
