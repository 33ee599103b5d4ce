#include "gateway/sse/event_stream.h"

#include <utility>

#include "gateway/sse/event_text.h"

namespace sail::gateway::sse {

SharedBytes EventStreamsState::TextOf(const socketio::EncodedPacket& packet) {
  if (last_frame_ != packet.text.frame()) {
    last_frame_ = packet.text.frame();
    std::optional<std::string> text = FormatSocketEvent("", packet.text.payload());
    last_text_ = text.has_value() ? MakeSharedBytes(*std::move(text)) : nullptr;
  }
  return last_text_;
}

EventStream::EventStream(std::shared_ptr<EventStreamsState> state, std::string id)
    : state_(std::move(state)), id_(std::move(id)) {
  state_->table.Add(this);
  state_->streams.insert(this);
  state_->open->Add(1);
}

EventStream::~EventStream() { End(); }

void EventStream::SetSession(const std::string& id) { session_->SetSession(id); }

void EventStream::Join(std::vector<std::string> rooms, std::function<void(absl::Status)> done) {
  state_->loop.Post([self = shared_from_this(), rooms = std::move(rooms), done = std::move(done)] {
    if (self->ended_) return done(absl::OkStatus());
    self->state_->rooms->JoinTable(self->state_->table, self.get(), "/", rooms, done);
  });
}

void EventStream::Leave(std::vector<std::string> rooms) {
  state_->loop.Post([self = shared_from_this(), rooms = std::move(rooms)] {
    if (self->ended_) return;
    for (const std::string& room : rooms) self->state_->table.Leave(self.get(), room);
  });
}

void EventStream::Attach(std::shared_ptr<ByteStream> stream, std::string_view first) {
  if (ended_) return stream->Abort();
  stream_ = std::move(stream);
  // The connection's callbacks keep both alive until it has ended.
  stream_->Start({.on_bytes = [](std::string_view) {},
                  .on_close = [self = shared_from_this(), kept = stream_](absl::Status) { self->End(); }});
  stream_->Write(MakeSharedBytes(std::string(first)));
  for (SharedBytes& bytes : std::exchange(early_, {})) stream_->Write(std::move(bytes));
}

void EventStream::Close() {
  const std::shared_ptr<ByteStream> stream = std::move(stream_);
  End();
  if (stream != nullptr) stream->Close();
}

void EventStream::Abort() {
  const std::shared_ptr<ByteStream> stream = std::move(stream_);
  End();
  if (stream != nullptr) stream->Abort();  // may drop the last reference to this
}

void EventStream::Heartbeat() {
  static const SharedBytes kComment = MakeSharedBytes(":\n\n");
  if (stream_ != nullptr) Write(kComment);
}

void EventStream::Deliver(const socketio::EncodedPacket& packet, bool is_volatile) {
  if (is_volatile && (stream_ == nullptr || stream_->queued_bytes() > 0)) return;
  if (SharedBytes bytes = state_->TextOf(packet)) Write(std::move(bytes));
}

void EventStream::Write(SharedBytes bytes) {
  const size_t waiting = stream_ != nullptr ? stream_->queued_bytes() : early_bytes_;
  if (waiting > state_->limits.queue_bytes) {
    // Not now: this may be in the middle of a broadcast.
    if (!std::exchange(evicting_, true)) {
      state_->evicted->Increment();
      state_->loop.Post([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->Abort();
      });
    }
    return;
  }
  if (stream_ != nullptr) return stream_->Write(std::move(bytes));
  early_bytes_ += bytes->size();
  early_.push_back(std::move(bytes));
}

void EventStream::End() {
  if (std::exchange(ended_, true)) return;
  stream_ = nullptr;
  state_->table.Remove(this);
  state_->streams.erase(this);
  state_->open->Add(-1);
}

}  // namespace sail::gateway::sse
