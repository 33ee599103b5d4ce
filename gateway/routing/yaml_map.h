#ifndef SAIL_GATEWAY_ROUTING_YAML_MAP_H_
#define SAIL_GATEWAY_ROUTING_YAML_MAP_H_

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace sail::gateway {

// The problems of one file, so that all of them are told at once: "app/config.yaml:12: http.bodyLimit: …".
class YamlProblems {
 public:
  explicit YamlProblems(std::string file) : file_(std::move(file)) {}

  void Add(const YAML::Node& where, std::string_view what);
  void Add(const YAML::Mark& where, std::string_view what);
  bool empty() const { return problems_.empty(); }
  // OK, or INVALID_ARGUMENT with one problem a line.
  absl::Status status() const;

 private:
  const std::string file_;
  std::vector<std::string> problems_;
};

// A map of a YAML file, read key by key into typed variables. A key that is missing or null leaves its
// variable as it is; a value of the wrong kind, a repeated key, and (in CheckUnknown) a key that nobody asked
// for are problems. For the sources of this package alone, since it shows yaml-cpp.
class YamlMap {
 public:
  // `path` names the map in messages: "session.cookie". A node that is null or missing is an empty map.
  YamlMap(YAML::Node node, std::string path, YamlProblems* problems);

  void Boolean(std::string_view key, bool* value);
  void Integer(std::string_view key, int64_t min, int64_t max, int64_t* value);
  void String(std::string_view key, std::string* value);
  // One of these words, compared without case; the variable gets the word's spelling here.
  void Word(std::string_view key, const std::vector<std::string_view>& words, std::string* value);
  // A sequence of strings, or one string with commas.
  void Strings(std::string_view key, std::vector<std::string>* value);
  YamlMap Map(std::string_view key);

  // The value of a key for what has no type of its own here; marks it as known.
  std::optional<YAML::Node> Take(std::string_view key);
  void Problem(std::string_view key, std::string_view what);
  void CheckUnknown();

  bool Has(std::string_view key) const;

 private:
  std::string PathOf(std::string_view key) const;

  YAML::Node node_;
  const std::string path_;
  YamlProblems* const problems_;
  std::set<std::string> known_;
};

// A file's document. Whatever yaml-cpp has against it becomes a problem; a null node follows.
YAML::Node ParseYaml(const std::string& text, YamlProblems* problems);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ROUTING_YAML_MAP_H_
