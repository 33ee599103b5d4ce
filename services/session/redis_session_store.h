// Sessions in Redis, under the keys and with the values of connect-redis.
#ifndef SAIL_SESSION_REDIS_SESSION_STORE_H_
#define SAIL_SESSION_REDIS_SESSION_STORE_H_

#include <string>

#include "platform/redis/client.h"
#include "platform/redis/script.h"
#include "services/session/session_store.h"

namespace sail::session {

// Each operation is one command: GET, SET NX, a script that compares and sets, EXPIRE, GETDEL as a script.
// Callbacks run on the client's loop. The client outlives the store's operations.
class RedisSessionStore final : public SessionStore {
 public:
  // key_prefix: connect-redis's "sess:".
  RedisSessionStore(platform::redis::Client& client, std::string key_prefix);

  // For the client to load when it connects.
  static const platform::redis::Script& SwapScript();
  static const platform::redis::Script& TakeScript();

  void Read(const std::string& id, absl::Duration timeout, ReadDone done) override;
  void Insert(const std::string& id, std::string text, absl::Duration ttl, absl::Duration timeout,
              WriteDone done) override;
  void Swap(const std::string& id, std::string expected, std::string desired, absl::Duration ttl,
            absl::Duration timeout, SwapDone done) override;
  void Touch(const std::string& id, absl::Duration ttl, absl::Duration timeout, WriteDone done) override;
  void Remove(const std::string& id, absl::Duration timeout, ReadDone done) override;

 private:
  platform::redis::Client& client_;
  const std::string key_prefix_;
};

}  // namespace sail::session

#endif  // SAIL_SESSION_REDIS_SESSION_STORE_H_
