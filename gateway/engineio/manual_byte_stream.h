// A byte stream for tests: keeps what is written, and is drained, fed and cut by hand.
#ifndef SAIL_GATEWAY_ENGINEIO_MANUAL_BYTE_STREAM_H_
#define SAIL_GATEWAY_ENGINEIO_MANUAL_BYTE_STREAM_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "gateway/http/byte_stream.h"

namespace sail::gateway {

class ManualByteStream : public ByteStream {
 public:
  explicit ManualByteStream(EventLoop* loop) : loop_(loop) {}

  void Start(Callbacks callbacks) override { callbacks_ = std::move(callbacks); }
  void Detach() override { callbacks_ = {}; }
  void PauseReading() override { paused = true; }
  void ResumeReading() override { paused = false; }
  void Write(SharedBytes bytes) override {
    if (closed_) return;
    queued_ += bytes->size();
    written += *bytes;
    ++writes;
  }
  void Flush() override {
    ++flushes;
    if (reads_at_once) queued_ = 0;
  }
  size_t queued_bytes() const override { return queued_; }
  uint64_t sent_bytes() const override { return written.size() - queued_; }
  void Close() override {
    if (closed_) return;
    closed_ = true;
    loop_->Post([this] { End(absl::CancelledError("closed")); });
  }
  void Abort() override {
    aborted = closed_ = true;
    callbacks_ = {};
  }
  bool closed() const override { return closed_; }
  const std::string& remote_address() const override { return address_; }
  EventLoop& loop() override { return *loop_; }

  // The client sends.
  void Arrive(std::string_view bytes) {
    if (!closed_ && callbacks_.on_bytes) callbacks_.on_bytes(bytes);
  }
  // The client reads what was written.
  void Drain() {
    const bool had = std::exchange(queued_, 0) > 0;
    if (had && !closed_ && callbacks_.on_drained) callbacks_.on_drained();
  }
  // The client has gone, or the stream is over.
  void End(absl::Status status) {
    closed_ = true;
    Callbacks callbacks = std::exchange(callbacks_, {});
    if (callbacks.on_close) callbacks.on_close(std::move(status));
  }
  std::string TakeWritten() { return std::exchange(written, {}); }

  std::string written;
  int writes = 0;
  int flushes = 0;
  bool reads_at_once = false;  // the client reads whatever is flushed
  bool paused = false;
  bool aborted = false;

 private:
  EventLoop* const loop_;
  const std::string address_ = "127.0.0.1";
  Callbacks callbacks_;
  size_t queued_ = 0;
  bool closed_ = false;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ENGINEIO_MANUAL_BYTE_STREAM_H_
