#include "gateway/peers/stray_tunnel.h"

#include <algorithm>
#include <utility>

#include "gateway/engineio/endpoint.h"
#include "gateway/peers/peer_messages.h"
#include "gateway/peers/tunnel_stream.h"

namespace sail::gateway {
namespace {

// A stream may bring as much in one go after it has been asked to pause.
constexpr size_t kLargestRead = 64 * 1024;

}  // namespace

StrayTunnel::StrayTunnel(std::shared_ptr<v1::PeerService::Stub> stub, std::shared_ptr<ByteStream> stream,
                         std::function<void(const grpc::Status&)> on_end)
    : stub_(std::move(stub)), loop_(stream->loop()), on_end_(std::move(on_end)), stream_(std::move(stream)) {}

void StrayTunnel::Start(const HttpRequest& request, std::string already_read) {
  self_ = shared_from_this();
  stub_->async()->Tunnel(&context_, this);
  // For the writes, which begin on the loop. Released when reading has ended.
  AddHold();
  StartRead(&incoming_);
  v1::TunnelRequest open;
  ToMessage(request, open.mutable_open()->mutable_request());
  open.mutable_open()->set_already_read(std::move(already_read));
  Send(std::move(open));
  StartCall();
  stream_->Start({.on_bytes = [self = self_](std::string_view bytes) { self->OnClientBytes(bytes); },
                  .on_close = [self = self_](absl::Status status) { self->OnClientClosed(status); },
                  .on_drained = [self = self_] { self->TellTaken(); }});
}

template <typename Function>
void StrayTunnel::OnLoop(Function function) {
  loop_.Post([self = shared_from_this(), function = std::move(function)]() mutable { function(*self); });
}

void StrayTunnel::OnReadDone(bool ok) {
  if (!ok) {
    std::lock_guard lock(mutex_);
    broken_ = true;
    return RemoveHold();
  }
  if (incoming_.has_taken()) {
    OnLoop([bytes = incoming_.taken()](StrayTunnel& self) { self.OnOwnerTaken(bytes); });
  } else {
    OnLoop([bytes = std::move(*incoming_.mutable_data())](StrayTunnel& self) mutable {
      self.OnOwnerData(std::move(bytes));
    });
  }
  StartRead(&incoming_);
}

void StrayTunnel::OnDone(const grpc::Status& status) {
  on_end_(status);
  OnLoop([status](StrayTunnel& self) { self.OnOwnerDone(status); });
  self_ = nullptr;
}

void StrayTunnel::OnClientBytes(std::string_view bytes) {
  ahead_ += bytes.size();
  if (ahead_ + kLargestRead > kTunnelWindow && !std::exchange(paused_, true)) stream_->PauseReading();
  v1::TunnelRequest message;
  message.set_data(bytes.data(), bytes.size());
  Send(std::move(message));
}

void StrayTunnel::OnClientClosed(const absl::Status& status) {
  stream_ = nullptr;
  if (!status.ok()) return Cancel();
  std::lock_guard lock(mutex_);
  writes_end_ = true;
  WriteLocked();
}

void StrayTunnel::OnOwnerData(std::string bytes) {
  answered_ = true;
  if (stream_ == nullptr) return;
  untold_ += bytes.size();
  stream_->Write(MakeSharedBytes(std::move(bytes)));
  stream_->Flush();
  if (stream_ != nullptr && stream_->queued_bytes() == 0) TellTaken();
}

void StrayTunnel::TellTaken() {
  if (untold_ == 0) return;
  v1::TunnelRequest message;
  message.set_taken(std::exchange(untold_, 0));
  Send(std::move(message));
}

void StrayTunnel::OnOwnerTaken(size_t bytes) {
  ahead_ -= std::min(bytes, ahead_);
  if (stream_ == nullptr || ahead_ > kTunnelWindow / 2 || !std::exchange(paused_, false)) return;
  stream_->ResumeReading();
}

void StrayTunnel::OnOwnerDone(const grpc::Status& status) {
  const std::shared_ptr<ByteStream> stream = std::exchange(stream_, nullptr);
  if (stream == nullptr) return;
  if (!answered_) return engineio::RefuseUpgrade(engineio::kUnknownSid, stream);
  if (!status.ok()) return stream->Abort();
  // What the owner sent goes first.
  stream->Start({.on_bytes = [](std::string_view) {}, .on_close = [stream](absl::Status) {}});
  stream->Close();
}

void StrayTunnel::Send(v1::TunnelRequest message) {
  std::lock_guard lock(mutex_);
  if (broken_) return;
  outgoing_.push_back(std::move(message));
  WriteLocked();
}

void StrayTunnel::OnWriteDone(bool ok) {
  std::lock_guard lock(mutex_);
  writing_ = false;
  outgoing_.pop_front();
  if (!ok) broken_ = true;
  WriteLocked();
}

void StrayTunnel::WriteLocked() {
  if (writing_ || broken_) return;
  if (outgoing_.empty()) {
    if (!writes_end_) return;
    broken_ = true;
    return StartWritesDone();
  }
  writing_ = true;
  StartWrite(&outgoing_.front());
}

}  // namespace sail::gateway
