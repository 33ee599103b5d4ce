#include <cstdlib>

#include "platform/config/config_reader.h"
#include "platform/log/log.h"
#include "platform/metrics/metrics.h"
#include "platform/redis/client.h"
#include "platform/redis/event_loop.h"
#include "platform/server/server.h"
#include "services/pubsub/cluster_bus.h"
#include "services/pubsub/directory_service.h"
#include "services/pubsub/publisher.h"
#include "services/pubsub/pubsub_config.h"
#include "services/pubsub/pubsub_service.h"
#include "services/pubsub/server_emitter.h"

int main() {
  namespace platform = sail::platform;
  using namespace sail::pubsub;

  platform::ConfigReader reader = platform::ConfigReader::FromEnvironment();
  const platform::ServerOptions server_options =
      platform::ReadServerOptions("pubsub", "0.0.0.0:50052", reader);
  const absl::StatusOr<PubSubConfig> config = ReadPubSubConfig(reader);
  if (!config.ok()) {
    platform::Log(platform::Severity::kError, "bad settings",
                  {{"error", std::string(config.status().message())}});
    return EXIT_FAILURE;
  }

  platform::metrics::Registry registry;
  platform::Server server(server_options, registry);
  const ChannelNames names(config->key_prefix);
  FreshRooms fresh;
  platform::redis::EventLoop loop;
  platform::redis::Client redis(loop, config->redis, registry, PubSubScripts());
  const std::string uid = NewBusUid();
  Publisher publisher(redis, names, uid, fresh, config->history, registry);
  ServerEmitter emitter(redis, names, uid);
  RedisHistory history(redis, names, config->history, config->max_timeout, registry);
  RecoverySessions sessions(redis, names, config->max_timeout);
  const bool recovers = config->history.on();
  ClusterBus bus(config->redis.connection, names, uid, redis, fresh, recovers ? &history : nullptr, registry);
  PubSubService service(
      {bus, publisher, emitter, recovers ? &history : nullptr, recovers ? &sessions : nullptr, names},
      config->max_timeout, registry);
  server.AddService(service.service());
  DirectoryService directory(redis, config->max_timeout);
  server.AddService(directory.service());
  server.OnDrain([&service](absl::Time) { service.CloseLinks(); });
  if (absl::Status status = server.Start(); !status.ok()) {
    platform::Log(platform::Severity::kError, "cannot start", {{"error", std::string(status.message())}});
    return EXIT_FAILURE;
  }
  return server.Run();
}
