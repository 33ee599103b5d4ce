// Everything Socket.IO of one event loop: its connections, namespaces and rooms.
#ifndef SAIL_GATEWAY_SOCKETIO_HUB_H_
#define SAIL_GATEWAY_SOCKETIO_HUB_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "gateway/engineio/flush_scheduler.h"
#include "gateway/engineio/packet.h"
#include "gateway/engineio/session.h"
#include "gateway/engineio/sid.h"
#include "gateway/http/byte_stream.h"
#include "gateway/http/event_loop.h"
#include "gateway/socketio/application.h"
#include "gateway/socketio/client.h"
#include "gateway/socketio/namespaces.h"

namespace sail::gateway::socketio {

struct HubOptions {
  engineio::SessionOptions session;
  ClientOptions client;  // max_packet_bytes is raised to session.max_payload
  NamespaceOptions namespaces;
  engineio::RandomSource random = engineio::SystemRandom();
};

// One per event loop, used and destroyed on that loop's thread or when it has ended. Connections own nothing
// of the application; the destructor cuts them without callbacks.
class Hub {
 public:
  // Pointers must outlive the hub; observer may be null. Clients may connect to "/", to what AddNamespace
  // adds, and to what the options let them make.
  Hub(EventLoop* loop, Application* application, RoomObserver* observer, HubOptions options);
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  Namespace& AddNamespace(std::string_view name) { return namespaces_.Add(name); }
  // Null if there is none of that name now. One that clients have made goes with the last of them.
  Namespace* FindNamespace(std::string_view name) const { return namespaces_.Find(name); }

  // Takes over a connection of this loop whose 101 has been written. already_read: bytes that came behind the
  // request's head. takes_binary: false for a client that asked for base64. Returns the engine's sid.
  std::string AcceptWebSocket(std::shared_ptr<ByteStream> stream, std::string already_read,
                              std::shared_ptr<const HttpRequest> request, engineio::Version version,
                              bool takes_binary = true);

  // Sends an event to the selected sockets of a namespace. payload: a JSON array, the event's name in front.
  // Returns how many sockets there were.
  size_t Broadcast(std::string_view nsp, const RoomSelection& to, std::string_view payload,
                   std::vector<std::string> attachments = {}, bool is_volatile = false);

  // Closes up to `limit` connections with "server shutting down": for a drain, in portions so that clients
  // don't come back elsewhere all at once. Returns how many it closed.
  size_t CloseSome(size_t limit);

  size_t connections() const { return connections_.size(); }

 private:
  struct Connection;

  EventLoop* const loop_;
  HubOptions options_;
  engineio::FlushScheduler scheduler_;
  engineio::SidGenerator sids_;
  Namespaces namespaces_;
  ClientContext context_;
  absl::flat_hash_map<Connection*, std::unique_ptr<Connection>> connections_;
  std::shared_ptr<bool> alive_;  // posted tasks may outlive the hub
};

}  // namespace sail::gateway::socketio

#endif  // SAIL_GATEWAY_SOCKETIO_HUB_H_
