#include "gateway/realtime/session_check.h"

#include <utility>

#include "gateway/upstream/session_client.h"

namespace sail::gateway {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(2);

bool MayWorkLater(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) || absl::IsResourceExhausted(status);
}

}  // namespace

void SessionCheck::Start() {
  due_ = connections_->SessionIds();
  Continue();
}

void SessionCheck::Stop() {
  stopped_ = true;
  due_.clear();
  pause_.reset();
}

void SessionCheck::Continue() {
  while (!stopped_ && !pausing_ && !due_.empty() && in_flight_ < kMaxInFlight) {
    const std::string id = std::move(due_.back());
    due_.pop_back();
    ++in_flight_;
    client_.Get(id, kTimeout,
                [self = shared_from_this(), id](const absl::StatusOr<session::v1::Session>& session) {
                  self->loop_.Post([self, id, status = session.status()] { self->OnAnswer(id, status); });
                });
  }
}

void SessionCheck::OnAnswer(const std::string& id, const absl::Status& status) {
  --in_flight_;
  if (stopped_) return;
  if (absl::IsNotFound(status)) {
    on_gone_(connections_->EndSessions({id}, SessionConnections::Reason::kGone));
  } else if (MayWorkLater(status)) {
    due_.push_back(id);
    if (!std::exchange(pausing_, true)) {
      pause_ = loop_.RunAfter(kRetryAfter, [this] {
        pausing_ = false;
        Continue();
      });
    }
  }
  Continue();
}

}  // namespace sail::gateway
