// Revocations within this process, for tests.
#ifndef SAIL_SESSION_IN_MEMORY_REVOCATION_BUS_H_
#define SAIL_SESSION_IN_MEMORY_REVOCATION_BUS_H_

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "services/session/revocation_bus.h"

namespace sail::session {

// In force at once. Watchers and callbacks are called inside the calls.
class InMemoryRevocationBus final : public RevocationBus {
 public:
  void Announce(const std::vector<std::string>& session_ids, absl::Duration, WriteDone done) override {
    std::vector<std::shared_ptr<RevocationWatcher>> watchers;
    {
      std::lock_guard lock(mutex_);
      announced_.insert(announced_.end(), session_ids.begin(), session_ids.end());
      watchers = watchers_;
    }
    for (const auto& watcher : watchers) watcher->OnRevoked(session_ids);
    done(absl::OkStatus());
  }

  void Watch(std::shared_ptr<RevocationWatcher> watcher) override {
    {
      std::lock_guard lock(mutex_);
      watchers_.push_back(watcher);
    }
    watcher->OnInForce();
  }

  void Unwatch(const std::shared_ptr<RevocationWatcher>& watcher) override {
    std::lock_guard lock(mutex_);
    std::erase(watchers_, watcher);
  }

  // As after a gap.
  void SayInForce() {
    std::lock_guard lock(mutex_);
    for (const auto& watcher : watchers_) watcher->OnInForce();
  }

  // Since the last time.
  std::vector<std::string> TakeAnnounced() {
    std::lock_guard lock(mutex_);
    return std::exchange(announced_, {});
  }

  size_t watchers() {
    std::lock_guard lock(mutex_);
    return watchers_.size();
  }

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<RevocationWatcher>> watchers_;
  std::vector<std::string> announced_;
};

}  // namespace sail::session

#endif  // SAIL_SESSION_IN_MEMORY_REVOCATION_BUS_H_
