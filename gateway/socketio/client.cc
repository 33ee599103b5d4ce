#include "gateway/socketio/client.h"

#include <algorithm>
#include <utility>

#include "absl/time/time.h"
#include "gateway/routing/query_string.h"
#include "gateway/socketio/offset.h"
#include "platform/json/json_scan.h"
#include "platform/json/json_text.h"
#include "platform/text/string_view.h"

namespace sail::gateway::socketio {

using engineio::CloseReason;

Client::Client(const ClientContext* context, std::shared_ptr<const HttpRequest> request)
    : context_(*context), request_(std::move(request)), decoder_(context->options.max_packet_bytes) {}

// Sockets may be held by others; they must not find a client that has gone.
Client::~Client() {
  for (const std::shared_ptr<Socket>& socket : sockets_) {
    socket->state_ = Socket::State::kClosed;
    socket->client_ = nullptr;
    socket->pending_acks_.clear();
    socket->nsp_->rooms.Remove(socket.get());
  }
}

void Client::OnSessionOpened(engineio::EngineSession* session) {
  session_ = session;
  connect_timer_ = context_.loop->RunAfter(absl::FromChrono(context_.options.connect_timeout),
                                           [this] { session_->Close(CloseReason::kForcedServerClose); });
  if (speaks_protocol_4()) OnConnectPacket("/", "{}");
}

bool Client::Send(const engineio::OutgoingPacket& text,
                  const std::vector<engineio::BinaryMessage>& attachments, bool is_volatile) {
  if (!session_->Send(text, is_volatile)) return false;
  for (const engineio::BinaryMessage& attachment : attachments) {
    if (!session_->Send(attachment.PacketFor(session_->binary_form()))) return false;
  }
  return true;
}

void Client::Disconnect() {
  for (const std::shared_ptr<Socket>& socket : std::vector(sockets_)) socket->Disconnect();
  session_->Close(CloseReason::kForcedServerClose);
}

void Client::OnMessage(std::string_view text) { OnDecoded(decoder_.AddText(text)); }

void Client::OnBinaryMessage(std::string_view bytes) { OnDecoded(decoder_.AddBinary(bytes)); }

void Client::OnSessionClosed(CloseReason reason) {
  connect_timer_.reset();
  while (!sockets_.empty()) Drop(sockets_.front(), CloseReasonName(reason));
}

void Client::OnDecoded(absl::StatusOr<std::optional<DecodedPacket>> decoded) {
  if (!decoded.ok()) return session_->Close(CloseReason::kForcedClose);
  if (decoded->has_value()) OnPacket(**std::move(decoded));
}

void Client::OnPacket(DecodedPacket decoded) {
  std::string_view nsp = decoded.packet.nsp;
  std::string_view query;
  if (speaks_protocol_4()) {
    // Taken for a URL there: a query is no part of the name, nor is a fragment.
    nsp = nsp.substr(0, nsp.find('#'));
    if (const size_t mark = nsp.find('?'); mark != std::string_view::npos) {
      query = nsp.substr(mark + 1);
      nsp = nsp.substr(0, mark);
    }
  }
  const std::shared_ptr<Socket> socket = Find(nsp);
  const bool connecting = socket != nullptr && socket->state_ == Socket::State::kConnecting;
  switch (decoded.packet.type) {
    case PacketType::kConnect:
      if (connecting) return;
      if (socket != nullptr) return CloseForPacketOutOfPlace();
      if (speaks_protocol_4()) return OnConnectPacket(nsp, ParseFlatQuery(query));
      return OnConnectPacket(nsp, decoded.packet.payload.empty() ? "{}" : decoded.packet.payload);
    case PacketType::kEvent:
      if (socket == nullptr) return CloseForPacketOutOfPlace();
      if (!connecting) return socket->OnEventPacket(std::move(decoded));
      if (!socket->KeepEarlyEvent(std::move(decoded))) CloseForPacketOutOfPlace();
      return;
    case PacketType::kAck:
      if (socket == nullptr) return CloseForPacketOutOfPlace();
      return socket->OnAckPacket(std::move(decoded));
    case PacketType::kDisconnect:
      if (socket == nullptr) return CloseForPacketOutOfPlace();
      return Drop(socket, "client namespace disconnect");
    case PacketType::kConnectError:
    case PacketType::kBinaryEvent:
    case PacketType::kBinaryAck:
      return CloseForPacketOutOfPlace();
  }
}

void Client::OnConnectPacket(std::string_view name, std::string_view auth_json) {
  if (sockets_.size() >= context_.options.max_namespaces) {
    context_.options.on_namespace_refused();
    return SendConnectError(name, "Too many namespaces", {});
  }
  auto nsp = context_.namespaces->Enter(name);
  if (!nsp.ok()) return SendConnectError(name, platform::ToStd(nsp.status().message()), {});
  std::string id;
  if (speaks_protocol_4()) {
    id = name == "/" ? session_->sid() : std::string(name) + "#" + session_->sid();
  } else {
    id = context_.sids->Next();
  }
  const auto socket = std::make_shared<Socket>(this, *std::move(nsp), std::move(id));
  if (auth_json.size() <= Socket::kMaxKeptAuth) socket->auth_json_ = auth_json;
  sockets_.push_back(socket);
  if (!ResumeSession(socket, auth_json)) {
    context_.application->OnConnect(socket, auth_json, ConnectDecision(socket));
  }
}

bool Client::ResumeSession(const std::shared_ptr<Socket>& socket, std::string_view auth_json) {
  if (speaks_protocol_4() || context_.keeper == nullptr || !context_.keeper->on()) return false;
  const auto members = platform::json::SplitJsonObject(auth_json);
  if (!members.ok()) return false;
  std::string pid;
  std::optional<uint64_t> offset;
  for (const auto& [key, raw] : *members) {
    if (key != "pid" && key != "offset") continue;
    const auto text = platform::json::UnescapeJsonString(raw);
    if (!text.ok()) return false;
    if (key == "pid") pid = *text;
    if (key == "offset" && !(offset = ParseOffset(*text)).has_value()) return false;
  }
  if (pid.empty()) return false;
  socket->BeginResume(auth_json);
  context_.keeper->Resume(socket, pid, offset);
  return true;
}

void Client::CloseForPacketOutOfPlace() { session_->Close(CloseReason::kForcedServerClose); }

std::shared_ptr<Socket> Client::Find(std::string_view nsp) const {
  for (const std::shared_ptr<Socket>& socket : sockets_) {
    if (socket->nsp() == nsp) return socket;
  }
  return nullptr;
}

void Client::Drop(const std::shared_ptr<Socket>& socket, std::string_view reason) {
  const std::shared_ptr<Socket> dropped = socket;
  const auto it = std::find(sockets_.begin(), sockets_.end(), dropped);
  if (it == sockets_.end()) return;
  sockets_.erase(it);
  dropped->Close(reason);
}

void Client::SendConnectError(std::string_view nsp, std::string_view message, std::string_view data_json) {
  std::string payload = R"({"message":)";
  platform::json::AppendJsonString(message, &payload);
  if (!data_json.empty()) payload.append(R"(,"data":)").append(data_json);
  payload += '}';
  Send(EncodePlain(PacketType::kConnectError, nsp, payload), false);
}

}  // namespace sail::gateway::socketio
