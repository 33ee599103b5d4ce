#include "services/logic/model/schema_loader.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "services/logic/model/model_yaml.h"
#include "services/logic/model/schema_builder.h"
#include "services/logic/model/text.h"

namespace sail::logic {
namespace {

namespace fs = std::filesystem;

// The text of a file; empty if it cannot be read, and an error if it is there.
std::string ReadFile(const fs::path& path, const std::string& name, std::vector<std::string>& errors) {
  std::error_code error;
  if (!fs::exists(path, error)) return "";
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) errors.push_back(Concat(name, ":1: cannot be read"));
  return text.str();
}

bool IsIdentity(const std::string& name) {
  auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && (name[0] < '0' || name[0] > '9') && std::all_of(name.begin(), name.end(), plain);
}

std::vector<fs::path> ModelFiles(const fs::path& folder, std::error_code& error) {
  std::vector<fs::path> files;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::string extension = at->path().extension().string();
    if (extension == ".yaml" || extension == ".yml") files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

absl::StatusOr<Schema> LoadSchema(const std::string& app_dir) {
  std::error_code error;
  std::vector<fs::path> files = ModelFiles(fs::path(app_dir) / "models", error);
  if (error)
    return absl::NotFoundError(
        Concat("the models folder ", app_dir, "/models cannot be read: ", error.message()));
  std::vector<std::string> errors;
  ModelYaml yaml;
  ModelDefaults defaults =
      yaml.ReadDefaults("config.yaml", ReadFile(fs::path(app_dir) / "config.yaml", "config.yaml", errors));
  SchemaBuilder builder;
  std::vector<std::string> identities;
  for (const fs::path& path : files) {
    std::string name = Concat("models/", path.filename().string());
    std::string identity = path.stem().string();
    for (char& c : identity) c = c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
    if (!IsIdentity(identity)) {
      errors.push_back(Concat(name, ":1: the name of a model is made of letters, digits and _"));
    }
    if (std::find(identities.begin(), identities.end(), identity) != identities.end()) {
      errors.push_back(Concat(name, ":1: there is already a file for the model `", identity, "`"));
      continue;
    }
    identities.push_back(identity);
    builder.Add(yaml.ReadModel(name, ReadFile(path, name, errors), identity, defaults));
  }
  Schema schema;
  std::vector<std::string> linking = builder.Build(schema);
  errors.insert(errors.end(), yaml.errors().begin(), yaml.errors().end());
  errors.insert(errors.end(), linking.begin(), linking.end());
  if (!errors.empty()) return absl::InvalidArgumentError(Join(errors, "\n"));
  return schema;
}

}  // namespace sail::logic
