// The index of users' sessions in this process's memory, for tests. It passes the same contract tests as the
// one in Redis.
#ifndef SAIL_SESSION_IN_MEMORY_USER_INDEX_H_
#define SAIL_SESSION_IN_MEMORY_USER_INDEX_H_

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "services/session/user_index.h"

namespace sail::session {

// Callbacks run before the call returns, without the index's lock.
class InMemoryUserIndex final : public UserIndex {
 public:
  InMemoryUserIndex(std::function<absl::Time()> clock, size_t max_sessions)
      : clock_(std::move(clock)), max_sessions_(max_sessions) {}

  void Add(const std::string& user, const std::string& session_id, absl::Duration ttl, absl::Duration,
           AddDone done) override;
  void Remove(const std::string& user, const std::vector<std::string>& session_ids, absl::Duration,
              WriteDone done) override;
  void List(const std::string& user, absl::Duration, ListDone done) override;

 private:
  const std::function<absl::Time()> clock_;
  const size_t max_sessions_;
  std::mutex mutex_;
  std::map<std::string, std::vector<Entry>> users_;
};

}  // namespace sail::session

#endif  // SAIL_SESSION_IN_MEMORY_USER_INDEX_H_
