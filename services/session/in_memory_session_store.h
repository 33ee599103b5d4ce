// Sessions in this process's memory: for tests. It passes the same contract tests as the Redis store.
#ifndef SAIL_SESSION_IN_MEMORY_SESSION_STORE_H_
#define SAIL_SESSION_IN_MEMORY_SESSION_STORE_H_

#include <functional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
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
  void Remove(const std::string& id, absl::Duration timeout, WriteDone done) override;

 private:
  struct Entry {
    std::string text;
    absl::Time expires;
  };
  Entry* Find(const std::string& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<SwapResult> SwapLocked(const std::string& id, const std::string& expected,
                                        std::string desired, absl::Duration ttl)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::function<absl::Time()> clock_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sail::session

#endif  // SAIL_SESSION_IN_MEMORY_SESSION_STORE_H_
