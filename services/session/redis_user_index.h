// The sessions of users in Redis.
#ifndef SAIL_SESSION_REDIS_USER_INDEX_H_
#define SAIL_SESSION_REDIS_USER_INDEX_H_

#include <cstdint>
#include <string>
#include <vector>

#include "platform/redis/client.h"
#include "platform/redis/script.h"
#include "services/session/user_index.h"

namespace sail::session {

// Two keys for each user, "sail:sess:user:7" and "sail:sess:seen:7": "sail:" comes first, as connect-redis
// takes whatever begins with its own prefix for a session. They live as long as the user's last session.
class RedisUserIndex final : public UserIndex {
 public:
  // session_key_prefix: connect-redis's "sess:". max_sessions: of one user. The client outlives the index.
  RedisUserIndex(platform::redis::Client& client, const std::string& session_key_prefix,
                 int64_t max_sessions);

  // For the client to load when it connects.
  static const platform::redis::Script& AddScript();
  static const platform::redis::Script& ListScript();

  void Add(const std::string& user, const std::string& session_id, absl::Duration ttl, absl::Duration timeout,
           AddDone done) override;
  void Remove(const std::string& user, const std::vector<std::string>& session_ids, absl::Duration timeout,
              WriteDone done) override;
  void List(const std::string& user, absl::Duration timeout, ListDone done) override;

 private:
  std::string SessionsKey(const std::string& user) const { return prefix_ + "user:" + user; }
  std::string SeenKey(const std::string& user) const { return prefix_ + "seen:" + user; }

  platform::redis::Client& client_;
  const std::string prefix_;
  const int64_t max_sessions_;
};

}  // namespace sail::session

#endif  // SAIL_SESSION_REDIS_USER_INDEX_H_
