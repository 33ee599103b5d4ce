#include "services/logic/api/app_settings.h"

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <utility>

#include "absl/status/status.h"
#include "services/logic/model/text.h"

namespace sail::logic {
namespace {

void ReadConfig(const YAML::Node& config, AppSettings* settings) {
  if (const YAML::Node blueprints = config["blueprints"]; blueprints && blueprints.IsMap()) {
    settings->rest = blueprints["rest"].as<bool>(settings->rest);
    settings->shortcuts = blueprints["shortcuts"].as<bool>(settings->shortcuts);
    settings->prefix = blueprints["prefix"].as<std::string>("");
    settings->rest_prefix = blueprints["restPrefix"].as<std::string>("");
  }
  const YAML::Node models = config["models"];
  if (!models || !models.IsMap()) return;
  settings->migrate = models["migrate"].as<std::string>("");
  if (models["dataEncryptionKeys"] && models["dataEncryptionKeys"].IsMap()) {
    settings->data_encryption_key = models["dataEncryptionKeys"]["default"].as<std::string>("");
  }
}

absl::Status ReadFile(const std::string& path, void (*read)(const YAML::Node&, AppSettings*),
                      AppSettings* settings) {
  if (!std::filesystem::exists(path)) return absl::OkStatus();
  try {
    const YAML::Node file = YAML::LoadFile(path);
    if (!file.IsNull()) read(file, settings);
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(Concat(path, ": ", error.what()));
  }
  return absl::OkStatus();
}

}  // namespace

bool AppSettings::Allows(std::string_view action) const {
  return policies.Find(action).kind != platform::Policy::Kind::kDeny;
}

absl::StatusOr<AppSettings> LoadAppSettings(const std::string& app_dir) {
  AppSettings settings;
  absl::Status status = ReadFile(app_dir + "/config.yaml", ReadConfig, &settings);
  if (!status.ok()) return status;
  absl::StatusOr<platform::PolicyTable> policies = platform::PolicyTable::Load(app_dir + "/policies.yaml");
  if (!policies.ok()) return policies.status();
  settings.policies = *std::move(policies);
  for (std::string* prefix : {&settings.prefix, &settings.rest_prefix}) {
    if (!prefix->empty() && prefix->front() != '/') prefix->insert(prefix->begin(), '/');
  }
  return settings;
}

}  // namespace sail::logic
