// The Engine.IO sessions of one event loop, whatever carries them.
#ifndef SAIL_GATEWAY_ENGINEIO_LOOP_SESSIONS_H_
#define SAIL_GATEWAY_ENGINEIO_LOOP_SESSIONS_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "gateway/engineio/flush_scheduler.h"
#include "gateway/engineio/packet.h"
#include "gateway/engineio/polling_transport.h"
#include "gateway/engineio/session.h"
#include "gateway/engineio/websocket_transport.h"
#include "gateway/http/byte_stream.h"
#include "gateway/http/event_loop.h"
#include "gateway/http/http_message.h"

namespace sail::gateway::engineio {

struct LoopSessionsOptions {
  SessionOptions session;
  // From the WebSocket request of an upgrade to the packet that completes it.
  std::chrono::milliseconds upgrade_timeout{10000};
  // Whether polling sessions may go on over WebSocket.
  bool allow_upgrades = true;
  // Ids of sessions: a new one at each call.
  std::function<std::string()> make_sid;
};

// Used and destroyed on the loop's thread, or when the loop has ended. The destructor cuts what is connected
// without calling the handlers.
//
// Requests have been checked by then (see Endpoint); of streams, the 101 has been written.
class LoopSessions {
 public:
  // Makes the layer above for a session that the request opens. It is destroyed after the session.
  using MakeHandler =
      std::function<std::unique_ptr<SessionHandler>(const std::shared_ptr<const HttpRequest>& handshake)>;

  LoopSessions(EventLoop* loop, LoopSessionsOptions options, MakeHandler make_handler);
  ~LoopSessions();
  LoopSessions(const LoopSessions&) = delete;
  LoopSessions& operator=(const LoopSessions&) = delete;

  EventLoop& loop() const { return *loop_; }

  // Opens a session and returns its id. takes_binary: false for a client that asked for base64. already_read:
  // bytes that came behind the request's head. deflate: the 101 has accepted permessage-deflate.
  std::string OpenWebSocket(std::shared_ptr<ByteStream> stream, std::string already_read,
                            std::shared_ptr<const HttpRequest> request, Version version, bool takes_binary,
                            bool deflate = false);
  // The request, which is this loop's, is answered with the open packet. No session for a client that has
  // gone.
  std::string OpenPolling(PollingTransport::Request request, Version version, bool takes_binary);

  // Whether requests may name this session. One that waits with its last packets takes polls alone.
  bool Has(std::string_view sid) const;

  // A GET, POST or whatever with transport=polling. An unknown id is answered as such.
  void HandlePolling(std::string_view sid, PollingTransport::Request request);

  // A WebSocket for a session that Has. It is closed if the session has one already.
  void Upgrade(std::string_view sid, std::shared_ptr<ByteStream> stream, std::string already_read,
               bool takes_binary, bool deflate = false);

  // Closes up to `limit` sessions with "server shutting down": for a drain, in portions so that clients don't
  // come back elsewhere all at once. Returns how many it closed.
  size_t CloseSome(size_t limit);

  // Those that wait with their last packets included.
  size_t size() const { return entries_.size(); }

 private:
  struct Entry;

  Entry* Find(std::string_view sid) const;
  Entry* Add(const std::shared_ptr<const HttpRequest>& request, Version version);
  std::unique_ptr<WebSocketTransport> MakeWebSocket(std::shared_ptr<ByteStream> stream,
                                                    TransportListener* listener, bool deflate);
  void CompleteUpgrade(Entry* entry, bool takes_binary);
  // One of the parts that carry the session has ended; the last one takes the session with it.
  void OnPartEnded(Entry* entry);

  EventLoop* const loop_;
  const LoopSessionsOptions options_;
  const MakeHandler make_handler_;
  FlushScheduler scheduler_;
  absl::flat_hash_map<std::string_view, std::unique_ptr<Entry>> entries_;  // by the session's own sid
  std::shared_ptr<bool> alive_;                                            // posted tasks may outlive this
};

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_LOOP_SESSIONS_H_
