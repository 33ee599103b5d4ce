// Tells every replica of this service, and who watches it, which sessions were revoked.
#ifndef SAIL_SESSION_REVOCATION_BUS_H_
#define SAIL_SESSION_REVOCATION_BUS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace sail::session {

// Called by one thread at a time; must not block.
class RevocationWatcher {
 public:
  virtual ~RevocationWatcher() = default;
  // From now on nothing is missed; what was announced before may have been. Again after each gap.
  virtual void OnInForce() = 0;
  virtual void OnRevoked(const std::vector<std::string>& session_ids) = 0;
};

// Thread-safe. An announcement reaches each watcher that is in force at most once, in order; a watcher that
// may have missed one is told.
class RevocationBus {
 public:
  using WriteDone = std::function<void(absl::Status)>;

  virtual ~RevocationBus() = default;

  // Errors: UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED; it may have been announced all the same.
  virtual void Announce(const std::vector<std::string>& session_ids, absl::Duration timeout,
                        WriteDone done) = 0;

  virtual void Watch(std::shared_ptr<RevocationWatcher> watcher) = 0;
  // The watcher may still be called by what is under way.
  virtual void Unwatch(const std::shared_ptr<RevocationWatcher>& watcher) = 0;
};

}  // namespace sail::session

#endif  // SAIL_SESSION_REVOCATION_BUS_H_
