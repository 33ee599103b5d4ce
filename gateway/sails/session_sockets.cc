#include "gateway/sails/session_sockets.h"

#include <algorithm>
#include <utility>

#include "gateway/engineio/session.h"
#include "gateway/socketio/client.h"
#include "gateway/socketio/socket.h"

namespace sail::gateway {

using socketio::Socket;

SessionSockets::Entry::~Entry() {
  // The last to hold a socket may be a request that ends on another thread.
  if (owner_->loop_.InLoopThread()) {
    owner_->Remove(place_);
  } else {
    owner_->loop_.Post([owner = owner_, place = place_] { owner->Remove(place); });
  }
}

void SessionSockets::Entry::SetSession(const std::string& id) {
  if (id == place_->session_id) return;
  owner_->Remove(place_);
  place_->session_id = id;
  owner_->Insert(place_);
}

std::unique_ptr<SessionSockets::Entry> SessionSockets::Add(const std::shared_ptr<Socket>& socket,
                                                           const std::string& session_id) {
  auto place = std::make_shared<Entry::Place>(Entry::Place{socket, session_id});
  Insert(place);
  return std::unique_ptr<Entry>(new Entry(shared_from_this(), std::move(place)));
}

void SessionSockets::Insert(const std::shared_ptr<Entry::Place>& place) {
  if (place->session_id.empty()) return;
  places_[place->session_id].push_back(place);
  if (!revoked_.contains(place->session_id)) return;
  loop_.Post([weak = place->socket] {
    if (const auto socket = weak.lock()) socket->Disconnect(true);
  });
}

void SessionSockets::Remove(const std::shared_ptr<Entry::Place>& place) {
  const auto found = places_.find(place->session_id);
  if (found == places_.end()) return;
  std::erase(found->second, place);
  if (found->second.empty()) places_.erase(found);
}

std::vector<std::shared_ptr<Socket>> SessionSockets::SocketsOf(
    const std::vector<std::string>& session_ids) const {
  // Taken out first: what happens to a socket changes the places.
  std::vector<std::shared_ptr<Socket>> sockets;
  for (const std::string& id : session_ids) {
    const auto found = places_.find(id);
    if (found == places_.end()) continue;
    for (const auto& place : found->second) {
      if (auto socket = place->socket.lock(); socket != nullptr && socket->client() != nullptr) {
        sockets.push_back(std::move(socket));
      }
    }
  }
  return sockets;
}

size_t SessionSockets::Disconnect(const std::vector<std::string>& session_ids) {
  for (const std::string& id : session_ids) {
    if (!revoked_.insert(id).second) continue;
    revoked_order_.push_back(id);
    if (revoked_order_.size() <= kMaxRemembered) continue;
    revoked_.erase(revoked_order_.front());
    revoked_order_.pop_front();
  }
  const auto sockets = SocketsOf(session_ids);
  for (const auto& socket : sockets) socket->Disconnect(true);
  return sockets.size();
}

size_t SessionSockets::Cut(const std::vector<std::string>& session_ids) {
  const auto sockets = SocketsOf(session_ids);
  for (const auto& socket : sockets) {
    // A connection that went with another of its namespaces has no client any more.
    if (socketio::Client* client = socket->client()) {
      client->session().Close(engineio::CloseReason::kForcedServerClose);
    }
  }
  return sockets.size();
}

std::vector<std::string> SessionSockets::SessionIds() const {
  std::vector<std::string> ids;
  ids.reserve(places_.size());
  for (const auto& [id, places] : places_) ids.push_back(id);
  return ids;
}

}  // namespace sail::gateway
