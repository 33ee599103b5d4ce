// Everything Socket.IO of one event loop: its connections, namespaces and rooms.
#ifndef SAIL_GATEWAY_SOCKETIO_HUB_H_
#define SAIL_GATEWAY_SOCKETIO_HUB_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/engineio/loop_sessions.h"
#include "gateway/engineio/sid.h"
#include "gateway/http/event_loop.h"
#include "gateway/socketio/application.h"
#include "gateway/socketio/client.h"
#include "gateway/socketio/namespaces.h"

namespace sail::gateway::socketio {

struct HubOptions {
  engineio::LoopSessionsOptions engine;  // make_sid: random ids if it is not given
  ClientOptions client;                  // max_packet_bytes is raised to engine.session.max_payload
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
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  // Before anybody connects; must outlive the hub.
  void KeepSessions(SessionKeeper* keeper) { context_.keeper = keeper; }

  Namespace& AddNamespace(std::string_view name) { return namespaces_.Add(name); }
  // Null if there is none of that name now. One that clients have made goes with the last of them.
  Namespace* FindNamespace(std::string_view name) const { return namespaces_.Find(name); }

  // The Engine.IO sessions under the clients, for whoever accepts them.
  engineio::LoopSessions& sessions() { return sessions_; }

  // Sends an event to the selected sockets of a namespace. payload: a JSON array, the event's name in front.
  // Returns how many sockets there were.
  size_t Broadcast(std::string_view nsp, const RoomSelection& to, std::string_view payload,
                   std::vector<std::string> attachments = {}, bool is_volatile = false);

 private:
  engineio::SidGenerator sids_;
  Namespaces namespaces_;
  ClientContext context_;
  engineio::LoopSessions sessions_;
};

}  // namespace sail::gateway::socketio

#endif  // SAIL_GATEWAY_SOCKETIO_HUB_H_
