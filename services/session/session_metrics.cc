#include "services/session/session_metrics.h"

namespace sail::session {
namespace {

constexpr const char* kMethodNames[] = {"Create",
                                        "Get",
                                        "Update",
                                        "Touch",
                                        "Destroy",
                                        "Regenerate",
                                        "ListUserSessions",
                                        "RevokeSession",
                                        "RevokeUserSessions"};

}  // namespace

SessionMetrics::SessionMetrics(platform::metrics::Registry& registry) {
  for (size_t method = 0; method < kMethods; ++method) {
    durations_[method] =
        registry.AddHistogram("sail_session_request_duration_seconds", "Time to answer by method.",
                              {{"method", kMethodNames[method]}});
    for (size_t code = 0; code < kCodes; ++code) {
      requests_[method][code] =
          registry.AddCounter("sail_session_requests_total", "Requests by method and status code.",
                              {{"method", kMethodNames[method]},
                               {"code", absl::StatusCodeToString(static_cast<absl::StatusCode>(code))}});
    }
  }
}

void SessionMetrics::Count(Method method, absl::StatusCode code, Clock::duration time) const {
  const size_t index = static_cast<size_t>(method);
  requests_[index][static_cast<size_t>(code) % kCodes]->Increment();
  durations_[index]->Observe(std::chrono::duration<double>(time).count());
}

}  // namespace sail::session
