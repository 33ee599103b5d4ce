#include "services/pubsub/gateway_link.h"

#include <utility>

#include "services/pubsub/history_converter.h"

namespace sail::pubsub {
namespace {

// Answers that a gateway may leave unread.
constexpr size_t kMaxDones = 65536;

}  // namespace

void GatewayLink::Handle::Deliver(const std::shared_ptr<const v1::Operation>& operation) {
  std::lock_guard lock(mutex_);
  if (link_ == nullptr) return;
  if (const size_t dropped = queue_.Deliver(operation); dropped > 0) dropped_->Increment(dropped);
  link_->WriteLocked();
}

void GatewayLink::Handle::Gap() {
  std::lock_guard lock(mutex_);
  if (link_ == nullptr) return;
  queue_.Gap();
  link_->WriteLocked();
}

void GatewayLink::Handle::Ask(const std::shared_ptr<const v1::Query>& query) {
  std::lock_guard lock(mutex_);
  if (link_ == nullptr) return;
  queue_.Query(query);
  link_->WriteLocked();
}

void GatewayLink::Handle::ReachPosition(Position position) {
  std::lock_guard lock(mutex_);
  if (link_ == nullptr) return;
  queue_.Position(position);
  link_->WriteLocked();
}

void GatewayLink::Handle::Done(uint64_t id, const absl::Status& status, Position position) {
  std::lock_guard lock(mutex_);
  if (link_ == nullptr) return;
  queue_.Done(id, status, position);
  WriteAnswerLocked();
}

void GatewayLink::Handle::Answer(v1::AttachEvent event) {
  std::lock_guard lock(mutex_);
  if (link_ == nullptr) return;
  queue_.Add(std::move(event));
  WriteAnswerLocked();
}

void GatewayLink::Handle::WriteAnswerLocked() {
  if (queue_.dones() > kMaxDones) {
    link_->CloseLocked({grpc::StatusCode::RESOURCE_EXHAUSTED, "too many answers wait to be read"});
  } else {
    link_->WriteLocked();
  }
}

void GatewayLink::Handle::Close(const grpc::Status& status) {
  std::lock_guard lock(mutex_);
  if (link_ != nullptr) link_->CloseLocked(status);
}

GatewayLink::GatewayLink(const LinkParts& parts, std::function<void(const std::shared_ptr<Handle>&)> on_done)
    : parts_(parts), handle_(std::make_shared<Handle>(this, parts.dropped)), on_done_(std::move(on_done)) {
  StartSendInitialMetadata();
  StartRead(&incoming_);
}

void GatewayLink::OnReadDone(bool ok) {
  // A gateway that says no more has left.
  const grpc::Status status = ok ? Process() : grpc::Status::OK;
  std::lock_guard lock(handle_->mutex_);
  if (!ok || !status.ok()) {
    CloseLocked(status);
  } else if (!closing_) {
    StartRead(&incoming_);
  }
}

grpc::Status GatewayLink::Process() {
  if (incoming_.has_hello() != (id_ == 0)) {
    return {grpc::StatusCode::INVALID_ARGUMENT, "hello must be the first message, and the only one"};
  }
  const auto done = [this](uint64_t id) {
    return [handle = handle_, id](const absl::Status& status) { handle->Done(id, status); };
  };
  switch (incoming_.request_case()) {
    case v1::AttachRequest::kHello:
      id_ = parts_.bus.Attach(handle_, handle_, incoming_.hello().position());
      break;
    case v1::AttachRequest::kInterest: {
      const uint64_t id = incoming_.interest().id();
      parts_.bus.ChangeInterest(id_, std::move(*incoming_.mutable_interest()),
                                [handle = handle_, id](const absl::StatusOr<Position>& position) {
                                  handle->Done(id, position.status(), position.value_or(0));
                                });
      break;
    }
    case v1::AttachRequest::kPublish:
      parts_.publisher.Publish(incoming_.publish().operations(), parts_.publish_timeout,
                               done(incoming_.publish().id()));
      break;
    case v1::AttachRequest::kAnswer:
      parts_.bus.OnAnswer(id_, std::move(*incoming_.mutable_answer()));
      break;
    case v1::AttachRequest::kSaveSessions:
    case v1::AttachRequest::kResume:
    case v1::AttachRequest::kReadHistory:
      return ProcessRecovery();
    case v1::AttachRequest::REQUEST_NOT_SET:
      return {grpc::StatusCode::INVALID_ARGUMENT, "a request that this service does not know"};
  }
  return grpc::Status::OK;
}

grpc::Status GatewayLink::ProcessRecovery() {
  if (parts_.history == nullptr) {
    return {grpc::StatusCode::FAILED_PRECONDITION, "history is off (SAIL_PUBSUB_HISTORY_MS)"};
  }
  const auto set_status = [](const absl::Status& status, auto* answer) {
    answer->set_code(static_cast<int>(status.code()));
    answer->set_message(std::string(status.message()));
  };
  if (incoming_.has_save_sessions()) {
    const uint64_t id = incoming_.save_sessions().id();
    parts_.sessions->Save(incoming_.save_sessions(), [handle = handle_, id, set_status](
                                                         const absl::StatusOr<std::vector<uint32_t>>& lost) {
      v1::AttachEvent event;
      v1::SessionsSaved& saved = *event.mutable_sessions_saved();
      saved.set_id(id);
      set_status(lost.status(), &saved);
      if (lost.ok()) saved.mutable_lost()->Assign(lost->begin(), lost->end());
      handle->Answer(std::move(event));
    });
  } else if (incoming_.has_resume()) {
    const uint64_t id = incoming_.resume().id();
    parts_.sessions->Resume(incoming_.resume().pid(), incoming_.resume().namespace_(),
                            [handle = handle_, id, set_status](absl::StatusOr<v1::RecoverySession> session) {
                              v1::AttachEvent event;
                              v1::Resumed& resumed = *event.mutable_resumed();
                              resumed.set_id(id);
                              set_status(session.status(), &resumed);
                              if (session.ok()) *resumed.mutable_session() = *std::move(session);
                              handle->Answer(std::move(event));
                            });
  } else {
    const v1::ReadHistoryItem& item = incoming_.read_history();
    const uint64_t id = item.id();
    const auto answer = [handle = handle_, id, set_status](absl::StatusOr<v1::ReadHistoryResponse> response) {
      v1::AttachEvent event;
      v1::History& history = *event.mutable_history();
      history.set_id(id);
      set_status(response.status(), &history);
      if (response.ok()) *history.mutable_response() = *std::move(response);
      handle->Answer(std::move(event));
    };
    absl::StatusOr<HistoryRead> read = HistoryReadFrom(parts_.names, item.request());
    if (!read.ok()) {
      answer(read.status());
      return grpc::Status::OK;
    }
    read->pid = item.pid();
    read->generation = item.generation();
    parts_.history->Read(*std::move(read), [answer](const absl::StatusOr<HistoryPage>& page) {
      answer(page.ok() ? ToResponse(*page) : absl::StatusOr<v1::ReadHistoryResponse>(page.status()));
    });
  }
  return grpc::Status::OK;
}

void GatewayLink::OnWriteDone(bool ok) {
  std::lock_guard lock(handle_->mutex_);
  writing_ = false;
  if (closing_ || !ok) {
    CloseLocked(status_);
  } else {
    WriteLocked();
  }
}

void GatewayLink::OnCancel() { handle_->Close(grpc::Status::CANCELLED); }

void GatewayLink::OnDone() {
  {
    std::lock_guard lock(handle_->mutex_);
    handle_->link_ = nullptr;
  }
  if (id_ != 0) parts_.bus.Detach(id_);
  on_done_(handle_);
  delete this;
}

void GatewayLink::WriteLocked() {
  if (writing_ || closing_ || !handle_->queue_.Take(&outgoing_)) return;
  writing_ = true;
  StartWrite(&outgoing_);
}

void GatewayLink::CloseLocked(const grpc::Status& status) {
  if (!std::exchange(closing_, true)) status_ = status;
  if (writing_ || std::exchange(finished_, true)) return;
  Finish(status_);
}

}  // namespace sail::pubsub
