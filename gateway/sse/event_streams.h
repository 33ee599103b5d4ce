// The clients of one event loop that listen by server-sent events.
#ifndef SAIL_GATEWAY_SSE_EVENT_STREAMS_H_
#define SAIL_GATEWAY_SSE_EVENT_STREAMS_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "gateway/engineio/sid.h"
#include "gateway/http/byte_stream.h"
#include "gateway/http/event_loop.h"
#include "gateway/realtime/loop_rooms.h"
#include "gateway/sse/event_stream.h"
#include "platform/metrics/metrics.h"

namespace sail::gateway::sse {

struct EventStreamsOptions {
  // A comment is sent that often, so that proxies keep the connection and a client that has gone is noticed.
  absl::Duration heartbeat = absl::Seconds(15);
  // Streams of one loop; a client beyond that is refused.
  size_t max_streams = 50'000;
  EventStreamLimits limits;
};

struct EventStreamCounters {
  explicit EventStreamCounters(platform::metrics::Registry& registry);
  platform::metrics::Counter* const opened;
  platform::metrics::Gauge* const open;
  platform::metrics::Counter* const refused;
  platform::metrics::Counter* const evicted;
};

// Belongs to its loop's thread, where it is destroyed, too. Must not outlive the rooms.
class EventStreams {
 public:
  EventStreams(EventLoop& loop, std::shared_ptr<LoopRooms> rooms,
               std::shared_ptr<SessionConnections> connections, const EventStreamsOptions& options,
               const EventStreamCounters& counters);
  // Cuts them all.
  ~EventStreams();

  // A stream for a client whose request has come; it collects what is published in the rooms that it joins
  // until EventStream::Attach, and ends with the client's session (empty: it has none). Null if there are too
  // many. The last reference may be dropped on any thread.
  std::shared_ptr<EventStream> Open(const std::string& session_id);

  // Closes up to `limit` streams: for a drain, in portions. Clients come back by themselves.
  void CloseSome(size_t limit);

  size_t size() const { return state_->streams.size(); }

 private:
  void ScheduleHeartbeat();

  const EventStreamsOptions options_;
  const EventStreamCounters counters_;
  const std::shared_ptr<SessionConnections> connections_;
  const std::shared_ptr<EventStreamsState> state_;
  engineio::SidGenerator ids_;
  std::unique_ptr<Timer> heartbeat_;
};

}  // namespace sail::gateway::sse

#endif  // SAIL_GATEWAY_SSE_EVENT_STREAMS_H_
