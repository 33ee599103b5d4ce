#ifndef SAIL_GATEWAY_ROUTING_SOCKET_ROUTES_H_
#define SAIL_GATEWAY_ROUTING_SOCKET_ROUTES_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace sail::gateway {

struct SocketAction {
  std::string action;   // "controller/action", lower case; empty: none
  std::string service;  // a name under `services` in config.yaml; empty: the logic service
  explicit operator bool() const { return !action.empty(); }
};

// What happens to the sockets of a namespace.
struct SocketNamespace {
  // "/chat", or "/tenant-*": every name that has something in the place of each star.
  std::string pattern = "/";
  SocketAction connect;                                     // none: everybody may come in
  SocketAction disconnect;                                  // none: nobody is told
  std::map<std::string, SocketAction, std::less<>> events;  // by name
  SocketAction other_events;                                // none: events of other names are not heard
  // Events named by a verb are virtual requests of sails.io.js.
  bool virtual_requests = true;
  bool session = true;  // actions are given the session of the handshake's cookie
  // Events carry the handshake's headers, query and URL, too, not the connect alone.
  bool handshake_with_events = true;
  // How many events of a socket are under way at a time. 1: the next is handed over when the answer to the
  // one before has taken effect.
  int64_t max_in_flight = 64;

  bool is_pattern() const { return pattern.find('*') != std::string::npos; }
  bool Matches(std::string_view name) const;
  bool has_actions() const { return connect || disconnect || other_events || !events.empty(); }
  // None: nobody listens.
  const SocketAction& EventAction(std::string_view event) const;
};

// app/sockets.yaml. "/" is always there; without an entry of its own it takes virtual requests alone.
class SocketRoutes {
 public:
  SocketRoutes() : namespaces_(1) {}

  // Reads the text of app/sockets.yaml; `file` names it in messages. INVALID_ARGUMENT tells every problem
  // with its line.
  //
  //   /chat:
  //     service: chat                # runs the actions; the logic service if absent
  //     connect: chat/connect
  //     events:
  //       message: chat/message
  //       "*": chat/event            # all others; or in short, for all:  events: chat/event
  //     disconnect: chat/disconnect
  //     session: true
  //     handshake: events            # or connect: headers and query come with the connect alone
  //     maxInFlight: 64
  //   /: {connect: main/connect, virtualRequests: false}
  //   "/tenant-*": {events: tenant/event}
  static absl::StatusOr<SocketRoutes> Parse(const std::string& text, const std::string& file);
  // The same from the file itself; a file that does not exist has "/" alone.
  static absl::StatusOr<SocketRoutes> Load(const std::string& path);

  // The namespace of that name, else the first pattern that matches it. Null: clients may not connect to it.
  const SocketNamespace* Find(std::string_view name) const;

  const std::vector<SocketNamespace>& namespaces() const { return namespaces_; }

 private:
  std::vector<SocketNamespace> namespaces_;  // "/" first, then in the file's order
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ROUTING_SOCKET_ROUTES_H_
