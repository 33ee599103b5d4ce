// What carries the packets of a session: a WebSocket, or polls.
#ifndef SAIL_GATEWAY_ENGINEIO_TRANSPORT_H_
#define SAIL_GATEWAY_ENGINEIO_TRANSPORT_H_

#include <vector>

#include "gateway/engineio/outgoing_packet.h"

namespace sail::gateway::engineio {

// Belongs to the session's loop. Reports to EngineSession: OnTextPacket and OnBinaryPacket for what arrives,
// OnTransportDrained when all that it got has been written, OnTransportClosed when the client is gone. None
// of the methods below calls the session back before it returns.
class Transport {
 public:
  virtual ~Transport() = default;

  // Writes the packets, in order, in one go, and clears the vector. Called while nothing is in flight, or for
  // the last time right before Close. True if everything has left already; otherwise OnTransportDrained
  // follows.
  virtual bool Send(std::vector<OutgoingPacket>* batch) = 0;

  // Closes in the transport's own way after what was sent has been written, within a bounded time. The
  // session gets no further calls.
  virtual void Close() = 0;

  // Cuts the connection at once, for a client that does not read. The session gets no further calls.
  virtual void Abort() = 0;

  // Backpressure on the client: nothing arrives between the two.
  virtual void PauseReading() = 0;
  virtual void ResumeReading() = 0;
};

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_TRANSPORT_H_
