#include "gateway/socketio/hub.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "gateway/engineio/websocket_transport.h"

namespace sail::gateway::socketio {

// Destroyed from bottom to top: the transport first, which drops the stream.
struct Hub::Connection {
  Connection(Hub* hub, std::shared_ptr<ByteStream> stream, std::shared_ptr<const HttpRequest> request,
             engineio::Version version)
      : client(&hub->context_, std::move(request)),
        session(hub->sids_.Next(), version, &hub->options_.session, hub->loop_, &hub->scheduler_, &client),
        transport(std::move(stream), &session, hub->options_.session.max_payload) {}

  Client client;
  engineio::EngineSession session;
  engineio::WebSocketTransport transport;
};

Hub::Hub(EventLoop* loop, Application* application, RoomObserver* observer, HubOptions options)
    : loop_(loop),
      options_(std::move(options)),
      scheduler_(loop),
      sids_(options_.random),
      namespaces_(observer, options_.namespaces),
      context_{loop, &namespaces_, application, &sids_, options_.client},
      alive_(std::make_shared<bool>(true)) {
  context_.options.max_packet_bytes =
      std::max(context_.options.max_packet_bytes, options_.session.max_payload);
  namespaces_.Add("/");
}

Hub::~Hub() { *alive_ = false; }

std::string Hub::AcceptWebSocket(std::shared_ptr<ByteStream> stream, std::string already_read,
                                 std::shared_ptr<const HttpRequest> request, engineio::Version version,
                                 bool takes_binary) {
  auto owned = std::make_unique<Connection>(this, std::move(stream), std::move(request), version);
  Connection* const connection = owned.get();
  connections_.emplace(connection, std::move(owned));
  connection->session.Open(&connection->transport, /*offers_websocket=*/false, takes_binary);
  connection->client.Start(&connection->session);
  const std::string sid = connection->session.sid();
  // The end may come from deep within the connection's own calls, so it is taken apart in a turn of its own.
  connection->transport.Start(std::move(already_read), [this, connection, alive = alive_] {
    loop_->Post([this, connection, alive] {
      if (*alive) connections_.erase(connection);
    });
  });
  return sid;
}

size_t Hub::Broadcast(std::string_view nsp, const RoomSelection& to, std::string_view payload,
                      std::vector<std::string> attachments, bool is_volatile) {
  Namespace* const found = namespaces_.Find(nsp);
  if (found == nullptr) return 0;
  return found->rooms.Broadcast(to, EncodeEvent(nsp, payload, std::move(attachments)), is_volatile);
}

size_t Hub::CloseSome(size_t limit) {
  std::vector<Connection*> closing;
  for (const auto& [connection, owned] : connections_) {
    if (closing.size() >= limit) break;
    if (connection->session.open()) closing.push_back(connection);
  }
  for (Connection* const connection : closing)
    connection->session.Close(engineio::CloseReason::kServerShuttingDown);
  return closing.size();
}

}  // namespace sail::gateway::socketio
