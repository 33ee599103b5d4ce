// Sessions in this process's memory: for tests. It passes the same contract tests as the Redis store.
#ifndef SAIL_SESSION_IN_MEMORY_SESSION_STORE_H_
#define SAIL_SESSION_IN_MEMORY_SESSION_STORE_H_

#include <functional>
#include <mutex>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "services/session/session_store.h"

namespace sail::session {

// Callbacks run before the call returns, without the store's lock.
class InMemorySessionStore final : public SessionStore {
 public:
  explicit InMemorySessionStore(std::function<absl::Time()> clock) : clock_(std::move(clock)) {}

  void Read(const std::string& id, absl::Duration timeout, ReadDone done) override;
  void Insert(const std::string& id, std::string text, absl::Duration ttl, absl::Duration timeout,
              WriteDone done) override;
  void Swap(const std::string& id, std::string expected, std::string desired, absl::Duration ttl,
            absl::Duration timeout, SwapDone done) override;
  void Touch(const std::string& id, absl::Duration ttl, absl::Duration timeout, WriteDone done) override;
  void Remove(const std::string& id, absl::Duration timeout, ReadDone done) override;

 private:
  struct Entry {
    std::string text;
    absl::Time expires;
  };
  // These two with the mutex held.
  Entry* Find(const std::string& id);
  absl::StatusOr<SwapResult> SwapLocked(const std::string& id, const std::string& expected,
                                        std::string desired, absl::Duration ttl);

  const std::function<absl::Time()> clock_;
  std::mutex mutex_;
  absl::flat_hash_map<std::string, Entry> entries_;
};

}  // namespace sail::session

#endif  // SAIL_SESSION_IN_MEMORY_SESSION_STORE_H_
