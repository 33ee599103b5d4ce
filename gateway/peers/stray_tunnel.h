// The other end of a tunnel: where the client is connected. Needs gRPC's headers: for peer_client.cc alone.
#ifndef SAIL_GATEWAY_PEERS_STRAY_TUNNEL_H_
#define SAIL_GATEWAY_PEERS_STRAY_TUNNEL_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/client_callback.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "gateway/http/byte_stream.h"
#include "gateway/http/http_message.h"
#include "protos/sail/gateway/v1/peer.grpc.pb.h"

namespace sail::gateway {

// Carries bytes both ways, at most kTunnelWindow of the client's ahead of what the owner has taken; what the
// owner sends is bounded by the owner, which hears what the client's kernel took.
class StrayTunnel final : public grpc::ClientBidiReactor<v1::TunnelRequest, v1::TunnelResponse>,
                          public std::enable_shared_from_this<StrayTunnel> {
 public:
  // on_end: once, on a gRPC thread, when the call is over.
  StrayTunnel(std::shared_ptr<v1::PeerService::Stub> stub, std::shared_ptr<ByteStream> stream,
              std::function<void(const grpc::Status&)> on_end);

  // On the stream's loop.
  void Start(const HttpRequest& request, std::string already_read);
  // Any thread: ends the call, which cuts the client.
  void Cancel() { context_.TryCancel(); }

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  // On the loop.
  void OnClientBytes(std::string_view bytes);
  void OnClientClosed(const absl::Status& status);
  void OnOwnerData(std::string bytes);
  void OnOwnerTaken(size_t bytes);
  void OnOwnerDone(const grpc::Status& status);
  void TellTaken();

  void Send(v1::TunnelRequest message);
  void WriteLocked();
  template <typename Function>
  void OnLoop(Function function);

  const std::shared_ptr<v1::PeerService::Stub> stub_;
  EventLoop& loop_;
  const std::function<void(const grpc::Status&)> on_end_;
  grpc::ClientContext context_;
  std::shared_ptr<StrayTunnel> self_;  // until the call is over
  v1::TunnelResponse incoming_;

  // Of the loop.
  std::shared_ptr<ByteStream> stream_;  // null once it has ended
  size_t ahead_ = 0;                    // bytes of the client that the owner has not taken
  size_t untold_ = 0;                   // bytes of the owner that have not been told as taken
  bool paused_ = false;
  bool answered_ = false;

  std::mutex mutex_;
  std::deque<v1::TunnelRequest> outgoing_;  // bounded by the window
  bool writing_ = false;
  bool writes_end_ = false;  // after what is in outgoing_
  bool broken_ = false;      // nothing more can be written
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_PEERS_STRAY_TUNNEL_H_
