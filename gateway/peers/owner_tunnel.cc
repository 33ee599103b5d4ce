#include "gateway/peers/owner_tunnel.h"

#include <algorithm>
#include <utility>

#include "gateway/peers/peer_messages.h"

namespace sail::gateway {
namespace {

// Of one message; larger ones would keep others waiting.
constexpr size_t kMaxPiece = 64 * 1024;

}  // namespace

class OwnerTunnel::Wire final : public TunnelWire {
 public:
  explicit Wire(OwnerTunnel* tunnel) : tunnel_(tunnel) {}

  void SendData(SharedBytes bytes) override {
    std::lock_guard lock(mutex_);
    if (tunnel_ == nullptr || finishing_) return;
    data_.append(*bytes);
    tunnel_->WriteLocked();
  }

  void SendTaken(size_t bytes) override {
    std::lock_guard lock(mutex_);
    if (tunnel_ == nullptr || finishing_) return;
    to_tell_ += bytes;
    tunnel_->WriteLocked();
  }

  void Finish() override {
    std::lock_guard lock(mutex_);
    finishing_ = true;
    if (tunnel_ != nullptr) tunnel_->WriteLocked();
  }

  void Cut() override {
    std::lock_guard lock(mutex_);
    finishing_ = cut_ = true;
    data_.clear();
    if (tunnel_ != nullptr) tunnel_->WriteLocked();
  }

  // Of the loop alone.
  std::weak_ptr<TunnelStream> stream;

 private:
  friend class OwnerTunnel;
  std::mutex mutex_;
  OwnerTunnel* tunnel_;  // null once the call is over
  // Guarded by the mutex. The data is bounded by the send queue of the session.
  std::string data_;
  size_t sent_ = 0;  // of data_
  size_t to_tell_ = 0;
  bool finishing_ = false;
  bool cut_ = false;
};

OwnerTunnel::OwnerTunnel(engineio::Endpoint& endpoint)
    : endpoint_(endpoint), wire_(std::make_shared<Wire>(this)) {
  StartRead(&incoming_);
}

template <typename Function>
void OwnerTunnel::OnLoop(Function function) {
  if (loop_ == nullptr) return;
  loop_->Post([wire = wire_, function = std::move(function)]() mutable {
    if (const auto stream = wire->stream.lock()) function(*stream);
  });
}

void OwnerTunnel::OnReadDone(bool ok) {
  grpc::Status status;
  if (!ok) {
    if (loop_ != nullptr) {
      return OnLoop([](TunnelStream& stream) { stream.OnEnd(absl::OkStatus()); });
    }
    status = {grpc::StatusCode::INVALID_ARGUMENT, "no open"};
  } else if (incoming_.has_open() != (loop_ == nullptr)) {
    status = {grpc::StatusCode::INVALID_ARGUMENT, "open must be the first message, and the only one"};
  } else if (incoming_.has_open()) {
    status = Open();
  } else if (incoming_.has_taken()) {
    OnLoop([bytes = incoming_.taken()](TunnelStream& stream) { stream.OnTaken(bytes); });
  } else {
    OnLoop([bytes = std::move(*incoming_.mutable_data())](TunnelStream& stream) mutable {
      stream.OnData(std::move(bytes));
    });
  }
  if (status.ok()) return StartRead(&incoming_);
  std::lock_guard lock(wire_->mutex_);
  FinishLocked(status);
}

grpc::Status OwnerTunnel::Open() {
  v1::TunnelOpen& open = *incoming_.mutable_open();
  std::shared_ptr<const HttpRequest> request = FromMessage(std::move(*open.mutable_request()));
  loop_ = endpoint_.FindLoop(*request);
  if (loop_ == nullptr) return {grpc::StatusCode::NOT_FOUND, "no session of this gateway"};
  loop_->Post([&endpoint = endpoint_, &loop = *loop_, wire = wire_, request = std::move(request),
               already_read = std::move(*open.mutable_already_read())]() mutable {
    auto stream = std::make_shared<TunnelStream>(loop, wire, request->remote_address);
    wire->stream = stream;
    endpoint.HandleUpgrade(std::move(request), std::move(stream), std::move(already_read));
  });
  return grpc::Status::OK;
}

void OwnerTunnel::OnWriteDone(bool ok) {
  std::lock_guard lock(wire_->mutex_);
  writing_ = false;
  if (!ok) wire_->finishing_ = wire_->cut_ = true;
  WriteLocked();
}

void OwnerTunnel::OnCancel() {
  OnLoop([](TunnelStream& stream) { stream.OnEnd(absl::CancelledError("the other gateway has gone")); });
  wire_->Cut();
}

void OwnerTunnel::OnDone() {
  {
    std::lock_guard lock(wire_->mutex_);
    wire_->tunnel_ = nullptr;
  }
  OnLoop([](TunnelStream& stream) { stream.OnEnd(absl::CancelledError("the tunnel has ended")); });
  delete this;
}

void OwnerTunnel::WriteLocked() {
  if (writing_ || finished_) return;
  Wire& wire = *wire_;
  if (wire.cut_) return FinishLocked({grpc::StatusCode::ABORTED, "cut"});
  outgoing_.Clear();
  if (wire.to_tell_ > 0) {
    outgoing_.set_taken(std::exchange(wire.to_tell_, 0));
  } else if (wire.sent_ < wire.data_.size()) {
    const size_t size = std::min(kMaxPiece, wire.data_.size() - wire.sent_);
    outgoing_.set_data(wire.data_.substr(wire.sent_, size));
    wire.sent_ += size;
    if (wire.sent_ == wire.data_.size()) {
      wire.data_.clear();
      if (wire.data_.capacity() > kMaxPiece) wire.data_.shrink_to_fit();
      wire.sent_ = 0;
    }
  } else if (wire.finishing_) {
    return FinishLocked(grpc::Status::OK);
  } else {
    return;
  }
  writing_ = true;
  StartWrite(&outgoing_);
}

void OwnerTunnel::FinishLocked(const grpc::Status& status) {
  if (writing_ || std::exchange(finished_, true)) return;
  Finish(status);
}

}  // namespace sail::gateway
