#include "services/logic/api/app_settings.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>

#include "absl/status/status.h"
#include "services/logic/model/text.h"

namespace sail::logic {
namespace {

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

void ReadConfig(const YAML::Node& config, AppSettings* settings) {
  if (const YAML::Node blueprints = config["blueprints"]; blueprints && blueprints.IsMap()) {
    settings->rest = blueprints["rest"].as<bool>(settings->rest);
    settings->shortcuts = blueprints["shortcuts"].as<bool>(settings->shortcuts);
    settings->prefix = blueprints["prefix"].as<std::string>("");
    settings->rest_prefix = blueprints["restPrefix"].as<std::string>("");
  }
  const YAML::Node models = config["models"];
  if (models && models.IsMap() && models["dataEncryptionKeys"] && models["dataEncryptionKeys"].IsMap()) {
    settings->data_encryption_key = models["dataEncryptionKeys"]["default"].as<std::string>("");
  }
}

void ReadPolicies(const YAML::Node& policies, AppSettings* settings) {
  for (const auto& entry : policies) {
    settings->policies[LowerCase(entry.first.as<std::string>())] = entry.second.as<bool>();
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
  const std::string controller = Concat(action.substr(0, action.rfind('/')), "/*");
  for (const std::string_view name : {action, std::string_view(controller), std::string_view("*")}) {
    const auto policy = policies.find(name);
    if (policy != policies.end()) return policy->second;
  }
  return true;
}

absl::StatusOr<AppSettings> LoadAppSettings(const std::string& app_dir) {
  AppSettings settings;
  absl::Status status = ReadFile(app_dir + "/config.yaml", ReadConfig, &settings);
  if (status.ok()) status = ReadFile(app_dir + "/policies.yaml", ReadPolicies, &settings);
  if (!status.ok()) return status;
  for (std::string* prefix : {&settings.prefix, &settings.rest_prefix}) {
    if (!prefix->empty() && prefix->front() != '/') prefix->insert(prefix->begin(), '/');
  }
  return settings;
}

}  // namespace sail::logic
