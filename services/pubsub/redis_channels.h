// The cluster bus's channels on Redis.
#ifndef SAIL_PUBSUB_REDIS_CHANNELS_H_
#define SAIL_PUBSUB_REDIS_CHANNELS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "platform/metrics/metrics.h"
#include "platform/redis/client.h"
#include "platform/redis/connection.h"
#include "platform/redis/event_loop.h"
#include "platform/redis/subscriber.h"
#include "services/pubsub/fan_out.h"
#include "services/pubsub/query_wire.h"

namespace sail::pubsub {

// Made, used and destroyed on the loop's thread; callbacks come there, none after the end.
class RedisChannels final : public Channels, public QueryWire {
 public:
  // The client outlives this. It may run on another loop.
  RedisChannels(platform::redis::EventLoop& loop, platform::redis::ConnectionOptions options,
                platform::redis::Client& client, platform::redis::Subscriber::Handlers handlers,
                platform::metrics::Registry& registry);
  ~RedisChannels() override;

  void Subscribe(std::vector<std::string> channels, std::function<void(absl::Status)> done) override;
  void Unsubscribe(std::vector<std::string> channels) override;
  bool connected() const override { return subscriber_.connected(); }
  void Publish(std::string channel, std::string payload) override;
  void CountSubscribers(std::vector<std::string> channels,
                        std::function<void(absl::StatusOr<std::vector<int64_t>>)> done) override;
  void ListChannels(std::string pattern,
                    std::function<void(absl::StatusOr<std::vector<std::string>>)> done) override;

 private:
  struct Door;
  using Reply = platform::redis::Reply;
  void Command(std::vector<std::string> args, std::function<void(absl::StatusOr<Reply>)> done);

  const std::shared_ptr<Door> door_;
  platform::redis::Client& client_;
  platform::redis::Subscriber subscriber_;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_REDIS_CHANNELS_H_
