// What a pool counts.
#ifndef SAIL_PLATFORM_POSTGRES_POOL_METRICS_H_
#define SAIL_PLATFORM_POSTGRES_POOL_METRICS_H_

#include "platform/metrics/metrics.h"

namespace sail::platform::postgres {

struct PoolMetrics {
  explicit PoolMetrics(metrics::Registry& registry)
      : queued(registry.AddGauge("sail_postgres_queued_jobs", "Jobs that wait for a connection.")),
        running(registry.AddGauge("sail_postgres_running_jobs", "Jobs on a connection.")),
        connected(registry.AddGauge("sail_postgres_connections", "Connections that work.")),
        jobs(registry.AddCounter("sail_postgres_jobs_total", "Jobs done, with or without success.")),
        refused(registry.AddCounter("sail_postgres_refused_jobs_total", "Jobs refused before they ran.")),
        cancelled(registry.AddCounter("sail_postgres_cancelled_jobs_total", "Jobs that nobody waited for.")),
        connection_errors(registry.AddCounter("sail_postgres_connection_errors_total",
                                              "Connections that were lost or could not be made.")),
        duration(registry.AddHistogram("sail_postgres_job_duration_seconds", "Time on the connection.")) {}

  metrics::Gauge* queued;
  metrics::Gauge* running;
  metrics::Gauge* connected;
  metrics::Counter* jobs;
  metrics::Counter* refused;
  metrics::Counter* cancelled;
  metrics::Counter* connection_errors;
  metrics::Histogram* duration;
};

}  // namespace sail::platform::postgres

#endif  // SAIL_PLATFORM_POSTGRES_POOL_METRICS_H_
