// The owner's end of a tunnel. Needs gRPC's headers: for peer_service.cc alone.
#ifndef SAIL_GATEWAY_PEERS_OWNER_TUNNEL_H_
#define SAIL_GATEWAY_PEERS_OWNER_TUNNEL_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/server_callback.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

#include "gateway/engineio/endpoint.h"
#include "gateway/peers/tunnel_stream.h"
#include "protos/sail/gateway/v1/peer.pb.h"

namespace sail::gateway {

// One Tunnel call: opens a TunnelStream on the session's loop and gives it to the endpoint. Deletes itself
// when the call is over.
class OwnerTunnel final : public grpc::ServerBidiReactor<v1::TunnelRequest, v1::TunnelResponse> {
 public:
  explicit OwnerTunnel(engineio::Endpoint& endpoint);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  // What the stream holds; outlives the call.
  class Wire;

  grpc::Status Open();
  // Tells the stream on its loop.
  template <typename Function>
  void OnLoop(Function function);
  void WriteLocked();
  void FinishLocked(const grpc::Status& status);

  engineio::Endpoint& endpoint_;
  const std::shared_ptr<Wire> wire_;
  v1::TunnelRequest incoming_;
  v1::TunnelResponse outgoing_;
  EventLoop* loop_ = nullptr;  // once the tunnel is open; the reading side's
  // Guarded by the wire's mutex.
  bool writing_ = false;
  bool finished_ = false;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_PEERS_OWNER_TUNNEL_H_
