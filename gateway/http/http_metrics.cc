#include "gateway/http/http_metrics.h"

#include <string>

namespace sail::gateway {

HttpMetrics::HttpMetrics(platform::metrics::Registry& registry)
    : connections(
          registry.AddGauge("sail_gateway_http_connections", "Open connections, upgraded ones included.")),
      turned_away(
          registry.AddCounter("sail_gateway_http_turned_away_total", "Connections beyond the bound.")),
      accept_failures(registry.AddCounter("sail_gateway_http_accept_failures_total",
                                          "Pauses in accepting for want of descriptors or memory.")),
      cut(registry.AddCounter("sail_gateway_http_cut_total",
                              "Connections cut for not taking their answers.")) {
  for (const int status : {400, 408, 413, 414, 417, 431, 501, 505}) {
    refusals_[status] =
        registry.AddCounter("sail_gateway_http_refused_total", "Requests refused before any handler.",
                            {{"status", std::to_string(status)}});
  }
}

void HttpMetrics::CountRefusal(int status) {
  const auto counter = refusals_.find(status);
  if (counter != refusals_.end()) counter->second->Increment();
}

}  // namespace sail::gateway
