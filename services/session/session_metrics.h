// What the session service counts.
#ifndef SAIL_SESSION_SESSION_METRICS_H_
#define SAIL_SESSION_SESSION_METRICS_H_

#include <array>
#include <functional>

#include "absl/status/statusor.h"
#include "platform/metrics/metrics.h"
#include "services/session/session.h"

namespace sail::session {

enum class Method { kCreate, kGet, kUpdate, kTouch, kDestroy, kRegenerate };

// sail_session_requests_total{method,code} and sail_session_request_duration_seconds{method}. Thread-safe.
class SessionMetrics {
 public:
  using Done = std::function<void(absl::StatusOr<Session>)>;

  explicit SessionMetrics(platform::metrics::Registry& registry);

  // Starts the clock; the function given back counts the result and passes it on to done.
  Done Measure(Method method, Done done) const;

 private:
  static constexpr size_t kMethods = 6;
  static constexpr size_t kCodes = 17;
  std::array<std::array<platform::metrics::Counter*, kCodes>, kMethods> requests_;
  std::array<platform::metrics::Histogram*, kMethods> durations_;
};

}  // namespace sail::session

#endif  // SAIL_SESSION_SESSION_METRICS_H_
