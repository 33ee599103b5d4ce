#include "services/pubsub/gateway_link.h"

#include <utility>

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

void GatewayLink::Handle::Done(uint64_t id, const absl::Status& status) {
  std::lock_guard lock(mutex_);
  if (link_ == nullptr) return;
  queue_.Done(id, status);
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
      id_ = parts_.bus.Attach(handle_, handle_);
      break;
    case v1::AttachRequest::kInterest: {
      const uint64_t id = incoming_.interest().id();
      parts_.bus.ChangeInterest(id_, std::move(*incoming_.mutable_interest()), done(id));
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
    case v1::AttachRequest::REQUEST_NOT_SET:
      return {grpc::StatusCode::INVALID_ARGUMENT, "a request that this service does not know"};
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
