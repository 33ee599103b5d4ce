#include "services/pubsub/server_event_stream.h"

#include <utility>

#include "platform/rpc/status_conversion.h"
#include "services/pubsub/operation_check.h"

namespace sail::pubsub {

void ServerEventStream::Handle::OnServerEvent(const v1::ServerEvent& event) {
  std::lock_guard lock(mutex_);
  if (stream_ == nullptr || stream_->closing_) return;
  if (stream_->waiting_.size() >= kMaxWaiting) {
    stream_->CloseLocked({grpc::StatusCode::RESOURCE_EXHAUSTED, "the program reads too slowly"});
    return;
  }
  stream_->waiting_.push_back(event);
  stream_->WriteLocked();
}

void ServerEventStream::Handle::Gap() {
  Close({grpc::StatusCode::UNAVAILABLE, "the connection to Redis was cut; events may have been missed"});
}

void ServerEventStream::Handle::Close(const grpc::Status& status) {
  std::lock_guard lock(mutex_);
  if (stream_ != nullptr) stream_->CloseLocked(status);
}

ServerEventStream::ServerEventStream(ClusterBus& bus, const std::string& given_ns,
                                     std::function<void(const std::shared_ptr<Handle>&)> on_done)
    : bus_(bus), handle_(std::make_shared<Handle>(this)), on_done_(std::move(on_done)) {
  const std::string ns = NamespaceOf(given_ns);
  if (const absl::Status bad = CheckRoom(ns, ""); !bad.ok()) {
    handle_->Close(platform::rpc::ToGrpc(bad));
    return;
  }
  id_ = bus_.Watch(ns, handle_, [handle = handle_](const absl::Status& status) {
    if (!status.ok()) return handle->Close(platform::rpc::ToGrpc(status));
    // The empty message: from now on.
    handle->OnServerEvent({});
  });
}

void ServerEventStream::OnWriteDone(bool ok) {
  std::lock_guard lock(handle_->mutex_);
  writing_ = false;
  if (closing_ || !ok) {
    CloseLocked(status_);
  } else {
    WriteLocked();
  }
}

void ServerEventStream::OnDone() {
  {
    std::lock_guard lock(handle_->mutex_);
    handle_->stream_ = nullptr;
  }
  if (id_ != 0) bus_.Detach(id_);
  on_done_(handle_);
  delete this;
}

void ServerEventStream::WriteLocked() {
  if (writing_ || closing_ || waiting_.empty()) return;
  outgoing_ = std::move(waiting_.front());
  waiting_.pop_front();
  writing_ = true;
  StartWrite(&outgoing_);
}

void ServerEventStream::CloseLocked(const grpc::Status& status) {
  if (!std::exchange(closing_, true)) status_ = status;
  if (writing_ || std::exchange(finished_, true)) return;
  Finish(status_);
}

}  // namespace sail::pubsub
