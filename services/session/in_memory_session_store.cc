#include "services/session/in_memory_session_store.h"

#include <utility>

#include "services/session/session_errors.h"

namespace sail::session {

void InMemorySessionStore::Read(const std::string& id, absl::Duration, ReadDone done) {
  absl::StatusOr<std::string> text = SessionNotFound();
  {
    std::lock_guard lock(mutex_);
    if (const Entry* entry = Find(id)) text = entry->text;
  }
  done(std::move(text));
}

void InMemorySessionStore::Insert(const std::string& id, std::string text, absl::Duration ttl, absl::Duration,
                                  WriteDone done) {
  absl::Status status;
  {
    std::lock_guard lock(mutex_);
    if (Find(id) != nullptr) {
      status = absl::AlreadyExistsError("the session id is taken");
    } else {
      entries_[id] = {std::move(text), clock_() + ttl};
    }
  }
  done(std::move(status));
}

void InMemorySessionStore::Swap(const std::string& id, std::string expected, std::string desired,
                                absl::Duration ttl, absl::Duration, SwapDone done) {
  absl::StatusOr<SwapResult> result;
  {
    std::lock_guard lock(mutex_);
    result = SwapLocked(id, expected, std::move(desired), ttl);
  }
  done(std::move(result));
}

absl::StatusOr<SessionStore::SwapResult> InMemorySessionStore::SwapLocked(const std::string& id,
                                                                          const std::string& expected,
                                                                          std::string desired,
                                                                          absl::Duration ttl) {
  Entry* entry = Find(id);
  if (entry == nullptr) return SessionNotFound();
  if (entry->text != expected) return SwapResult{false, entry->text};
  *entry = {std::move(desired), clock_() + ttl};
  return SwapResult{true, ""};
}

void InMemorySessionStore::Touch(const std::string& id, absl::Duration ttl, absl::Duration, WriteDone done) {
  absl::Status status = SessionNotFound();
  {
    std::lock_guard lock(mutex_);
    if (Entry* entry = Find(id)) {
      entry->expires = clock_() + ttl;
      status = absl::OkStatus();
    }
  }
  done(std::move(status));
}

void InMemorySessionStore::Remove(const std::string& id, absl::Duration, ReadDone done) {
  std::string text;
  {
    std::lock_guard lock(mutex_);
    if (Entry* entry = Find(id)) text = std::move(entry->text);
    entries_.erase(id);
  }
  done(std::move(text));
}

InMemorySessionStore::Entry* InMemorySessionStore::Find(const std::string& id) {
  const auto found = entries_.find(id);
  return found != entries_.end() && found->second.expires > clock_() ? &found->second : nullptr;
}

}  // namespace sail::session
