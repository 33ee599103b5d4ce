// What is kept with every socket: who it is, and whose session it has.
#ifndef SAIL_GATEWAY_SAILS_SOCKET_STATE_H_
#define SAIL_GATEWAY_SAILS_SOCKET_STATE_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "gateway/actions/action_runner.h"
#include "gateway/http/forwarded.h"
#include "gateway/realtime/session_connections.h"
#include "gateway/sails/turnstile.h"
#include "platform/cancellation/cancellation.h"

namespace sail::gateway {

// Belongs to the socket's loop.
struct SocketState {
  ClientOrigin client;
  bool session_disabled = false;
  std::string session_id;  // not always of a stored session: what the cookie says, or what has gone meanwhile
  std::unique_ptr<SessionConnections::Entry> session_entry;
  std::shared_ptr<SessionSlot> session_slot = std::make_shared<SessionSlot>();
  int requests_in_flight = 0;                                   // virtual ones
  std::set<std::shared_ptr<platform::Cancellation>> under_way;  // requests that end with the socket

  // Of a namespace with actions (socket_events.h).
  Turnstile turns;
  std::deque<std::function<void()>> queued_events;
  int64_t events_in_flight = 0;
  bool in = false;  // its connect was accepted, and the disconnect has not been told

  // What a request has made of the session that the socket had when it began: regenerated, destroyed, or made
  // anew. From now on this is the socket's. (Unless another request has given it a newer one meanwhile.)
  void TakeSession(const std::string& began_with, const CommittedSession& now) {
    if (began_with != session_id || now.session.id == session_id) return;
    session_id = now.session.id;
    session_entry->SetSession(session_id);
    session_slot = std::make_shared<SessionSlot>();
  }
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_SAILS_SOCKET_STATE_H_
