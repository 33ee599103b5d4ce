// One Engine.IO session, protocol versions 3 and 4, whatever carries it.
#ifndef SAIL_GATEWAY_ENGINEIO_SESSION_H_
#define SAIL_GATEWAY_ENGINEIO_SESSION_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/engineio/close_reason.h"
#include "gateway/engineio/flush_scheduler.h"
#include "gateway/engineio/outgoing_packet.h"
#include "gateway/engineio/packet.h"
#include "gateway/engineio/send_queue.h"
#include "gateway/engineio/transport.h"
#include "gateway/http/event_loop.h"

namespace sail::gateway::engineio {

// Shared by all sessions of a loop; must outlive them.
struct SessionOptions {
  std::chrono::milliseconds ping_interval{25000};
  std::chrono::milliseconds ping_timeout{20000};
  // Largest message from a client, in bytes. Enforced by the transports, announced by the open packet.
  size_t max_payload = 1'000'000;
  SendQueueLimits send_queue;

  // Counters. A session that overflows is closed; a volatile packet for a client that is not writable is
  // dropped.
  std::function<void()> on_send_queue_overflow = [] {};
  std::function<void()> on_volatile_dropped = [] {};
};

class EngineSession;

// The layer above. A handler may call every method of the session from within a call, but must not destroy
// it.
class SessionHandler {
 public:
  virtual ~SessionHandler() = default;

  // The session, which outlives every other call, has been opened: once, and as the first call.
  virtual void OnSessionOpened(EngineSession* session) = 0;

  // A message. The view is valid during the call only; text is valid UTF-8.
  virtual void OnMessage(std::string_view text) = 0;
  virtual void OnBinaryMessage(std::string_view bytes) = 0;

  // The session is over: once, and as the last call. May come from within Close.
  virtual void OnSessionClosed(CloseReason reason) = 0;
};

// Single-threaded: belongs to one event loop.
//
// Heartbeat. v4: the server sends a ping ping_interval after the open and after each pong, and closes when no
// pong comes within ping_timeout; the first other packet while it waits starts that time anew, once. v3: the
// client pings, the server answers; ping_interval + ping_timeout of silence closes. A heartbeat in the wrong
// direction is a transport error.
//
// Sending. Packets collect until the end of the loop's turn and leave as one batch; while a batch is on its
// way, the next collects. Over the limits of the send queue the session is closed with "transport error", not
// before the next flush: Send never calls back.
class EngineSession : public TransportListener, private Flushable {
 public:
  // What is passed by pointer must outlive the session.
  EngineSession(std::string sid, Version version, const SessionOptions* options, EventLoop* loop,
                FlushScheduler* scheduler, SessionHandler* handler);
  ~EngineSession() override;

  // Starts the session on its transport: sends the open packet, starts the heartbeat. takes_binary: false for
  // a client that asked for base64 (query b64). transport must live until it has been closed.
  void Open(Transport* transport, bool offers_websocket, bool takes_binary);

  // Goes on with another transport, of which the same holds. unsent: what the former one was given and has
  // not written; it goes first.
  void SwitchTo(Transport* transport, bool takes_binary, std::vector<OutgoingPacket> unsent);

  // Sends what is queued now rather than at the end of the loop's turn, unless a batch is on its way.
  void SendQueued();

  void OnTextPacket(std::string_view packet) override;
  void OnBinaryPacket(std::string_view payload) override;
  void OnTransportDrained() override;
  void OnTransportClosed(CloseReason reason) override;

  // Queues a packet. False if the session is not open, or the queue has overflowed, or the packet is volatile
  // and the session not writable: the packet is dropped.
  bool Send(const OutgoingPacket& packet, bool is_volatile = false);

  // Sends what is queued, then closes the transport. Calls OnSessionClosed. Does nothing on a closed session.
  void Close(CloseReason reason);

  // Nothing of an earlier turn waits to be written.
  bool writable() const { return state_ == State::kOpen && !queue_.in_flight(); }
  bool open() const { return state_ == State::kOpen; }

  // Backpressure on the client, see Transport. Silence does not count meanwhile.
  void PauseReading();
  void ResumeReading();

  const std::string& sid() const { return sid_; }
  Version version() const { return version_; }
  BinaryForm binary_form() const { return binary_form_; }
  size_t queued_bytes() const { return queue_.bytes(); }
  size_t queued_packets() const { return queue_.packets(); }

 private:
  enum class State { kNew, kOpen, kOverflown, kClosed };

  void Flush() override;
  void SendBatch();
  void NoteActivity();
  void OnPing();
  void OnPong();
  void StartPingInterval();
  void StartPingTimeout();
  void WatchSilence(std::chrono::milliseconds time);
  void OnSilence();
  void RestartSilence();
  // Ends the session; the transport, if it still has one, has been told already.
  void Finish(CloseReason reason);

  const std::string sid_;
  const Version version_;
  const SessionOptions& options_;
  EventLoop* const loop_;
  FlushScheduler* const scheduler_;
  SessionHandler* const handler_;
  Transport* transport_ = nullptr;
  State state_ = State::kNew;
  BinaryForm binary_form_ = BinaryForm::kRaw;

  SendQueue queue_;
  std::vector<OutgoingPacket> batch_;

  std::unique_ptr<Timer> timer_;
  bool paused_ = false;
  bool awaiting_pong_ = false;                         // v4
  bool pong_time_extended_ = false;                    // v4: once per ping
  std::chrono::steady_clock::time_point last_packet_;  // v3
};

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_SESSION_H_
