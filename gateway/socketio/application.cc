#include "gateway/socketio/application.h"

#include <utility>

#include "gateway/socketio/socket.h"

namespace sail::gateway::socketio {

std::string Event::ArgsJson() const {
  std::string json = "[";
  for (const std::string_view arg : args) {
    if (json.size() > 1) json += ',';
    json += arg;
  }
  json += ']';
  return json;
}

AckResponder::AckResponder(std::weak_ptr<Socket> socket, uint64_t id)
    : state_(std::make_shared<State>(State{std::move(socket), id})) {}

bool AckResponder::Send(std::string_view args, std::vector<std::string> attachments) const {
  if (state_ == nullptr) return false;
  const std::shared_ptr<Socket> socket = std::exchange(state_->socket, {}).lock();
  return socket != nullptr && socket->SendAck(state_->id, args, std::move(attachments));
}

bool ConnectDecision::Accept() const {
  const std::shared_ptr<Socket> socket = socket_.lock();
  return socket != nullptr && socket->Accept();
}

bool ConnectDecision::Refuse(std::string_view message, std::string_view data_json) const {
  const std::shared_ptr<Socket> socket = socket_.lock();
  return socket != nullptr && socket->Refuse(message, data_json);
}

}  // namespace sail::gateway::socketio
