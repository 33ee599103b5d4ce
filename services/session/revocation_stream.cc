#include "services/session/revocation_stream.h"

#include <algorithm>
#include <utility>

namespace sail::session {
namespace {

grpc::Status Draining() { return {grpc::StatusCode::UNAVAILABLE, "the service is shutting down"}; }

// Far below the size limit of a message, with the longest ids.
constexpr int kIdsPerMessage = 1024;

}  // namespace

void RevocationStream::Handle::OnInForce() {
  std::lock_guard lock(mutex_);
  if (stream_ == nullptr) return;
  stream_->waiting_.set_in_force(true);
  stream_->WriteLocked();
}

void RevocationStream::Handle::OnRevoked(const std::vector<std::string>& session_ids) {
  std::lock_guard lock(mutex_);
  if (stream_ == nullptr) return;
  v1::WatchRevocationsResponse& waiting = stream_->waiting_;
  for (const std::string& id : session_ids) waiting.add_ids(id);
  if (static_cast<size_t>(waiting.ids_size()) > kMaxWaiting) {
    waiting.clear_ids();
    waiting.set_in_force(true);
  }
  stream_->WriteLocked();
}

void RevocationStream::Handle::Close(const grpc::Status& status) {
  std::lock_guard lock(mutex_);
  if (stream_ != nullptr) stream_->CloseLocked(status);
}

RevocationStream::RevocationStream(std::function<void(const std::shared_ptr<Handle>&)> on_done)
    : handle_(std::make_shared<Handle>(this)), on_done_(std::move(on_done)) {
  StartSendInitialMetadata();
}

void RevocationStream::OnWriteDone(bool ok) {
  std::lock_guard lock(handle_->mutex_);
  writing_ = false;
  if (closing_ || !ok) {
    CloseLocked(status_);
  } else {
    WriteLocked();
  }
}

void RevocationStream::OnCancel() { handle_->Close(grpc::Status::CANCELLED); }

void RevocationStream::OnDone() {
  {
    std::lock_guard lock(handle_->mutex_);
    handle_->stream_ = nullptr;
  }
  on_done_(handle_);
  delete this;
}

void RevocationStream::WriteLocked() {
  if (writing_ || closing_ || (!waiting_.in_force() && waiting_.ids_size() == 0)) return;
  outgoing_.Clear();
  outgoing_.set_in_force(waiting_.in_force());
  waiting_.set_in_force(false);
  const int count = std::min(waiting_.ids_size(), kIdsPerMessage);
  for (int i = 0; i < count; ++i) outgoing_.add_ids(std::move(*waiting_.mutable_ids(i)));
  waiting_.mutable_ids()->DeleteSubrange(0, count);
  writing_ = true;
  StartWrite(&outgoing_);
}

void RevocationStream::CloseLocked(const grpc::Status& status) {
  if (!std::exchange(closing_, true)) status_ = status;
  if (writing_ || std::exchange(finished_, true)) return;
  Finish(status_);
}

RevocationStream* RevocationStreams::Open() {
  auto* stream = new RevocationStream([this](const std::shared_ptr<RevocationStream::Handle>& handle) {
    bus_.Unwatch(handle);
    std::lock_guard lock(mutex_);
    open_.erase(handle);
  });
  const std::shared_ptr<RevocationStream::Handle> handle = stream->handle();
  bool closed = false;
  {
    std::lock_guard lock(mutex_);
    open_.insert(handle);
    closed = closed_;
  }
  // A stream cannot end before gRPC has been given it, so that the bus learns of it before it unlearns it.
  if (closed) {
    handle->Close(Draining());
  } else {
    bus_.Watch(handle);
  }
  return stream;
}

void RevocationStreams::CloseAll() {
  std::set<std::shared_ptr<RevocationStream::Handle>> open;
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    open = open_;
  }
  for (const auto& handle : open) handle->Close(Draining());
}

}  // namespace sail::session
