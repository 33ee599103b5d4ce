// Takes requests for server-sent events into the streams of their loop, and turns their answers into streams.
#ifndef SAIL_GATEWAY_SSE_EVENT_DOOR_H_
#define SAIL_GATEWAY_SSE_EVENT_DOOR_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gateway/actions/action_runner.h"
#include "gateway/http/event_loops.h"
#include "gateway/http/http_message.h"
#include "gateway/realtime/revocation_hub.h"
#include "gateway/realtime/room_hub.h"
#include "gateway/sse/event_streams.h"
#include "platform/metrics/metrics.h"

namespace sail::gateway::sse {

// Whether the client wants events: a GET that accepts text/event-stream by name.
bool WantsEvents(const HttpRequest& request);

// A stream as the requester of its action: it joins and leaves rooms. What the answer emits to the requester
// alone is not heard.
std::shared_ptr<Requester> RequesterOf(std::shared_ptr<EventStream> stream);

// Makes an action's answer of status 2xx the head and the first event ("response", data: the body) of the
// stream. The other headers of the answer stay. session_id: of the session that the client has now.
void MakeStream(std::shared_ptr<EventStream> stream, const std::string& session_id, HttpResponse* response);

// One per process, with the streams of each loop. Not owned: loops, rooms and revocations, which must outlive
// this.
class EventDoor {
 public:
  EventDoor(EventLoops& loops, RoomHub& rooms, RevocationHub& revocations, const EventStreamsOptions& options,
            platform::metrics::Registry& registry);
  // Cuts what is left. Not from a loop's thread.
  ~EventDoor();

  // On the loop; see EventStreams.
  std::shared_ptr<EventStream> Open(EventLoop& loop, const std::string& session_id);

  // Closes the streams in portions spread over half of the time. Not from a loop's thread.
  void Drain(absl::Time deadline);

 private:
  struct PerLoop {
    EventLoop* loop;
    std::unique_ptr<EventStreams> streams;
  };

  size_t size();

  std::vector<PerLoop> loops_;
};

}  // namespace sail::gateway::sse

#endif  // SAIL_GATEWAY_SSE_EVENT_DOOR_H_
