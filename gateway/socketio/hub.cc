#include "gateway/socketio/hub.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace sail::gateway::socketio {
namespace {

engineio::LoopSessionsOptions EngineOptions(const HubOptions& options, const engineio::SidGenerator& sids) {
  engineio::LoopSessionsOptions engine = options.engine;
  if (engine.make_sid == nullptr) engine.make_sid = [&sids] { return sids.Next(); };
  return engine;
}

}  // namespace

Hub::Hub(EventLoop* loop, Application* application, RoomObserver* observer, HubOptions options)
    : sids_(options.random),
      namespaces_(observer, options.namespaces),
      context_{loop, &namespaces_, application, &sids_, options.client},
      sessions_(loop, EngineOptions(options, sids_),
                [this](const std::shared_ptr<const HttpRequest>& request) {
                  return std::make_unique<Client>(&context_, request);
                }) {
  context_.options.max_packet_bytes =
      std::max(context_.options.max_packet_bytes, options.engine.session.max_payload);
  namespaces_.Add("/");
}

size_t Hub::Broadcast(std::string_view nsp, const RoomSelection& to, std::string_view payload,
                      std::vector<std::string> attachments, bool is_volatile) {
  Namespace* const found = namespaces_.Find(nsp);
  if (found == nullptr) return 0;
  return found->rooms.Broadcast(to, EncodeEvent(nsp, payload, std::move(attachments)), is_volatile);
}

}  // namespace sail::gateway::socketio
