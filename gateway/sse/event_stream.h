// One client that listens by server-sent events.
#ifndef SAIL_GATEWAY_SSE_EVENT_STREAM_H_
#define SAIL_GATEWAY_SSE_EVENT_STREAM_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "gateway/http/byte_stream.h"
#include "gateway/http/event_loop.h"
#include "gateway/realtime/loop_rooms.h"
#include "gateway/realtime/session_connections.h"
#include "gateway/socketio/rooms.h"
#include "platform/metrics/metrics.h"

namespace sail::gateway::sse {

class EventStream;

struct EventStreamLimits {
  // What may wait for one client. Beyond that it is cut (and may come back with its last id).
  size_t queue_bytes = size_t{1} << 20;
};

// What the streams of a loop share. On the loop only.
struct EventStreamsState {
  EventStreamsState(EventLoop& loop, std::shared_ptr<LoopRooms> rooms, const EventStreamLimits& limits,
                    platform::metrics::Gauge* open, platform::metrics::Counter* evicted)
      : loop(loop), rooms(std::move(rooms)), limits(limits), open(open), evicted(evicted) {}

  // The packet as an event's text, made once for all who get it in a row.
  SharedBytes TextOf(const socketio::EncodedPacket& packet);

  EventLoop& loop;
  const std::shared_ptr<LoopRooms> rooms;
  const EventStreamLimits limits;
  platform::metrics::Gauge* const open;
  platform::metrics::Counter* const evicted;
  socketio::RoomTable table{"/", rooms->observer()};
  absl::flat_hash_set<EventStream*> streams;
  bool ended = false;

 private:
  websocket::SharedBuffer last_frame_;
  SharedBytes last_text_;
};

// Belongs to its loop, but for Join and Leave. It is in the room of its id, as a socket is in its own.
class EventStream final : public socketio::RoomMember, public std::enable_shared_from_this<EventStream> {
 public:
  EventStream(std::shared_ptr<EventStreamsState> state, std::string id);
  ~EventStream() override;

  // 20 characters, as a socket's.
  const std::string& id() const { return id_; }

  // Its place among the connections of its session.
  void set_session(std::unique_ptr<SessionConnections::Entry> session) { session_ = std::move(session); }
  // The session that the client has from now on.
  void SetSession(const std::string& id);

  // Any thread. done comes on the loop once what is published in the rooms from now on reaches the stream.
  void Join(std::vector<std::string> rooms, std::function<void(absl::Status)> done);
  void Leave(std::vector<std::string> rooms);

  // Starts to send: first, then what has come since. Keeps the stream alive until the connection ends.
  void Attach(std::shared_ptr<ByteStream> stream, std::string_view first);

  // Sends what is queued and ends the connection.
  void Close();
  void Abort();

  void Heartbeat();

  void Deliver(const socketio::EncodedPacket& packet, bool is_volatile) override;

 private:
  void Write(SharedBytes bytes);
  void End();

  const std::shared_ptr<EventStreamsState> state_;
  const std::string id_;
  std::unique_ptr<SessionConnections::Entry> session_;
  std::shared_ptr<ByteStream> stream_;  // null before Attach and after the end
  std::vector<SharedBytes> early_;      // what came before Attach
  size_t early_bytes_ = 0;
  bool ended_ = false;
  bool evicting_ = false;
};

}  // namespace sail::gateway::sse

#endif  // SAIL_GATEWAY_SSE_EVENT_STREAM_H_
