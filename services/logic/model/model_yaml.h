// Model files: YAML with Waterline's attribute names, to declarations.
#ifndef SAIL_LOGIC_MODEL_MODEL_YAML_H_
#define SAIL_LOGIC_MODEL_MODEL_YAML_H_

#include <yaml-cpp/yaml.h>

#include <string>
#include <string_view>
#include <vector>

#include "services/logic/model/schema_builder.h"

namespace sail::logic {

// What holds for every model unless it says otherwise.
struct ModelDefaults {
  std::vector<AttributeDeclaration> attributes;
  bool cascade_on_destroy = true;
};

// Reads declarations and collects what is wrong with them. None of the functions throws.
class ModelYaml {
 public:
  // The application-wide part: the `models:` section of `file`. Without `attributes` in it createdAt,
  // updatedAt and an automatic number id.
  ModelDefaults ReadDefaults(const std::string& file, const std::string& text);

  // One model file; `identity` is its name in lower case.
  ModelDeclaration ReadModel(const std::string& file, const std::string& text, const std::string& identity,
                             const ModelDefaults& defaults);

  // "file:line: sentence"
  const std::vector<std::string>& errors() const { return errors_; }

 private:
  void ReadModelSettings(const YAML::Node& root, ModelDeclaration& model);
  void ReadAttributes(const YAML::Node& attributes, std::vector<AttributeDeclaration>& into);
  AttributeDeclaration ReadAttribute(const std::string& name, const YAML::Node& node);
  void ReadSetting(const std::string& key, const YAML::Node& value, AttributeDeclaration& declaration);
  void ReadType(const YAML::Node& value, AttributeDeclaration& declaration);
  void ReadDefault(const YAML::Node& value, AttributeDeclaration& declaration);
  void ReadRule(const std::string& name, const YAML::Node& argument, AttributeDeclaration& declaration);
  bool ReadBoolean(const YAML::Node& node, std::string_view name, bool fallback);
  std::string ReadText(const YAML::Node& node, std::string_view name);
  Place PlaceOf(const YAML::Node& node) const;
  void Fail(const YAML::Node& node, std::string sentence);

  std::string file_;
  std::vector<std::string> errors_;
};

}  // namespace sail::logic

#endif  // SAIL_LOGIC_MODEL_MODEL_YAML_H_
