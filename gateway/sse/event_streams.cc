#include "gateway/sse/event_streams.h"

#include <utility>
#include <vector>

namespace sail::gateway::sse {

EventStreamCounters::EventStreamCounters(platform::metrics::Registry& registry)
    : opened(
          registry.AddCounter("sail_gateway_event_streams_total", "Streams of server-sent events opened.")),
      open(registry.AddGauge("sail_gateway_event_streams_open", "Streams of server-sent events now open.")),
      refused(registry.AddCounter("sail_gateway_event_stream_refusals_total",
                                  "Streams of server-sent events refused for their number.")),
      evicted(registry.AddCounter("sail_gateway_event_stream_evictions_total",
                                  "Streams of server-sent events cut for reading too slowly.")) {}

EventStreams::EventStreams(EventLoop& loop, std::shared_ptr<LoopRooms> rooms,
                           std::shared_ptr<SessionConnections> connections,
                           const EventStreamsOptions& options, const EventStreamCounters& counters)
    : options_(options),
      counters_(counters),
      connections_(std::move(connections)),
      state_(std::make_shared<EventStreamsState>(loop, std::move(rooms), options.limits, counters.open,
                                                 counters.evicted)) {
  state_->rooms->AttachListeners(
      {[state = state_.get()](std::string_view nsp) { return nsp == "/" ? &state->table : nullptr; },
       [](socketio::RoomMember* member) -> std::string_view {
         return static_cast<EventStream*>(member)->id();
       },
       [](socketio::RoomMember* member, bool) { static_cast<EventStream*>(member)->Close(); }});
  ScheduleHeartbeat();
}

EventStreams::~EventStreams() {
  state_->rooms->AttachListeners({});
  for (EventStream* stream : std::vector<EventStream*>(state_->streams.begin(), state_->streams.end())) {
    stream->Abort();
  }
}

std::shared_ptr<EventStream> EventStreams::Open(const std::string& session_id) {
  if (state_->streams.size() >= options_.max_streams) {
    counters_.refused->Increment();
    return nullptr;
  }
  counters_.opened->Increment();
  EventLoop& loop = state_->loop;
  std::shared_ptr<EventStream> stream(new EventStream(state_, ids_.Next()), [&loop](EventStream* released) {
    std::unique_ptr<EventStream> owned(released);
    if (!loop.InLoopThread()) loop.Post([owned = std::move(owned)] {});
  });
  stream->set_session(
      connections_->Add(session_id, [weak = std::weak_ptr<EventStream>(stream)](SessionConnections::Reason) {
        // Clients of this kind come back whatever they are told.
        if (const auto stream = weak.lock()) stream->Close();
      }));
  state_->rooms->JoinTable(state_->table, stream.get(), "/", {stream->id()}, [](absl::Status) {});
  return stream;
}

void EventStreams::CloseSome(size_t limit) {
  std::vector<EventStream*> some;
  for (EventStream* stream : state_->streams) {
    if (some.size() == limit) break;
    some.push_back(stream);
  }
  for (EventStream* stream : some) stream->Close();
}

void EventStreams::ScheduleHeartbeat() {
  heartbeat_ = state_->loop.RunAfter(options_.heartbeat, [this] {
    for (EventStream* stream : state_->streams) stream->Heartbeat();
    ScheduleHeartbeat();
  });
}

}  // namespace sail::gateway::sse
