#ifndef SAIL_GATEWAY_HTTP_BYTE_STREAM_H_
#define SAIL_GATEWAY_HTTP_BYTE_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "gateway/http/event_loop.h"

namespace sail::gateway {

// Immutable bytes that many streams can send at once: a broadcast frame is encoded once and shared.
using SharedBytes = std::shared_ptr<const std::string>;

inline SharedBytes MakeSharedBytes(std::string bytes) {
  return std::make_shared<const std::string>(std::move(bytes));
}

// An accepted connection as a reliable, ordered stream of bytes: what HTTP and WebSocket connections stand
// on.
//
// Everything but loop() belongs to the loop's thread. Dropping the last reference aborts the connection.
//
// Writes are collected: what is written within one turn of the loop, or while an earlier write is still on
// its way, leaves in one gather write. There is never more than one write in flight.
class ByteStream {
 public:
  struct Callbacks {
    // Some bytes that arrived; valid only during the call.
    absl::AnyInvocable<void(std::string_view)> on_bytes;
    // The connection is over, exactly once and as the last callback: OK after the peer's end of stream,
    // CANCELLED after our own Close, another status for an error. Not called after Abort or Detach. The
    // callbacks are released afterwards, so that they may own whoever they call.
    absl::AnyInvocable<void(absl::Status)> on_close;
    // Optional: queued_bytes() has come down to zero. Not for what Flush sends within the call.
    absl::AnyInvocable<void()> on_drained;
  };

  virtual ~ByteStream() = default;

  // Starts to read. Also replaces the callbacks of a stream that has been started before.
  virtual void Start(Callbacks callbacks) = 0;

  // Takes the callbacks away and stops reading, so that someone else can Start the stream. What arrives
  // meanwhile stays in the kernel.
  virtual void Detach() = 0;

  // Stops and resumes on_bytes: backpressure on the peer. A paused stream does not notice that the peer has
  // gone.
  virtual void PauseReading() = 0;
  virtual void ResumeReading() = 0;

  // Queues bytes. They are sent at the end of the current turn of the loop. Ignored after Close and Abort.
  // Unbounded: watch queued_bytes().
  virtual void Write(SharedBytes bytes) = 0;

  // Sends what is queued now instead of at the end of the turn: for an answer that should not wait.
  virtual void Flush() = 0;

  // Bytes that were written and are not yet in the kernel's hands.
  virtual size_t queued_bytes() const = 0;

  // Bytes handed to the kernel since the beginning: whether a slow reader makes progress.
  virtual uint64_t sent_bytes() const = 0;

  // Sends what is queued, then ends our side and waits a moment for the peer to end its own, so that the last
  // bytes are not lost to a reset. Cuts a peer that takes too long (see StreamOptions). on_close follows.
  // on_bytes does not.
  virtual void Close() = 0;

  // Cuts the connection now. No callback follows.
  virtual void Abort() = 0;

  virtual bool closed() const = 0;

  // The peer's IP address without the port; IPv4 in dotted form also on a dual-stack socket.
  virtual const std::string& remote_address() const = 0;

  // The loop that the stream belongs to. Any thread.
  virtual EventLoop& loop() = 0;

  // Brings a stream that is not started, or detached, to another loop of the process. `done` runs there with
  // the stream to use from then on, and with bytes that have been read meanwhile; this object is of no use
  // any more. A connection that is over by then, or that cannot be moved (the default), is cut: `done` is
  // destroyed without having run.
  using Moved = absl::AnyInvocable<void(std::shared_ptr<ByteStream> stream, std::string bytes)>;
  virtual void MoveTo(EventLoop&, Moved) { Abort(); }
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_BYTE_STREAM_H_
