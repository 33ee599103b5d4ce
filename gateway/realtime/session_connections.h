// Which live connections of one event loop belong to a session: so that they can be ended with it.
#ifndef SAIL_GATEWAY_REALTIME_SESSION_CONNECTIONS_H_
#define SAIL_GATEWAY_REALTIME_SESSION_CONNECTIONS_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "gateway/http/event_loop.h"

namespace sail::gateway {

// Belongs to its loop, which must outlive it and every Entry. Made with make_shared.
class SessionConnections final : public std::enable_shared_from_this<SessionConnections> {
 public:
  enum class Reason {
    kRevoked,  // the client is told that the server has ended it, where the protocol can say so
    kGone,     // closed as if the network had done it: the client comes back by itself, without its session
  };
  // Called on the loop, never inside another call of this class; it may change anything here.
  using End = std::function<void(Reason)>;

  // A connection's place. Held by whatever makes the connection; may be let go on any thread.
  class Entry {
   public:
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    // The connection's session from now on; empty: it has none. One that comes to a session which has just
    // been revoked is ended, soon. On the loop.
    void SetSession(const std::string& id);

   private:
    friend class SessionConnections;
    struct Place {
      std::string session_id;
      End end;
      bool ended = false;
    };
    Entry(std::shared_ptr<SessionConnections> owner, std::shared_ptr<Place> place)
        : owner_(std::move(owner)), place_(std::move(place)) {}

    const std::shared_ptr<SessionConnections> owner_;
    const std::shared_ptr<Place> place_;
  };

  explicit SessionConnections(EventLoop& loop) : loop_(loop) {}

  // end must not keep alive what holds the entry. It may still be called when the entry has just gone.
  std::unique_ptr<Entry> Add(const std::string& session_id, End end);

  // Ends the connections of these sessions, each once. Returns how many there were. Ids that were revoked are
  // remembered for a while.
  size_t EndSessions(const std::vector<std::string>& session_ids, Reason reason);

  // Each session that has connections here, once.
  std::vector<std::string> SessionIds() const;

 private:
  using Places = std::vector<std::shared_ptr<Entry::Place>>;

  // Revoked ids that are remembered, for connections that come to them a little later: when a session was
  // regenerated and then revoked before the answer of the action arrived here.
  static constexpr size_t kMaxRemembered = 4096;

  static bool EndOnce(Entry::Place& place, Reason reason);
  void Insert(const std::shared_ptr<Entry::Place>& place);
  void Remove(const std::shared_ptr<Entry::Place>& place);
  void Remember(const std::string& revoked_id);

  EventLoop& loop_;
  absl::flat_hash_map<std::string, Places> places_;
  absl::flat_hash_set<std::string> revoked_;
  std::deque<std::string> revoked_order_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_REALTIME_SESSION_CONNECTIONS_H_
