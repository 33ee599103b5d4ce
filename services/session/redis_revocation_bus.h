// Revocations over a Redis channel.
#ifndef SAIL_SESSION_REDIS_REVOCATION_BUS_H_
#define SAIL_SESSION_REDIS_REVOCATION_BUS_H_

#include <memory>
#include <string>
#include <vector>

#include "platform/metrics/metrics.h"
#include "platform/redis/client.h"
#include "platform/redis/connection.h"
#include "platform/redis/event_loop.h"
#include "platform/redis/subscriber.h"
#include "services/session/revocation_bus.h"

namespace sail::session {

// The channel is "sail:sess:revoked"; a message is ids with spaces between. Watchers are called on the loop.
// While the connection is down a new watcher is not in force; the others are told when it is back.
class RedisRevocationBus final : public RevocationBus {
 public:
  // session_key_prefix: connect-redis's "sess:". The loop and the client outlive the bus.
  RedisRevocationBus(platform::redis::EventLoop& loop, platform::redis::Client& client,
                     platform::redis::ConnectionOptions options, const std::string& session_key_prefix,
                     platform::metrics::Registry& registry);
  // No watcher is called after this.
  ~RedisRevocationBus() override;

  void Announce(const std::vector<std::string>& session_ids, absl::Duration timeout, WriteDone done) override;
  void Watch(std::shared_ptr<RevocationWatcher> watcher) override;
  void Unwatch(const std::shared_ptr<RevocationWatcher>& watcher) override;

 private:
  // Belongs to the loop's thread.
  struct Watchers {
    std::vector<std::shared_ptr<RevocationWatcher>> all;
    bool in_force = false;

    void SetInForce();
    void OnMessage(std::string_view payload);
  };

  platform::redis::EventLoop& loop_;
  platform::redis::Client& client_;
  const std::string channel_;
  platform::metrics::Gauge* const watching_;
  const std::shared_ptr<Watchers> watchers_;
  // Last: its handlers use the above.
  std::unique_ptr<platform::redis::Subscriber> subscriber_;
};

}  // namespace sail::session

#endif  // SAIL_SESSION_REDIS_REVOCATION_BUS_H_
