#ifndef SAIL_LOGIC_API_APP_SETTINGS_H_
#define SAIL_LOGIC_API_APP_SETTINGS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "platform/policy/policy_table.h"

namespace sail::logic {

// What the application folder says besides its models (schema_loader.h): config.yaml's `blueprints`,
// `models.migrate` and `models.dataEncryptionKeys`, and policies.yaml.
struct AppSettings {
  // Which routes there are.
  bool rest = true;
  bool shortcuts = true;
  // Before every route, such as "/api"; rest_prefix only before the REST ones, after prefix.
  std::string prefix;
  std::string rest_prefix;

  // models.migrate: "alter", "safe" or "drop" as in Sails; empty if nothing is said. The service itself never
  // migrates when it starts.
  std::string migrate;

  // models.dataEncryptionKeys.default: base64 of 32 bytes; empty if there is none. A secret.
  std::string data_encryption_key;

  // policies.yaml. A gateway has asked the named policies before it calls; what is forbidden to everybody is
  // refused here once more, and programs are this service's own to judge (PolicyTable::AllowsProgram).
  platform::PolicyTable policies;

  // Whether the action ("user/find") may run for a gateway's client.
  bool Allows(std::string_view action) const;
};

// Missing files and keys leave the defaults. INVALID_ARGUMENT with the file's name for anything malformed.
absl::StatusOr<AppSettings> LoadAppSettings(const std::string& app_dir);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_API_APP_SETTINGS_H_
