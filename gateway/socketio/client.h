// One connection: the namespaces of one Engine.IO session.
#ifndef SAIL_GATEWAY_SOCKETIO_CLIENT_H_
#define SAIL_GATEWAY_SOCKETIO_CLIENT_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/engineio/session.h"
#include "gateway/engineio/sid.h"
#include "gateway/http/event_loop.h"
#include "gateway/socketio/application.h"
#include "gateway/socketio/decoder.h"
#include "gateway/socketio/encoded_packet.h"
#include "gateway/socketio/namespaces.h"
#include "gateway/socketio/session_keeper.h"
#include "gateway/socketio/socket.h"

namespace sail::gateway {
struct HttpRequest;
}

namespace sail::gateway::socketio {

struct ClientOptions {
  // A client that is in no namespace by then is closed.
  std::chrono::milliseconds connect_timeout{45000};
  // Further CONNECTs are refused with "Too many namespaces".
  size_t max_namespaces = 64;
  std::function<void()> on_namespace_refused = [] {};
  // Of one socket: answers to events that are waited for, and events that arrive before the connect decision.
  size_t max_pending_acks = 4096;
  size_t max_early_events = 64;
  // A packet with its attachments.
  size_t max_packet_bytes = size_t{16} << 20;
};

// What all clients of a loop share. Everything must outlive them.
struct ClientContext {
  EventLoop* loop;
  Namespaces* namespaces;
  Application* application;
  const engineio::SidGenerator* sids;
  ClientOptions options;
  SessionKeeper* keeper = nullptr;  // null: nobody keeps sessions
};

// Single-threaded: belongs to the session's loop.
//
// Closes the whole connection, as Node does: for a packet that the decoder refuses ("forced close"), and for
// one out of place, an event for a namespace that the client is not in, a second CONNECT, a CONNECT_ERROR
// ("forced server close"). Kinder than Node: a CONNECT that comes again while the first is being decided is
// ignored, and events sent behind a CONNECT wait for the decision.
class Client : public engineio::SessionHandler {
 public:
  // request: the handshake, for the application.
  Client(const ClientContext* context, std::shared_ptr<const HttpRequest> request);
  ~Client() override;

  // In protocol 4 this enters "/", as such clients expect.
  void OnSessionOpened(engineio::EngineSession* session) override;

  // The request that opened the connection: cookies, origin, query, address.
  const std::shared_ptr<const HttpRequest>& request() const { return request_; }
  engineio::EngineSession& session() const { return *session_; }
  const std::vector<std::shared_ptr<Socket>>& sockets() const { return sockets_; }

  // Queues a packet; see EngineSession::Send.
  bool Send(const EncodedPacket& packet, bool is_volatile) {
    return Send(packet.text, packet.attachments, is_volatile);
  }
  bool Send(const engineio::OutgoingPacket& text, const std::vector<engineio::BinaryMessage>& attachments,
            bool is_volatile);

  // Tells every namespace and closes the connection: "server namespace disconnect".
  void Disconnect();

  void OnMessage(std::string_view text) override;
  void OnBinaryMessage(std::string_view bytes) override;
  void OnSessionClosed(engineio::CloseReason reason) override;

 private:
  friend class Socket;

  void OnDecoded(absl::StatusOr<std::optional<DecodedPacket>> decoded);
  void OnPacket(DecodedPacket packet);
  void OnConnectPacket(std::string_view nsp, std::string_view auth_json);
  // Whether the client has come back to a session, which is for the keeper to find.
  bool ResumeSession(const std::shared_ptr<Socket>& socket, std::string_view auth_json);
  void CloseForPacketOutOfPlace();
  bool speaks_protocol_4() const { return session_->version() == engineio::Version::kV3; }
  std::shared_ptr<Socket> Find(std::string_view nsp) const;
  // Takes the socket out and ends it. Returns whether it was there.
  void Drop(const std::shared_ptr<Socket>& socket, std::string_view reason);
  void SendConnectError(std::string_view nsp, std::string_view message, std::string_view data_json);

  const ClientContext& context_;
  const std::shared_ptr<const HttpRequest> request_;
  engineio::EngineSession* session_ = nullptr;
  Decoder decoder_;
  std::vector<std::shared_ptr<Socket>> sockets_;  // connecting or connected
  std::unique_ptr<Timer> connect_timer_;
};

}  // namespace sail::gateway::socketio

#endif  // SAIL_GATEWAY_SOCKETIO_CLIENT_H_
