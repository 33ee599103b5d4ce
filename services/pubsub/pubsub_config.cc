#include "services/pubsub/pubsub_config.h"

#include <utility>

#include "platform/redis/redis_url.h"
#include "services/pubsub/channel_names.h"

namespace sail::pubsub {

absl::StatusOr<PubSubConfig> ReadPubSubConfig(platform::ConfigReader& reader) {
  PubSubConfig config;
  const std::string url = reader.Url("SAIL_REDIS_URL", "");
  config.redis.connection.ca_file = reader.String("SAIL_REDIS_CA_FILE", "");
  config.redis.connection.client_name = "sail-pubsub";
  config.redis.metrics_name = "publish";
  config.key_prefix = reader.String("SAIL_PUBSUB_KEY_PREFIX", ChannelNames::kDefaultPrefix);
  config.max_timeout = reader.Milliseconds("SAIL_PUBSUB_TIMEOUT_MS", absl::Seconds(2), absl::Milliseconds(10),
                                           absl::Minutes(1));
  config.history.kept = reader.Milliseconds("SAIL_PUBSUB_HISTORY_MS", absl::ZeroDuration(),
                                            absl::ZeroDuration(), absl::Hours(24));
  config.history.most_messages = reader.Integer("SAIL_PUBSUB_HISTORY_MESSAGES", 250'000, 100, 10'000'000);
  if (absl::Status status = reader.status(); !status.ok()) return status;
  absl::StatusOr<platform::redis::RedisUrl> parsed = platform::redis::ParseRedisUrl(url);
  if (!parsed.ok())
    return absl::InvalidArgumentError("SAIL_REDIS_URL: " + std::string(parsed.status().message()));
  config.redis.connection.url = *std::move(parsed);
  if (config.history.on())
    config.redis.on_connect = {RedisHistory::OnConnect(ChannelNames(config.key_prefix))};
  return config;
}

}  // namespace sail::pubsub
