#include "services/logic/logic_config.h"

#include <gtest/gtest.h>

#include <map>

#include "platform/config/config_reader.h"

namespace sail::logic {
namespace {

LogicConfig Read(std::map<std::string, std::string> environment) {
  environment.insert({{"SAIL_POSTGRES_URL", "postgresql:///x"},
                      {"SAIL_APP_DIR", "/srv/app"},
                      {"SAIL_PUBSUB_TARGET", "localhost:1"}});
  platform::ConfigReader reader([&](const std::string& name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    if (found == environment.end()) return std::nullopt;
    return found->second;
  });
  LogicConfig config = ReadLogicConfig(reader);
  EXPECT_TRUE(reader.status().ok()) << reader.status();
  return config;
}

Application Migrating(const std::string& mode) {
  Application application;
  application.settings.migrate = mode;
  return application;
}

TEST(CheckProduction, RefusesToServeModelsThatMigrateThemselves) {
  for (const char* mode : {"alter", "drop", "Safe"}) {
    const absl::Status status = CheckProduction(Read({{"SAIL_ENV", "production"}}), Migrating(mode));
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(
        std::string(status.message()).find("/srv/app/config.yaml: models.migrate is " + std::string(mode)),
        std::string::npos)
        << status;
  }
}

TEST(CheckProduction, AcceptsSafeAndNothing) {
  for (const char* mode : {"safe", ""}) {
    EXPECT_TRUE(CheckProduction(Read({{"SAIL_ENV", "production"}}), Migrating(mode)).ok());
  }
}

TEST(CheckProduction, LeavesDevelopmentAlone) {
  EXPECT_TRUE(CheckProduction(Read({}), Migrating("alter")).ok());
  EXPECT_TRUE(CheckProduction(Read({{"SAIL_ENV", "development"}}), Migrating("alter")).ok());
}

}  // namespace
}  // namespace sail::logic
