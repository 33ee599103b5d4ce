// What carries the packets of a session: a WebSocket, or polls.
#ifndef SAIL_GATEWAY_ENGINEIO_TRANSPORT_H_
#define SAIL_GATEWAY_ENGINEIO_TRANSPORT_H_

#include <string_view>
#include <vector>

#include "gateway/engineio/close_reason.h"
#include "gateway/engineio/outgoing_packet.h"

namespace sail::gateway::engineio {

// Who hears what a transport has to tell: its session, or before that the probe of an upgrade.
class TransportListener {
 public:
  virtual ~TransportListener() = default;

  // A text packet, "4hello", valid UTF-8; the payload of a binary one.
  virtual void OnTextPacket(std::string_view packet) = 0;
  virtual void OnBinaryPacket(std::string_view payload) = 0;
  // All that was sent has been written, and more is welcome.
  virtual void OnTransportDrained() = 0;
  // The client is gone or has broken the rules: the last call.
  virtual void OnTransportClosed(CloseReason reason) = 0;
};

// Belongs to the session's loop. None of the methods below calls the listener back before it returns.
class Transport {
 public:
  virtual ~Transport() = default;

  // Writes the packets, in order, in one go, and clears the vector. Called while nothing is in flight, or for
  // the last time right before Close. True if everything has left already; otherwise OnTransportDrained
  // follows.
  virtual bool Send(std::vector<OutgoingPacket>* batch) = 0;

  // Closes in the transport's own way after what was sent has been written, within a bounded time. The
  // listener gets no further calls.
  virtual void Close(CloseReason reason) = 0;

  // Cuts the connection at once, for a client that does not read. The session gets no further calls.
  virtual void Abort() = 0;

  // Backpressure on the client: nothing arrives between the two.
  virtual void PauseReading() = 0;
  virtual void ResumeReading() = 0;
};

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_TRANSPORT_H_
