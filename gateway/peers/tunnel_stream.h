// A connection that another gateway has accepted, as a byte stream here.
#ifndef SAIL_GATEWAY_PEERS_TUNNEL_STREAM_H_
#define SAIL_GATEWAY_PEERS_TUNNEL_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/http/byte_stream.h"

namespace sail::gateway {

// How far ahead of what is taken the client's bytes may be.
inline constexpr size_t kTunnelWindow = 256 * 1024;

// The other end. Any thread; without effect once the tunnel is over.
class TunnelWire {
 public:
  virtual ~TunnelWire() = default;
  virtual void SendData(SharedBytes bytes) = 0;
  virtual void SendTaken(size_t bytes) = 0;
  // Ends the tunnel after what was sent, or cuts it.
  virtual void Finish() = 0;
  virtual void Cut() = 0;
};

// Belongs to its loop's thread. queued_bytes counts what the client's kernel has not got, wherever it is.
class TunnelStream final : public ByteStream, public std::enable_shared_from_this<TunnelStream> {
 public:
  // How long a client may take none of the last bytes after Close.
  static constexpr absl::Duration kLinger = absl::Seconds(3);

  TunnelStream(EventLoop& loop, std::shared_ptr<TunnelWire> wire, std::string remote_address)
      : loop_(loop), wire_(std::move(wire)), remote_address_(std::move(remote_address)) {}
  ~TunnelStream() override;

  // From the other end.
  void OnData(std::string bytes);
  void OnTaken(size_t bytes);
  void OnEnd(absl::Status status);

  void Start(Callbacks callbacks) override;
  void Detach() override;
  void PauseReading() override { reading_ = false; }
  void ResumeReading() override;
  void Write(SharedBytes bytes) override;
  void Flush() override;
  size_t queued_bytes() const override { return waiting_.size() + under_way_; }
  uint64_t sent_bytes() const override { return taken_; }
  void Close() override;
  void Abort() override;
  bool closed() const override { return closing_ || over_; }
  const std::string& remote_address() const override { return remote_address_; }
  EventLoop& loop() override { return loop_; }

 private:
  void Deliver();
  void End(absl::Status status);

  EventLoop& loop_;
  const std::shared_ptr<TunnelWire> wire_;
  const std::string remote_address_;
  // Shared, so that a callback outlives its own call when it detaches the stream.
  std::shared_ptr<Callbacks> callbacks_;
  std::string arrived_;  // and not delivered
  std::string waiting_;  // written and not sent
  size_t under_way_ = 0;
  uint64_t taken_ = 0;
  bool reading_ = false;
  bool ended_ = false;  // by the other end, after what has arrived
  absl::Status end_status_;
  bool flush_posted_ = false;
  bool closing_ = false;
  bool over_ = false;
  bool aborted_ = false;
  std::unique_ptr<Timer> linger_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_PEERS_TUNNEL_STREAM_H_
