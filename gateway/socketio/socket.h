// One client in one namespace.
#ifndef SAIL_GATEWAY_SOCKETIO_SOCKET_H_
#define SAIL_GATEWAY_SOCKETIO_SOCKET_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gateway/http/event_loop.h"
#include "gateway/socketio/application.h"
#include "gateway/socketio/decoder.h"
#include "gateway/socketio/encoded_packet.h"
#include "gateway/socketio/namespaces.h"
#include "gateway/socketio/rooms.h"
#include "gateway/socketio/session_keeper.h"

namespace sail::gateway::socketio {

class Client;

// A client's answer to an event. Valid during the callback only.
struct AckReply {
  std::vector<std::string_view> args;  // raw JSON
  std::vector<std::string> attachments;
};

// Called once: with the answer, DEADLINE_EXCEEDED ("operation has timed out"), or CANCELLED when the socket
// has been disconnected. Never from within EmitWithAck.
using AckCallback = std::function<void(absl::StatusOr<AckReply>)>;

// Belongs to its client's loop, where all but id() and nsp() has to be called. Kept alive by its client while
// connected; whoever else holds it may go on calling it: a socket that is not connected does nothing and says
// so.
class Socket final : public RoomMember, public std::enable_shared_from_this<Socket> {
 public:
  // Made by Client.
  Socket(Client* client, std::shared_ptr<Namespace> nsp, std::string id);

  // 20 characters, also the name of the room that the socket alone is in. Protocol 4: the engine's sid in
  // "/", and
  // "/name#" + sid elsewhere, which is what such clients compute for themselves.
  const std::string& id() const { return id_; }
  const std::string& nsp() const { return nsp_->name; }
  bool connected() const { return state_ == State::kConnected; }

  // The connection. Null from the end of OnDisconnect on.
  Client* client() const { return client_; }

  // payload: a JSON array with the event's name in front (EventPayload makes one). False if it was not
  // queued: not connected, over the limit of the send queue (the client is about to be cut), or volatile and
  // not writable.
  bool Emit(std::string_view payload, std::vector<std::string> attachments = {}, bool is_volatile = false);

  // False if it was not queued, or too many answers are outstanding; the callback is not called then.
  bool EmitWithAck(std::string_view payload, std::vector<std::string> attachments,
                   std::chrono::milliseconds timeout, AckCallback callback);

  // An event to several sockets of the namespace, encoded once with an id from TakeAckId: each answers for
  // itself, as in EmitWithAck.
  uint64_t TakeAckId() { return nsp_->next_ack_id++; }
  bool DeliverWithAck(const EncodedPacket& packet, uint64_t id, std::chrono::milliseconds timeout,
                      AckCallback callback);

  // For rooms: a packet that is shared with others.
  void Deliver(const EncodedPacket& packet, bool is_volatile) override;

  // False if nothing changed. Possible from OnConnect on, so that an application can see to it that what is
  // sent to the rooms elsewhere reaches this loop before it accepts the socket; until then packets to its
  // rooms are dropped.
  bool Join(std::string_view room);
  bool Leave(std::string_view room);
  // All but the room of its id.
  void LeaveAll();
  // Whether it may be in all of these rooms, too; if not, that is counted.
  bool MayJoin(const std::vector<std::string>& rooms) const { return nsp_->rooms.MayJoin(*this, rooms); }
  // Sorted; includes the room of its id.
  std::vector<std::string> Rooms() const;

  // Leaves the namespace, or closes the whole connection with all its namespaces. OnDisconnect is called from
  // within, with "server namespace disconnect".
  void Disconnect(bool close_connection = false);

  // What the client sent along with its CONNECT, a JSON object ("{}" if it was larger than kMaxKeptAuth), and
  // when.
  const std::string& auth_json() const { return auth_json_; }
  absl::Time connected_at() const { return connected_at_; }
  static constexpr size_t kMaxKeptAuth = 16384;

  // What the application tells the cluster of the socket (Node's socket.data): a JSON object.
  const std::string& data_json() const { return data_json_; }
  void set_data_json(std::string json);

  // Null unless the session can be recovered.
  const Recovery* recovery() const { return recovery_.get(); }
  // Cuts the connection, so that the client comes back: "transport close".
  void Cut();

  // For the session keeper, while recovery()->resuming. Adopt: the socket is the one of the session from now
  // on (its pid, generation, connected_at and offset); false if the client has gone.
  bool Adopt(const std::string& id, std::string data_json, Recovery session);
  void SendMissed(EncodedPacket packet);
  // Everything up to the position has been sent: tells the client that it is back, and then what was held.
  // False if more is missed than is held, or the client has gone.
  bool FinishResume(uint64_t position);
  // As if no session had been named.
  void ConnectAnew();
  Recovery* mutable_recovery() { return recovery_.get(); }
  size_t queued_bytes() const;
  // Recorded messages up to this position have been sent to it, or were not for it.
  uint64_t seen() const { return last_seq_; }

  // Whatever the application wants to keep with the socket.
  void set_data(std::shared_ptr<void> data) { data_ = std::move(data); }
  template <typename T>
  std::shared_ptr<T> data_as() const {
    return std::static_pointer_cast<T>(data_);
  }
  template <typename T>
  T* data() const {
    return static_cast<T*>(data_.get());
  }

 private:
  friend class AckResponder;
  friend class Client;
  friend class ConnectDecision;
  enum class State { kConnecting, kConnected, kClosed };

  struct PendingAck {
    AckCallback callback;
    std::unique_ptr<Timer> timer;
  };

  // An event that came before the application's decision.
  struct EarlyEvent {
    std::string payload;
    std::optional<uint64_t> id;
    std::vector<std::string> attachments;
  };

  bool Accept();
  bool Refuse(std::string_view message, std::string_view data_json);
  bool SendAck(uint64_t id, std::string_view args, std::vector<std::string> attachments);
  void OnEventPacket(DecodedPacket packet);
  void OnAckPacket(DecodedPacket packet);
  // False if there are too many.
  bool KeepEarlyEvent(DecodedPacket packet);
  void DeliverEarlyEvents();
  void BeginResume(std::string_view auth_json);
  void Hold(const EncodedPacket& packet, bool is_volatile);
  // Whether it was queued. With its offset where there are such.
  bool SendEvent(const EncodedPacket& packet, bool is_volatile);
  void SendConnectReply();
  // The client has dropped the socket.
  void Close(std::string_view reason);

  Client* client_;
  const std::shared_ptr<Namespace> nsp_;
  // Changes when a session is adopted, before anybody else knows it.
  std::string id_;
  // Events up to this position have been sent, or are not for it.
  uint64_t last_seq_ = 0;
  std::unique_ptr<Recovery> recovery_;
  State state_ = State::kConnecting;
  std::vector<EarlyEvent> early_events_;
  absl::flat_hash_map<uint64_t, PendingAck> pending_acks_;
  const absl::Time connected_at_ = absl::Now();
  std::string auth_json_ = "{}";
  std::string data_json_ = "{}";
  std::shared_ptr<void> data_;
};

}  // namespace sail::gateway::socketio

#endif  // SAIL_GATEWAY_SOCKETIO_SOCKET_H_
