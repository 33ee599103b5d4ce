#include "gateway/engineio/loop_sessions.h"

#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gateway/engineio/engine_error.h"
#include "gateway/engineio/polling_answers.h"
#include "gateway/engineio/upgrade_probe.h"
#include "gateway/websocket/frame_writer.h"

namespace sail::gateway::engineio {
namespace {

// Ends a WebSocket that has never been anybody's.
void CloseUnused(const std::shared_ptr<ByteStream>& stream) {
  stream->Start({.on_bytes = [](std::string_view) {}, .on_close = [stream](absl::Status) {}});
  stream->Write(MakeSharedBytes(websocket::EncodeCloseFrame(websocket::CloseCode::kNone)));
  stream->Close();
}

}  // namespace

// Destroyed from bottom to top: what carries the session first, which drops streams.
struct LoopSessions::Entry {
  Entry(LoopSessions* sessions, std::string sid, std::unique_ptr<SessionHandler> owned, Version version)
      : handler(std::move(owned)),
        session(std::move(sid), version, &sessions->options_.session, sessions->loop_, &sessions->scheduler_,
                handler.get()) {}

  std::unique_ptr<SessionHandler> handler;
  EngineSession session;
  std::unique_ptr<PollingTransport> polling;      // null once there is a websocket
  std::unique_ptr<PollingTransport> old_polling;  // which has been upgraded
  std::unique_ptr<UpgradeProbe> probe;            // the last one
  std::unique_ptr<WebSocketTransport> websocket;
  int parts = 0;  // that have not ended
};

LoopSessions::LoopSessions(EventLoop* loop, LoopSessionsOptions options, MakeHandler make_handler)
    : loop_(loop),
      options_(std::move(options)),
      make_handler_(std::move(make_handler)),
      scheduler_(loop),
      alive_(std::make_shared<bool>(true)) {}

LoopSessions::~LoopSessions() { *alive_ = false; }

LoopSessions::Entry* LoopSessions::Find(std::string_view sid) const {
  const auto found = entries_.find(sid);
  return found == entries_.end() ? nullptr : found->second.get();
}

LoopSessions::Entry* LoopSessions::Add(const std::shared_ptr<const HttpRequest>& request, Version version) {
  std::string sid = options_.make_sid();
  while (entries_.contains(std::string_view(sid))) sid = options_.make_sid();
  auto entry = std::make_unique<Entry>(this, std::move(sid), make_handler_(request), version);
  Entry* const added = entry.get();
  entries_.emplace(std::string_view(added->session.sid()), std::move(entry));
  return added;
}

std::unique_ptr<WebSocketTransport> LoopSessions::MakeWebSocket(std::shared_ptr<ByteStream> stream,
                                                                TransportListener* listener, bool deflate) {
  return std::make_unique<WebSocketTransport>(std::move(stream), listener, options_.session.max_payload,
                                              deflate);
}

std::string LoopSessions::OpenWebSocket(std::shared_ptr<ByteStream> stream, std::string already_read,
                                        std::shared_ptr<const HttpRequest> request, Version version,
                                        bool takes_binary, bool deflate) {
  Entry* const entry = Add(request, version);
  entry->websocket = MakeWebSocket(std::move(stream), &entry->session, deflate);
  entry->parts = 1;
  entry->session.Open(entry->websocket.get(), /*offers_websocket=*/false, takes_binary);
  entry->handler->OnSessionOpened(&entry->session);
  std::string sid = entry->session.sid();
  entry->websocket->Start(std::move(already_read), [this, entry] { OnPartEnded(entry); });
  return sid;
}

std::string LoopSessions::OpenPolling(PollingTransport::Request request, Version version, bool takes_binary) {
  if (request.responder->client_gone()) return "";
  Entry* const entry = Add(request.http, version);
  entry->polling = std::make_unique<PollingTransport>(loop_, version, &entry->session,
                                                      [this, entry] { OnPartEnded(entry); });
  entry->parts = 1;
  std::string sid = entry->session.sid();
  entry->session.Open(entry->polling.get(), options_.allow_upgrades, takes_binary);
  entry->polling->OnPoll(std::move(request));
  // The answer to the handshake is the open packet alone.
  entry->session.SendQueued();
  entry->handler->OnSessionOpened(&entry->session);
  return sid;
}

bool LoopSessions::Has(std::string_view sid) const {
  const Entry* const entry = Find(sid);
  return entry != nullptr && entry->session.open();
}

void LoopSessions::HandlePolling(std::string_view sid, PollingTransport::Request request) {
  Entry* const entry = Find(sid);
  const bool is_poll = request.http->method == "GET";
  const bool lingers = entry != nullptr && entry->polling != nullptr && entry->polling->lingering();
  if (entry == nullptr || !(entry->session.open() || (lingers && is_poll))) {
    return request.responder->Send(ErrorAnswer(kUnknownSid));
  }
  if (entry->polling == nullptr) return request.responder->Send(ErrorAnswer(kBadRequest));
  if (is_poll) return entry->polling->OnPoll(std::move(request));
  if (request.http->method == "POST") return entry->polling->OnPost(std::move(request));
  request.responder->Send(EmptyAnswer(500));
}

void LoopSessions::Upgrade(std::string_view sid, std::shared_ptr<ByteStream> stream, std::string already_read,
                           bool takes_binary, bool deflate) {
  Entry* const entry = Find(sid);
  const bool possible = entry != nullptr && entry->session.open() && entry->polling != nullptr &&
                        !(entry->probe != nullptr && entry->probe->active());
  // A former probe's connection may still be closing.
  if (!possible || (entry->probe != nullptr && entry->parts > 1)) return CloseUnused(stream);
  entry->probe = std::make_unique<UpgradeProbe>(
      loop_, absl::FromChrono(options_.upgrade_timeout),
      UpgradeProbe::Callbacks{[entry] { entry->polling->StartUpgrade(); },
                              [this, entry, takes_binary] { CompleteUpgrade(entry, takes_binary); },
                              [entry] {
                                if (entry->polling != nullptr) entry->polling->CancelUpgrade();
                              }});
  ++entry->parts;
  entry->probe->Start(MakeWebSocket(std::move(stream), entry->probe.get(), deflate));
  entry->probe->transport()->Start(std::move(already_read), [this, entry] { OnPartEnded(entry); });
}

void LoopSessions::CompleteUpgrade(Entry* entry, bool takes_binary) {
  entry->websocket = entry->probe->TakeTransport();
  if (!entry->session.open()) {
    // It ended meanwhile; an old poll may still fetch the last packets.
    entry->websocket->Close(CloseReason::kTransportClose);
    return;
  }
  entry->websocket->set_listener(&entry->session);
  entry->old_polling = std::move(entry->polling);
  entry->session.SwitchTo(entry->websocket.get(), takes_binary, entry->old_polling->Discard());
}

void LoopSessions::OnPartEnded(Entry* entry) {
  if (entry->probe != nullptr && !entry->session.open()) entry->probe->Cancel();
  if (--entry->parts > 0) return;
  // The end may come from deep within the session's own calls, so it is taken apart in a turn of its own.
  loop_->Post([this, sid = entry->session.sid(), alive = alive_] {
    if (*alive) entries_.erase(std::string_view(sid));
  });
}

size_t LoopSessions::CloseSome(size_t limit) {
  std::vector<EngineSession*> closing;
  for (const auto& [sid, entry] : entries_) {
    if (closing.size() >= limit) break;
    if (entry->session.open()) closing.push_back(&entry->session);
  }
  for (EngineSession* const session : closing) session->Close(CloseReason::kServerShuttingDown);
  return closing.size();
}

}  // namespace sail::gateway::engineio
