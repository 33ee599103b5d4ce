// Sessions of one loop's sockets that survive their connections: records in the pubsub service, and the way
// back.
#ifndef SAIL_GATEWAY_REALTIME_LOOP_RECOVERY_H_
#define SAIL_GATEWAY_REALTIME_LOOP_RECOVERY_H_

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/http/event_loop.h"
#include "gateway/realtime/loop_rooms.h"
#include "gateway/realtime/recovery_options.h"
#include "gateway/socketio/session_keeper.h"
#include "gateway/upstream/pubsub_link.h"
#include "platform/metrics/metrics.h"

namespace sail::gateway {

struct RecoveryMetrics {
  explicit RecoveryMetrics(platform::metrics::Registry& registry);
  platform::metrics::Counter* recovered;
  platform::metrics::Counter* unknown;
  platform::metrics::Counter* too_old;
  platform::metrics::Counter* unavailable;
  platform::metrics::Counter* evicted;
  platform::metrics::Counter* cut_at_gap;
};

// A record has the rooms, the application's data, and how far the client is known to be: so it is stored when
// a socket is accepted, when its rooms or data change (joins of an action before they are acknowledged, other
// changes together after kCoalesce), and every now and then. Records of sockets that are killed with their
// process live on.
//
// Taking a session over raises its generation in the record; whoever has a lower one can store nothing any
// more, and cuts its socket when it hears of that. See docs of Resume for the order in which things happen.
//
// When messages are missing that history cannot give back, the sockets are cut at once: their clients come
// back, and learn that they were not recovered.
//
// Belongs to its loop's thread.
class LoopRecovery final : public socketio::SessionKeeper {
 public:
  static constexpr absl::Duration kCoalesce = absl::Milliseconds(50);
  // Sessions in one request.
  static constexpr size_t kBatch = 256;
  // More history is asked for when less than this waits to be sent to the client.
  static constexpr size_t kQueuedBytes = size_t{128} << 10;
  static constexpr int64_t kPage = 2000;

  // What it is given must outlive it, and it the sockets.
  LoopRecovery(EventLoop& loop, std::shared_ptr<LoopRooms> rooms, PubSubLink& link, RecoveryOptions options,
               const RecoveryMetrics& metrics);
  ~LoopRecovery() override;

  bool on() const override { return options_.on && rooms_->position() != 0; }
  bool reachable() const override { return rooms_->attached(); }
  uint64_t position() const override { return rooms_->position(); }
  void OnAccepted(const std::shared_ptr<socketio::Socket>& socket) override;
  void OnClosed(const std::shared_ptr<socketio::Socket>& socket, bool recoverable) override;

  void OnDataChanged(const std::shared_ptr<socketio::Socket>& socket) override;

  // 1. The record is taken over; the ghost, if there is one, is on its way out. 2. The socket joins the
  // session's rooms: what is published from then on is held for it. 3. History is read from the client's
  // offset on, page by page as the client takes it, each under the condition that the session is still
  // ours. 4. The client is told that it is back, and gets what was held and is not in the history.
  void Resume(const std::shared_ptr<socketio::Socket>& socket, const std::string& pid,
              std::optional<uint64_t> offset) override;

  // For SocketAccess.
  void OnMembershipChanged(socketio::RoomMember* member, std::function<void(absl::Status)> done);
  void Evict(socketio::RoomMember* member, uint64_t generation);
  void OnGap();

 private:
  using SocketPtr = std::shared_ptr<socketio::Socket>;
  struct Resumption;
  struct Due {
    std::chrono::steady_clock::time_point at;
    std::weak_ptr<socketio::Socket> socket;
  };
  using Done = std::function<void(absl::Status)>;

  void MarkDirty(const SocketPtr& socket, bool soon);
  void FlushSoon();
  void Flush();
  pubsub::v1::SessionChange Record(const socketio::Socket& socket, absl::Duration ttl) const;
  void Send(std::vector<pubsub::v1::SessionChange> changes,
            std::vector<std::weak_ptr<socketio::Socket>> sockets, std::vector<Done> done);
  void Refresh();
  void OnResumed(std::shared_ptr<Resumption> resumption, absl::StatusOr<pubsub::v1::AttachEvent> event);
  void ReadOn(std::shared_ptr<Resumption> resumption);
  void OnHistory(std::shared_ptr<Resumption> resumption, absl::StatusOr<pubsub::v1::AttachEvent> event);
  void BeginAnew(const SocketPtr& socket);
  void GiveUp(const SocketPtr& socket);
  void Ask(pubsub::v1::AttachRequest request,
           std::function<void(absl::StatusOr<pubsub::v1::AttachEvent>)> done);

  EventLoop& loop_;
  const std::shared_ptr<LoopRooms> rooms_;
  PubSubLink& link_;
  const RecoveryOptions options_;
  const RecoveryMetrics metrics_;
  // Accepted, or on their way back.
  absl::flat_hash_map<socketio::RoomMember*, std::weak_ptr<socketio::Socket>> live_;
  std::vector<std::weak_ptr<socketio::Socket>> dirty_;
  std::vector<Done> waiting_;  // for the next flush
  bool flush_posted_ = false;
  std::unique_ptr<Timer> flush_timer_;
  std::deque<Due> due_;  // in the order of time
  std::unique_ptr<Timer> refresh_timer_;
  // Answers may come after this.
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_REALTIME_LOOP_RECOVERY_H_
