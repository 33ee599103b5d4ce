#include "services/session/redis_revocation_bus.h"

#include <algorithm>
#include <utility>

#include "services/session/session_id.h"

namespace sail::session {

using platform::redis::Reply;
using platform::redis::Subscriber;

void RedisRevocationBus::Watchers::SetInForce() {
  in_force = true;
  for (const auto& watcher : all) watcher->OnInForce();
}

void RedisRevocationBus::Watchers::OnMessage(std::string_view payload) {
  std::vector<std::string> ids;
  while (!payload.empty()) {
    const size_t end = std::min(payload.find(' '), payload.size());
    std::string id(payload.substr(0, end));
    // Anybody can publish.
    if (IsSessionId(id)) ids.push_back(std::move(id));
    payload.remove_prefix(std::min(end + 1, payload.size()));
  }
  if (ids.empty()) return;
  for (const auto& watcher : all) watcher->OnRevoked(ids);
}

RedisRevocationBus::RedisRevocationBus(platform::redis::EventLoop& loop, platform::redis::Client& client,
                                       platform::redis::ConnectionOptions options,
                                       const std::string& session_key_prefix,
                                       platform::metrics::Registry& registry)
    : loop_(loop),
      client_(client),
      channel_("sail:" + session_key_prefix + "revoked"),
      watching_(
          registry.AddGauge("sail_session_revocation_watchers", "Streams that are told of revocations.")),
      watchers_(std::make_shared<Watchers>()) {
  Subscriber::Handlers handlers;
  handlers.on_message = [watchers = watchers_](const std::string&, std::string&& payload) {
    watchers->OnMessage(payload);
  };
  handlers.on_gap = [watchers = watchers_] { watchers->SetInForce(); };
  subscriber_ = std::make_unique<Subscriber>(loop, std::move(options), std::move(handlers), registry);
  // Without a connection this says so, and on_gap comes later.
  subscriber_->Subscribe({channel_}, [watchers = watchers_](absl::Status status) {
    if (status.ok()) watchers->SetInForce();
  });
}

RedisRevocationBus::~RedisRevocationBus() {
  subscriber_.reset();
  // What was posted before finds no watchers any more.
  loop_.Run([this] { watchers_->all.clear(); });
}

void RedisRevocationBus::Announce(const std::vector<std::string>& session_ids, absl::Duration timeout,
                                  WriteDone done) {
  std::string payload;
  for (const std::string& id : session_ids) payload.append(payload.empty() ? "" : " ").append(id);
  client_.Command({"PUBLISH", channel_, std::move(payload)}, timeout,
                  [done = std::move(done)](absl::StatusOr<Reply> reply) { done(reply.status()); });
}

void RedisRevocationBus::Watch(std::shared_ptr<RevocationWatcher> watcher) {
  loop_.Post([watchers = watchers_, watching = watching_, subscriber = subscriber_.get(),
              watcher = std::move(watcher)] {
    watchers->all.push_back(watcher);
    watching->Set(static_cast<int64_t>(watchers->all.size()));
    if (watchers->in_force && subscriber->connected()) watcher->OnInForce();
  });
}

void RedisRevocationBus::Unwatch(const std::shared_ptr<RevocationWatcher>& watcher) {
  loop_.Post([watchers = watchers_, watching = watching_, watcher] {
    std::erase(watchers->all, watcher);
    watching->Set(static_cast<int64_t>(watchers->all.size()));
  });
}

}  // namespace sail::session
