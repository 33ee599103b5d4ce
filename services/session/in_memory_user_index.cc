#include "services/session/in_memory_user_index.h"

#include <algorithm>
#include <utility>

namespace sail::session {

void InMemoryUserIndex::Add(const std::string& user, const std::string& session_id, absl::Duration ttl,
                            absl::Duration, AddDone done) {
  std::vector<std::string> surplus;
  {
    std::lock_guard lock(mutex_);
    std::vector<Entry>& entries = users_[user];
    const absl::Time now = clock_();
    std::erase_if(entries, [now](const Entry& entry) { return entry.expires <= now; });
    auto found = std::find_if(entries.begin(), entries.end(),
                              [&](const Entry& entry) { return entry.session_id == session_id; });
    if (found == entries.end()) found = entries.insert(found, Entry{session_id, now, now, now});
    found->last_seen = now;
    found->expires = now + ttl;
    std::stable_sort(entries.begin(), entries.end(),
                     [](const Entry& a, const Entry& b) { return a.expires < b.expires; });
    while (entries.size() > max_sessions_) {
      surplus.push_back(entries.front().session_id);
      entries.erase(entries.begin());
    }
  }
  done(std::move(surplus));
}

void InMemoryUserIndex::Remove(const std::string& user, const std::vector<std::string>& session_ids,
                               absl::Duration, WriteDone done) {
  {
    std::lock_guard lock(mutex_);
    std::erase_if(users_[user], [&](const Entry& entry) {
      return std::find(session_ids.begin(), session_ids.end(), entry.session_id) != session_ids.end();
    });
  }
  done(absl::OkStatus());
}

void InMemoryUserIndex::List(const std::string& user, absl::Duration, ListDone done) {
  std::vector<Entry> entries;
  {
    std::lock_guard lock(mutex_);
    entries = users_[user];
  }
  done(std::move(entries));
}

}  // namespace sail::session
