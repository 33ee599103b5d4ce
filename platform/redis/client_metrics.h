// What a client counts.
#ifndef SAIL_PLATFORM_REDIS_CLIENT_METRICS_H_
#define SAIL_PLATFORM_REDIS_CLIENT_METRICS_H_

#include <string>

#include "platform/metrics/metrics.h"

namespace sail::platform::redis {

struct ClientMetrics {
  ClientMetrics(metrics::Registry& registry, const std::string& client)
      : succeeded(Outcome(registry, client, "ok")),
        refused(Outcome(registry, client, "error_reply")),
        unavailable(Outcome(registry, client, "unavailable")),
        unknown(Outcome(registry, client, "outcome_unknown")),
        timed_out(Outcome(registry, client, "timeout")),
        rejected(Outcome(registry, client, "queue_full")),
        duration(registry.AddHistogram("sail_redis_command_duration_seconds",
                                       "Time from the call to Redis's reply.", {{"client", client}})),
        in_flight(registry.AddGauge("sail_redis_commands_in_flight", "Commands that wait for their reply.",
                                    {{"client", client}})),
        connected(registry.AddGauge("sail_redis_connected", "1 while there is a connection.",
                                    {{"client", client}})),
        disconnects(registry.AddCounter("sail_redis_disconnects_total", "Connections that broke.",
                                        {{"client", client}})) {}

  static metrics::Counter* Outcome(metrics::Registry& registry, const std::string& client,
                                   const char* outcome) {
    return registry.AddCounter("sail_redis_commands_total", "Commands by outcome.",
                               {{"client", client}, {"outcome", outcome}});
  }

  metrics::Counter* const succeeded;
  metrics::Counter* const refused;
  metrics::Counter* const unavailable;
  metrics::Counter* const unknown;
  metrics::Counter* const timed_out;
  metrics::Counter* const rejected;
  metrics::Histogram* const duration;
  metrics::Gauge* const in_flight;
  metrics::Gauge* const connected;
  metrics::Counter* const disconnects;
};

}  // namespace sail::platform::redis

#endif  // SAIL_PLATFORM_REDIS_CLIENT_METRICS_H_
