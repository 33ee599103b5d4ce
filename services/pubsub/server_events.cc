#include "services/pubsub/server_events.h"

#include "services/pubsub/operation_check.h"

namespace sail::pubsub {
namespace {

constexpr size_t kMaxId = 512;

}  // namespace

void ServerEvents::Watch(LinkId link, const std::string& ns, std::shared_ptr<ServerEventSink> sink) {
  watchers_[link] = {ns, std::move(sink)};
}

void ServerEvents::Unwatch(LinkId link) { watchers_.erase(link); }

bool ServerEvents::Emit(const std::string& ns, const std::string& data_json, const std::string& request_id) {
  v1::ServerEvent event;
  event.set_data_json(data_json);
  if (!request_id.empty()) event.set_ack_id(ServerEventId{uid_, ns, request_id}.Text());
  bool watched = false;
  for (const auto& [link, watcher] : watchers_) {
    if (watcher.ns != ns) continue;
    watcher.sink->OnServerEvent(event);
    watched = true;
  }
  return watched;
}

std::string ServerEventId::Text() const { return uid + "#" + ns + "#" + request_id; }

absl::StatusOr<ServerEventId> ServerEventId::Parse(std::string_view text) {
  const size_t first = text.find('#');
  const size_t second = first == std::string_view::npos ? first : text.find('#', first + 1);
  if (second == std::string_view::npos || text.size() > kMaxId || first == 0 || second + 1 == text.size()) {
    return absl::InvalidArgumentError("ack_id is not that of an event");
  }
  ServerEventId id{std::string(text.substr(0, first)),
                   std::string(text.substr(first + 1, second - first - 1)),
                   std::string(text.substr(second + 1))};
  if (absl::Status status = CheckRoom(id.ns, ""); !status.ok()) return status;
  return id;
}

}  // namespace sail::pubsub
