#include "services/session/session_metrics.h"

#include <chrono>
#include <utility>

namespace sail::session {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kMethodNames[] = {"Create", "Get", "Update", "Touch", "Destroy", "Regenerate"};

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

SessionMetrics::Done SessionMetrics::Measure(Method method, Done done) const {
  const size_t index = static_cast<size_t>(method);
  return [this, index, start = Clock::now(), done = std::move(done)](absl::StatusOr<Session> session) {
    requests_[index][static_cast<size_t>(session.status().code()) % kCodes]->Increment();
    durations_[index]->Observe(std::chrono::duration<double>(Clock::now() - start).count());
    done(std::move(session));
  };
}

}  // namespace sail::session
