#include "gateway/sse/event_door.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/time/clock.h"
#include "gateway/actions/room_operations.h"
#include "gateway/http/ascii.h"
#include "gateway/sse/event_text.h"

namespace sail::gateway::sse {
namespace {

constexpr std::string_view kMediaType = "text/event-stream";

class StreamRequester final : public Requester {
 public:
  explicit StreamRequester(std::shared_ptr<EventStream> stream) : stream_(std::move(stream)) {}
  void Apply(const action::v1::SocketDataChanges&, std::vector<action::v1::RoomOperation> operations,
             std::function<void(absl::Status)> done) override {
    OwnRooms rooms = OwnRoomsOf(operations);
    if (!rooms.leave.empty()) stream_->Leave(std::move(rooms.leave));
    if (rooms.join.empty()) {
      done(absl::OkStatus());
    } else {
      stream_->Join(std::move(rooms.join), std::move(done));
    }
  }

 private:
  const std::shared_ptr<EventStream> stream_;
};

// Milliseconds after which a client comes back: spread, so that those of a gateway that ends don't come in
// one moment.
std::string RetryLine() {
  thread_local std::minstd_rand random(std::random_device{}());
  return "retry: " + std::to_string(std::uniform_int_distribution<int>(1000, 5000)(random)) + "\n";
}

}  // namespace

bool WantsEvents(const HttpRequest& request) {
  if (request.method != "GET") return false;
  const std::optional<std::string> accept = JoinHeader(request.headers, "accept");
  if (!accept.has_value()) return false;
  bool wants = false;
  ForEachListItem(*accept, [&](std::string_view range) {
    wants |= EqualsIgnoreCase(TrimSpace(range.substr(0, range.find(';'))), kMediaType);
  });
  return wants;
}

std::shared_ptr<Requester> RequesterOf(std::shared_ptr<EventStream> stream) {
  return std::make_shared<StreamRequester>(std::move(stream));
}

void MakeStream(std::shared_ptr<EventStream> stream, const std::string& session_id, HttpResponse* response) {
  std::erase_if(response->headers, [](const HttpHeader& header) {
    return EqualsIgnoreCase(header.name, "content-type") || EqualsIgnoreCase(header.name, "cache-control") ||
           EqualsIgnoreCase(header.name, "etag");
  });
  response->AddHeader("Content-Type", std::string(kMediaType));
  response->AddHeader("Cache-Control", "no-cache, no-store");
  response->AddHeader("X-Accel-Buffering", "no");  // nginx passes events on at once
  response->status = 200;
  std::string first = RetryLine() + FormatEvent("", "response", response->body_view());
  response->body.clear();
  response->shared_body = nullptr;
  response->content = ContentKind::kNone;
  response->on_stream = [stream = std::move(stream), session_id, first = std::move(first)](auto connection) {
    stream->SetSession(session_id);
    stream->Attach(std::move(connection), first);
  };
}

EventDoor::EventDoor(EventLoops& loops, RoomHub& rooms, RevocationHub& revocations,
                     const EventStreamsOptions& options, platform::metrics::Registry& registry) {
  const EventStreamCounters counters(registry);
  for (int i = 0; i < loops.size(); ++i) {
    PerLoop& per_loop = loops_.emplace_back(PerLoop{&loops.loop(i), nullptr});
    RunAndWait(*per_loop.loop, [&] {
      per_loop.streams = std::make_unique<EventStreams>(
          *per_loop.loop, rooms.ForLoop(i), revocations.ForLoop(*per_loop.loop), options, counters);
    });
  }
}

EventDoor::~EventDoor() {
  for (PerLoop& per_loop : loops_) RunAndWait(*per_loop.loop, [&] { per_loop.streams = nullptr; });
}

std::shared_ptr<EventStream> EventDoor::Open(EventLoop& loop, const std::string& session_id) {
  for (PerLoop& per_loop : loops_) {
    if (per_loop.loop == &loop) return per_loop.streams->Open(session_id);
  }
  std::abort();  // every request belongs to one of the loops
}

size_t EventDoor::size() {
  size_t streams = 0;
  for (PerLoop& per_loop : loops_) RunAndWait(*per_loop.loop, [&] { streams += per_loop.streams->size(); });
  return streams;
}

void EventDoor::Drain(absl::Time deadline) {
  constexpr absl::Duration kPause = absl::Milliseconds(50);
  const absl::Duration time = std::max((deadline - absl::Now()) / 2, kPause);
  const auto portions = static_cast<size_t>(std::max<int64_t>(1, time / kPause));
  const size_t portion = size() / portions / loops_.size() + 1;
  while (size() > 0 && absl::Now() < deadline) {
    for (PerLoop& per_loop : loops_) {
      RunAndWait(*per_loop.loop, [&] { per_loop.streams->CloseSome(portion); });
    }
    absl::SleepFor(kPause);
  }
}

}  // namespace sail::gateway::sse
