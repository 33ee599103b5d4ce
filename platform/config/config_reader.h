// Settings from the environment, typed and checked, with all mistakes reported at once.
//
//   ConfigReader reader = ConfigReader::FromEnvironment();
//   options.address = reader.String("SAIL_GRPC_ADDRESS", "0.0.0.0:50051");
//   options.timeout = reader.Milliseconds("SAIL_REDIS_TIMEOUT_MS", absl::Seconds(1), absl::Milliseconds(1),
//   absl::Minutes(1)); if (!reader.status().ok()) ...
//
// A name has its unit as a suffix (_MS, _SECONDS, _BYTES). The file that SAIL_CONFIG_FILE names, if any, has
// lines NAME=value ("#" starts a comment line); the environment wins over it. Not thread-safe; used in main
// before threads.
#ifndef SAIL_PLATFORM_CONFIG_CONFIG_READER_H_
#define SAIL_PLATFORM_CONFIG_CONFIG_READER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace sail::platform {

class ConfigReader {
 public:
  // Gives the value of a name, or nothing.
  using Lookup = std::function<std::optional<std::string>(const std::string& name)>;

  explicit ConfigReader(Lookup lookup) : lookup_(std::move(lookup)) {}
  static ConfigReader FromEnvironment();

  std::string String(const std::string& name, std::string_view default_value);
  // An error when it is missing or empty.
  std::string Required(const std::string& name);
  // As String, but Settings() shows only whether it is set.
  std::string Secret(const std::string& name, std::string_view default_value);
  // A URL that may hold a password, which Settings() leaves out.
  std::string Url(const std::string& name, std::string_view default_value);
  int64_t Integer(const std::string& name, int64_t default_value, int64_t least, int64_t most);
  // A whole number of milliseconds.
  absl::Duration Milliseconds(const std::string& name, absl::Duration default_value, absl::Duration least,
                              absl::Duration most);
  // true or false, 1 or 0.
  bool Boolean(const std::string& name, bool default_value);
  // Separated by commas, white space around the items dropped, empty items too.
  std::vector<std::string> List(const std::string& name, std::string_view default_value);

  // As List, for secrets.
  std::vector<std::string> SecretList(const std::string& name);

  // Adds a mistake that the caller found: Reject("SAIL_LOG_LEVEL", "must be debug, info, warning or error").
  void Reject(const std::string& name, std::string_view what) { Mistake(name, what); }

  // INVALID_ARGUMENT with one sentence for each mistake found so far.
  absl::Status status() const;

  // Every setting read so far with the value in force, secrets redacted: for the log line at the start.
  const std::map<std::string, std::string>& Settings() const { return settings_; }

 private:
  std::optional<std::string> Find(const std::string& name) const;
  void Mistake(const std::string& name, std::string_view what);

  Lookup lookup_;
  std::vector<std::string> mistakes_;
  std::map<std::string, std::string> settings_;
};

// The settings in a text of NAME=value lines. Errors: INVALID_ARGUMENT with the line's number.
absl::Status ParseSettings(std::string_view text, std::map<std::string, std::string>* settings);

}  // namespace sail::platform

#endif  // SAIL_PLATFORM_CONFIG_CONFIG_READER_H_
