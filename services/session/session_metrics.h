// What the session service counts.
#ifndef SAIL_SESSION_SESSION_METRICS_H_
#define SAIL_SESSION_SESSION_METRICS_H_

#include <array>
#include <chrono>
#include <functional>
#include <utility>

#include "absl/status/statusor.h"
#include "platform/metrics/metrics.h"

namespace sail::session {

enum class Method {
  kCreate,
  kGet,
  kUpdate,
  kTouch,
  kDestroy,
  kRegenerate,
  kListUserSessions,
  kRevokeSession,
  kRevokeUserSessions
};

// sail_session_requests_total{method,code} and sail_session_request_duration_seconds{method}. Thread-safe.
class SessionMetrics {
 public:
  explicit SessionMetrics(platform::metrics::Registry& registry);

  // Starts the clock; the function given back counts the result (a Status or a StatusOr) and passes it on to
  // done.
  template <typename Result>
  std::function<void(Result)> Measure(Method method, std::function<void(Result)> done) const {
    return [this, method, start = Clock::now(), done = std::move(done)](Result result) {
      Count(method, CodeOf(result), Clock::now() - start);
      done(std::move(result));
    };
  }

 private:
  using Clock = std::chrono::steady_clock;

  static absl::StatusCode CodeOf(const absl::Status& status) { return status.code(); }
  template <typename T>
  static absl::StatusCode CodeOf(const absl::StatusOr<T>& result) {
    return result.status().code();
  }
  void Count(Method method, absl::StatusCode code, Clock::duration time) const;

  static constexpr size_t kMethods = 9;
  static constexpr size_t kCodes = 17;
  std::array<std::array<platform::metrics::Counter*, kCodes>, kMethods> requests_;
  std::array<platform::metrics::Histogram*, kMethods> durations_;
};

}  // namespace sail::session

#endif  // SAIL_SESSION_SESSION_METRICS_H_
