// The pubsub service's settings.
#ifndef SAIL_PUBSUB_PUBSUB_CONFIG_H_
#define SAIL_PUBSUB_PUBSUB_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "platform/config/config_reader.h"
#include "platform/redis/client.h"
#include "services/pubsub/redis_history.h"

namespace sail::pubsub {

struct PubSubConfig {
  platform::redis::ClientOptions redis;
  // The Socket.IO adapter's "key".
  std::string key_prefix;
  // No publish takes longer.
  absl::Duration max_timeout;
  HistoryOptions history;
};

// SAIL_REDIS_URL (required), SAIL_REDIS_CA_FILE, SAIL_PUBSUB_KEY_PREFIX (socket.io), SAIL_PUBSUB_TIMEOUT_MS
// (2000), SAIL_PUBSUB_HISTORY_MS (0: no history), SAIL_PUBSUB_HISTORY_MESSAGES (of one room, 250000).
// INVALID_ARGUMENT names every mistake, also those that the reader found before.
absl::StatusOr<PubSubConfig> ReadPubSubConfig(platform::ConfigReader& reader);

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_PUBSUB_CONFIG_H_
