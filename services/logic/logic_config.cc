#include "services/logic/logic_config.h"

#include <cstdio>
#include <utility>

#include "platform/config/config_reader.h"
#include "services/logic/actions/bootstrap.h"
#include "services/logic/model/schema_loader.h"
#include "services/logic/store/schema_migrator.h"

namespace sail::logic {
namespace {

std::string RequiredUrl(platform::ConfigReader& reader) {
  std::string url = reader.Url("SAIL_POSTGRES_URL", "");
  if (url.empty()) reader.Required("SAIL_POSTGRES_URL");  // the mistake
  return url;
}

}  // namespace

LogicConfig ReadLogicConfig(platform::ConfigReader& reader) {
  LogicConfig config;
  config.postgres_url = RequiredUrl(reader);
  config.app_dir = reader.Required("SAIL_APP_DIR");
  config.pubsub_target = reader.Required("SAIL_PUBSUB_TARGET");
  config.pool_size = static_cast<int>(reader.Integer("SAIL_POSTGRES_POOL_SIZE", 8, 1, 200));
  const int64_t slow_query_ms = reader.Integer("SAIL_SLOW_QUERY_MS", 200, 0, 3'600'000);
  config.slow_query = slow_query_ms == 0 ? absl::InfiniteDuration() : absl::Milliseconds(slow_query_ms);
  const std::string environment = reader.String("SAIL_ENV", "development");
  if (environment != "development" && environment != "production") {
    reader.Reject("SAIL_ENV", "must be development or production");
  }
  config.production = environment == "production";
  return config;
}

absl::Status CheckProduction(const LogicConfig& config, const Application& application) {
  const std::string& migrate = application.settings.migrate;
  if (!config.production || migrate.empty() || migrate == "safe") return absl::OkStatus();
  return absl::InvalidArgumentError(
      config.app_dir + "/config.yaml: models.migrate is " + migrate +
      ", but where SAIL_ENV is production it must be safe: run logic_server --migrate=alter as a step of the "
      "deployment instead.");
}

absl::StatusOr<Application> LoadApplication(const std::string& app_dir) {
  Application application;
  absl::StatusOr<Schema> schema = LoadSchema(app_dir);
  if (!schema.ok()) return schema.status();
  application.schema = *std::move(schema);
  absl::StatusOr<AppSettings> settings = LoadAppSettings(app_dir);
  if (!settings.ok()) return settings.status();
  application.settings = *std::move(settings);
  if (!application.settings.data_encryption_key.empty()) {
    absl::StatusOr<DataEncryption> encryption =
        DataEncryption::Create(application.settings.data_encryption_key);
    if (!encryption.ok()) return encryption.status();
    application.encryption = *std::move(encryption);
  }
  return application;
}

int MigrateMain(platform::ConfigReader& reader, const std::string& argument) {
  const bool alter = argument == "--migrate=alter";
  if (!alter && argument != "--migrate=safe") {
    fprintf(stderr, "usage: logic_server [--migrate=alter|safe]\n");
    return 2;
  }
  const std::string url = RequiredUrl(reader);
  const std::string app_dir = reader.Required("SAIL_APP_DIR");
  absl::Status status = reader.status();
  if (status.ok()) {
    const absl::StatusOr<Application> application = LoadApplication(app_dir);
    status = application.status();
    if (status.ok()) {
      auto done =
          Migrate(url, application->schema, app_dir, alter ? MigrateMode::kAlter : MigrateMode::kSafe);
      status = done.status();
      if (status.ok()) {
        const DataEncryption* encryption = application->encryption ? &*application->encryption : nullptr;
        const auto created = Bootstrap(url, application->schema, app_dir, encryption);
        status = created.status();
        if (created.ok()) done->insert(done->end(), created->begin(), created->end());
        for (const std::string& sentence : *done) printf("%s\n", sentence.c_str());
        if (done->empty()) printf("The database is up to date.\n");
      }
    }
  }
  if (!status.ok()) fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return status.ok() ? 0 : 1;
}

}  // namespace sail::logic
