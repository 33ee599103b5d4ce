// Which sockets of one event loop belong to a session: so that they can be ended with it.
#ifndef SAIL_GATEWAY_SAILS_SESSION_SOCKETS_H_
#define SAIL_GATEWAY_SAILS_SESSION_SOCKETS_H_

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "gateway/http/event_loop.h"

namespace sail::gateway {

namespace socketio {
class Socket;
}

// Belongs to its loop, which must outlive it and every Entry. Made with make_shared.
class SessionSockets final : public std::enable_shared_from_this<SessionSockets> {
 public:
  // A socket's place. It does not keep the socket alive; whoever holds the socket's state holds it, and may
  // let it go on any thread.
  class Entry {
   public:
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    // The socket's session from now on; empty: it has none. A socket that comes to a session which has just
    // been revoked is disconnected, soon but not inside this call.
    void SetSession(const std::string& id);

   private:
    friend class SessionSockets;
    struct Place {
      std::weak_ptr<socketio::Socket> socket;
      std::string session_id;
    };
    Entry(std::shared_ptr<SessionSockets> owner, std::shared_ptr<Place> place)
        : owner_(std::move(owner)), place_(std::move(place)) {}

    const std::shared_ptr<SessionSockets> owner_;
    const std::shared_ptr<Place> place_;
  };

  explicit SessionSockets(EventLoop& loop) : loop_(loop) {}

  std::unique_ptr<Entry> Add(const std::shared_ptr<socketio::Socket>& socket, const std::string& session_id);

  // The sessions were revoked: their sockets are told ("io server disconnect") and their connections closed,
  // with all namespaces. Returns how many sockets there were.
  size_t Disconnect(const std::vector<std::string>& session_ids);

  // The sessions are found gone, for whatever reason: the connections are closed as if the network had done
  // it, so that clients come back by themselves, without their session. Returns how many sockets there were.
  size_t Cut(const std::vector<std::string>& session_ids);

  // Each session that has sockets here, once.
  std::vector<std::string> SessionIds() const;

 private:
  using Places = std::vector<std::shared_ptr<Entry::Place>>;

  // Revoked ids that are remembered, for sockets that come to them a little later (a session that was
  // regenerated and then revoked before the answer of the action arrived here).
  static constexpr size_t kMaxRemembered = 4096;

  void Insert(const std::shared_ptr<Entry::Place>& place);
  void Remove(const std::shared_ptr<Entry::Place>& place);
  std::vector<std::shared_ptr<socketio::Socket>> SocketsOf(const std::vector<std::string>& session_ids) const;

  EventLoop& loop_;
  absl::flat_hash_map<std::string, Places> places_;
  absl::flat_hash_set<std::string> revoked_;
  std::deque<std::string> revoked_order_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_SAILS_SESSION_SOCKETS_H_
