// The logic service: models, blueprint actions, change events.
#include "platform/config/config_reader.h"
#include "platform/log/log.h"
#include "platform/metrics/metrics.h"
#include "platform/postgres/pool.h"
#include "platform/server/server.h"
#include "platform/text/string_view.h"
#include "services/logic/api/action_service.h"
#include "services/logic/api/record_service.h"
#include "services/logic/events/outbox_relay.h"
#include "services/logic/events/pubsub_publisher.h"
#include "services/logic/logic_config.h"
#include "services/logic/store/schema_readiness.h"

namespace sail::logic {
namespace {

int Fail(const absl::Status& status) {
  platform::Log(platform::Severity::kError, platform::ToStd(status.message()));
  return 1;
}

int Main(int argc, char** argv) {
  platform::SetLogProcess("logic");
  platform::ConfigReader reader = platform::ConfigReader::FromEnvironment();
  if (argc > 1) return MigrateMain(reader, argv[1]);
  const LogicConfig config = ReadLogicConfig(reader);
  const platform::ServerOptions options = platform::ReadServerOptions("logic", "0.0.0.0:50053", reader);
  if (!reader.status().ok()) return Fail(reader.status());
  const absl::StatusOr<Application> app = LoadApplication(config.app_dir);
  if (!app.ok()) return Fail(app.status());
  if (absl::Status status = CheckProduction(config, *app); !status.ok()) return Fail(status);
  const DataEncryption* encryption = app->encryption ? &*app->encryption : nullptr;

  platform::metrics::Registry metrics;
  platform::Server server(options, metrics);
  SchemaReadiness readiness(config.postgres_url, app->schema);
  OutboxRelay relay(config.postgres_url, MakePublisher(config.pubsub_target), metrics);
  platform::postgres::Pool pool(
      {.url = config.postgres_url, .size = config.pool_size, .slow_statement = config.slow_query}, metrics);
  RecordActions records(app->schema, pool, [&relay] { relay.Wake(); });
  BlueprintActions blueprints(records, app->settings, encryption, metrics);
  ActionServices actions(blueprints, app->schema, app->settings);
  const std::shared_ptr<grpc::Service> record_service = MakeRecordService(records, app->settings, encryption);

  server.AddService(actions.unary.get());
  server.AddService(actions.stream.get());
  server.AddService(record_service.get());
  server.AddReadiness("schema", [&readiness] { return readiness.ready(); });
  if (absl::Status status = server.Start(); !status.ok()) return Fail(status);
  return server.Run();
}

}  // namespace
}  // namespace sail::logic

int main(int argc, char** argv) { return sail::logic::Main(argc, argv); }
