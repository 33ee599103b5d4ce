#include "gateway/peers/tunnel_stream.h"

namespace sail::gateway {

TunnelStream::~TunnelStream() {
  if (!over_) wire_->Cut();
}

void TunnelStream::OnData(std::string bytes) {
  if (over_) return;
  if (closing_) return wire_->SendTaken(bytes.size());
  arrived_.append(bytes);
  if (arrived_.size() > kTunnelWindow) {
    // The other end does not keep to what was agreed.
    return End(absl::ResourceExhaustedError("too many bytes at once"));
  }
  Deliver();
}

void TunnelStream::OnTaken(size_t bytes) {
  if (over_ || bytes > under_way_) return;
  under_way_ -= bytes;
  taken_ += bytes;
  if (queued_bytes() > 0 || closing_) return;
  if (const auto callbacks = callbacks_; callbacks != nullptr && callbacks->on_drained) {
    callbacks->on_drained();
  }
}

void TunnelStream::OnEnd(absl::Status status) {
  if (over_) return;
  ended_ = true;
  end_status_ = closing_ ? absl::CancelledError("closed") : std::move(status);
  if (closing_ || !end_status_.ok() || arrived_.empty()) return End(end_status_);
}

void TunnelStream::Start(Callbacks callbacks) {
  if (over_) return;
  callbacks_ = std::make_shared<Callbacks>(std::move(callbacks));
  ResumeReading();
}

void TunnelStream::Detach() {
  reading_ = false;
  callbacks_ = nullptr;
}

void TunnelStream::ResumeReading() {
  reading_ = true;
  if (arrived_.empty() && !ended_) return;
  loop_.Post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Deliver();
  });
}

void TunnelStream::Deliver() {
  const auto self = shared_from_this();
  if (over_ || closing_ || !reading_ || callbacks_ == nullptr) return;
  if (!arrived_.empty()) {
    const std::string bytes = std::exchange(arrived_, {});
    wire_->SendTaken(bytes.size());
    const auto callbacks = callbacks_;
    callbacks->on_bytes(bytes);
  }
  if (ended_ && !over_ && reading_ && arrived_.empty()) End(end_status_);
}

void TunnelStream::Write(SharedBytes bytes) {
  if (over_ || closing_) return;
  waiting_.append(*bytes);
  if (waiting_.empty() || std::exchange(flush_posted_, true)) return;
  loop_.Post([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    self->flush_posted_ = false;
    self->Flush();
  });
}

void TunnelStream::Flush() {
  if (over_ || waiting_.empty()) return;
  under_way_ += waiting_.size();
  wire_->SendData(MakeSharedBytes(std::exchange(waiting_, {})));
}

void TunnelStream::Close() {
  if (over_ || closing_) return;
  Flush();
  closing_ = true;
  // Those that are not wanted any more.
  if (!arrived_.empty()) wire_->SendTaken(std::exchange(arrived_, {}).size());
  wire_->Finish();
  linger_ =
      loop_.RunAfter(kLinger, [self = shared_from_this()] { self->End(absl::CancelledError("closed")); });
  if (ended_) End(absl::CancelledError("closed"));
}

void TunnelStream::Abort() {
  aborted_ = true;
  End(absl::OkStatus());
}

void TunnelStream::End(absl::Status status) {
  if (std::exchange(over_, true)) return;
  const auto self = shared_from_this();
  wire_->Cut();
  linger_ = nullptr;
  arrived_.clear();
  waiting_.clear();
  under_way_ = 0;
  const auto callbacks = std::exchange(callbacks_, nullptr);
  if (callbacks == nullptr || aborted_) return;
  // Never inside a call of the user.
  loop_.Post([self, callbacks, status = std::move(status)] {
    if (!self->aborted_ && callbacks->on_close) callbacks->on_close(status);
  });
}

}  // namespace sail::gateway
