// Who keeps clients' sessions beyond their connections.
#ifndef SAIL_GATEWAY_SOCKETIO_SESSION_KEEPER_H_
#define SAIL_GATEWAY_SOCKETIO_SESSION_KEEPER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "gateway/socketio/encoded_packet.h"

namespace sail::gateway::socketio {

class Socket;

// What a socket has whose session can be recovered.
struct Recovery {
  // The client's secret name of the session.
  std::string pid;
  // Grows with every recovery: whoever has a lower one has lost the session.
  uint64_t generation = 1;
  // Where the session began, and the last offset that was sent.
  uint64_t connected_at = 0;
  uint64_t offset = 0;

  // From the CONNECT that names a session to its end, what comes for the socket is held. Bounded: the oldest
  // goes first; dropped is its position.
  struct Held {
    EncodedPacket packet;
    bool is_volatile;
  };
  static constexpr size_t kMaxHeld = 1024;
  static constexpr size_t kMaxHeldBytes = size_t{256} << 10;
  bool resuming = false;
  std::string auth_json;  // for the application, should nothing come of it
  std::deque<Held> held;
  size_t held_bytes = 0;
  uint64_t dropped = 0;

  // Whether the keeper has it on a list.
  bool dirty = false;
};

// One per loop, used on it. Single-threaded.
class SessionKeeper {
 public:
  virtual ~SessionKeeper() = default;

  // Whether sockets that connect now can be recovered.
  virtual bool on() const = 0;
  // Whether a new session can be kept just now; if not, its client had better come again.
  virtual bool reachable() const = 0;
  // Everything up to here that was for sockets of this loop has been given to them. 0: there is no history.
  virtual uint64_t position() const = 0;

  // The socket has been accepted, with a new session.
  virtual void OnAccepted(const std::shared_ptr<Socket>& socket) = 0;
  // A socket with a session is not connected any more; its rooms can still be read. recoverable: the client
  // may come back to the session.
  virtual void OnClosed(const std::shared_ptr<Socket>& socket, bool recoverable) = 0;

  // What the application keeps with a socket that has a session has changed.
  virtual void OnDataChanged(const std::shared_ptr<Socket>& socket) = 0;

  // The client has come back: gives the socket its session with Adopt, SendMissed and FinishResume, or lets
  // it begin anew with ConnectAnew, or cuts it. offset: the last that the client has seen.
  virtual void Resume(const std::shared_ptr<Socket>& socket, const std::string& pid,
                      std::optional<uint64_t> offset) = 0;
};

}  // namespace sail::gateway::socketio

#endif  // SAIL_GATEWAY_SOCKETIO_SESSION_KEEPER_H_
