// A WebSocket that is to take over a polling session, until it does.
#ifndef SAIL_GATEWAY_ENGINEIO_UPGRADE_PROBE_H_
#define SAIL_GATEWAY_ENGINEIO_UPGRADE_PROBE_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/time/time.h"
#include "gateway/engineio/transport.h"
#include "gateway/engineio/websocket_transport.h"
#include "gateway/http/event_loop.h"

namespace sail::gateway::engineio {

// The client sends "2probe" and gets "3probe"; it ends its polling and sends "5", from where on the WebSocket
// is the session's. Anything else closes the WebSocket, as does a "5" that does not come in time; the session
// goes on polling. Single-threaded: belongs to the session's loop.
class UpgradeProbe final : public TransportListener {
 public:
  struct Callbacks {
    std::function<void()> on_probe;    // the client wants to stop polling
    std::function<void()> on_upgrade;  // the transport's, TakeTransport is due now
    std::function<void()> on_failed;   // there will be no upgrade; not after Cancel
  };

  UpgradeProbe(EventLoop* loop, absl::Duration timeout, Callbacks callbacks)
      : loop_(loop), timeout_(timeout), callbacks_(std::move(callbacks)) {}

  // transport: started by the caller, this is its listener.
  void Start(std::unique_ptr<WebSocketTransport> transport);

  // Whether an upgrade may still come of it.
  bool active() const { return active_; }

  // Closes the WebSocket.
  void Cancel();

  // The caller is the transport's listener from here on.
  std::unique_ptr<WebSocketTransport> TakeTransport() { return std::move(transport_); }
  // Null after TakeTransport.
  WebSocketTransport* transport() const { return transport_.get(); }

  void OnTextPacket(std::string_view packet) override;
  void OnBinaryPacket(std::string_view) override { Fail(); }
  void OnTransportDrained() override {}
  void OnTransportClosed(CloseReason reason) override;

 private:
  void Fail();

  EventLoop* const loop_;
  const absl::Duration timeout_;
  const Callbacks callbacks_;
  std::unique_ptr<WebSocketTransport> transport_;
  std::unique_ptr<Timer> timer_;
  bool active_ = false;
};

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_UPGRADE_PROBE_H_
