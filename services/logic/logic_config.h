#ifndef SAIL_LOGIC_LOGIC_CONFIG_H_
#define SAIL_LOGIC_LOGIC_CONFIG_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/logic/api/app_settings.h"
#include "services/logic/model/data_encryption.h"
#include "services/logic/model/schema.h"

namespace sail::platform {
class ConfigReader;
}

namespace sail::logic {

// The service's settings from the environment (see the README).
struct LogicConfig {
  std::string postgres_url;
  std::string app_dir;
  std::string pubsub_target;
  int pool_size = 8;
  absl::Duration slow_query = absl::Milliseconds(200);
  bool production = false;  // SAIL_ENV
};

// Mistakes are in the reader's status.
LogicConfig ReadLogicConfig(platform::ConfigReader& reader);

// The application folder.
struct Application {
  Schema schema;
  AppSettings settings;
  // Unset: no key.
  std::optional<DataEncryption> encryption;
};
absl::StatusOr<Application> LoadApplication(const std::string& app_dir);

// INVALID_ARGUMENT for an application that must not be served so in production: models.migrate other than
// safe.
absl::Status CheckProduction(const LogicConfig& config, const Application& application);

// logic_server --migrate=alter|safe: brings the database up to date and prints what was done. The exit
// status.
int MigrateMain(platform::ConfigReader& reader, const std::string& argument);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_LOGIC_CONFIG_H_
