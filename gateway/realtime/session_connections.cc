#include "gateway/realtime/session_connections.h"

namespace sail::gateway {

SessionConnections::Entry::~Entry() {
  // The last to hold a socket may be a request that ends on another thread.
  if (owner_->loop_.InLoopThread()) {
    owner_->Remove(place_);
  } else {
    owner_->loop_.Post([owner = owner_, place = place_] { owner->Remove(place); });
  }
}

void SessionConnections::Entry::SetSession(const std::string& id) {
  if (id == place_->session_id) return;
  owner_->Remove(place_);
  place_->session_id = id;
  owner_->Insert(place_);
}

std::unique_ptr<SessionConnections::Entry> SessionConnections::Add(const std::string& session_id, End end) {
  auto place = std::make_shared<Entry::Place>(Entry::Place{.session_id = session_id, .end = std::move(end)});
  Insert(place);
  return std::unique_ptr<Entry>(new Entry(shared_from_this(), std::move(place)));
}

void SessionConnections::Insert(const std::shared_ptr<Entry::Place>& place) {
  if (place->session_id.empty()) return;
  places_[place->session_id].push_back(place);
  if (revoked_.contains(place->session_id)) loop_.Post([place] { EndOnce(*place, Reason::kRevoked); });
}

void SessionConnections::Remove(const std::shared_ptr<Entry::Place>& place) {
  const auto found = places_.find(place->session_id);
  if (found == places_.end()) return;
  std::erase(found->second, place);
  if (found->second.empty()) places_.erase(found);
}

size_t SessionConnections::EndSessions(const std::vector<std::string>& session_ids, Reason reason) {
  Places due;
  for (const std::string& id : session_ids) {
    if (reason == Reason::kRevoked) Remember(id);
    if (const auto found = places_.find(id); found != places_.end()) {
      due.insert(due.end(), found->second.begin(), found->second.end());
    }
  }
  size_t count = 0;
  for (const auto& place : due) count += EndOnce(*place, reason) ? 1 : 0;
  return count;
}

bool SessionConnections::EndOnce(Entry::Place& place, Reason reason) {
  if (std::exchange(place.ended, true)) return false;
  place.end(reason);
  return true;
}

void SessionConnections::Remember(const std::string& revoked_id) {
  if (!revoked_.insert(revoked_id).second) return;
  revoked_order_.push_back(revoked_id);
  if (revoked_order_.size() <= kMaxRemembered) return;
  revoked_.erase(revoked_order_.front());
  revoked_order_.pop_front();
}

std::vector<std::string> SessionConnections::SessionIds() const {
  std::vector<std::string> ids;
  ids.reserve(places_.size());
  for (const auto& [id, places] : places_) ids.push_back(id);
  return ids;
}

}  // namespace sail::gateway
