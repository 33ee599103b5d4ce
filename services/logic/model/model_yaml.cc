#include "services/logic/model/model_yaml.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <utility>

#include "services/logic/model/coercion.h"
#include "services/logic/model/js_value.h"
#include "services/logic/model/text.h"
#include "services/logic/model/yaml_json.h"

namespace sail::logic {
namespace {

namespace json = boost::json;

constexpr std::pair<std::string_view, AttributeType> kTypes[] = {{"string", AttributeType::kString},
                                                                 {"number", AttributeType::kNumber},
                                                                 {"boolean", AttributeType::kBoolean},
                                                                 {"json", AttributeType::kJson},
                                                                 {"ref", AttributeType::kRef}};

// Settings that say something about the attribute to people and not to us.
constexpr std::string_view kDocumentation[] = {"description", "extendedDescription", "moreInfoUrl",
                                               "example"};

constexpr std::string_view kDefaultAttributes =
    "models: {attributes: {createdAt: {type: number, autoCreatedAt: true}, updatedAt: {type: number, "
    "autoUpdatedAt: "
    "true}, id: {type: number, autoIncrement: true}}}";

std::string LowerCase(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
  return text;
}

// The root of a document; a null node and an error if it cannot be read.
YAML::Node Parse(const std::string& file, const std::string& text, std::vector<std::string>& errors) {
  try {
    return YAML::Load(text);
  } catch (const YAML::Exception& e) {
    errors.push_back(Concat(file, ":", std::to_string(e.mark.line + 1), ": not YAML: ", e.msg));
    return YAML::Node();
  }
}

}  // namespace

Place ModelYaml::PlaceOf(const YAML::Node& node) const {
  return {file_, node.IsDefined() ? node.Mark().line + 1 : 1};
}

void ModelYaml::Fail(const YAML::Node& node, std::string sentence) {
  errors_.push_back(Concat(file_, ":", std::to_string(PlaceOf(node).line), ": ", sentence));
}

bool ModelYaml::ReadBoolean(const YAML::Node& node, std::string_view name, bool fallback) {
  json::value value = YamlToJson(node);
  if (value.is_bool()) return value.get_bool();
  Fail(node, Concat(name, " is true or false"));
  return fallback;
}

std::string ModelYaml::ReadText(const YAML::Node& node, std::string_view name) {
  if (node.IsScalar() && !node.Scalar().empty()) return node.Scalar();
  Fail(node, Concat(name, " is a name"));
  return "";
}

void ModelYaml::ReadType(const YAML::Node& value, AttributeDeclaration& declaration) {
  declaration.has_type = true;
  std::string name = value.IsScalar() ? value.Scalar() : "";
  for (const auto& [type_name, type] : kTypes) {
    if (name != type_name) continue;
    declaration.attribute.type = type;
    return;
  }
  Fail(value, Concat("`", declaration.attribute.name, "` has the unknown type `", name,
                     "`; the types are string, number, boolean, json and ref"));
}

void ModelYaml::ReadDefault(const YAML::Node& value, AttributeDeclaration& declaration) {
  Attribute& attribute = declaration.attribute;
  json::value given = YamlToJson(value);
  if (given.is_null() && attribute.allow_null) {
    attribute.defaults_to = ColumnText();
    return;
  }
  bool fits = attribute.type == AttributeType::kJson || attribute.type == AttributeType::kRef ||
              (attribute.type == AttributeType::kString && given.is_string()) ||
              (attribute.type == AttributeType::kNumber && given.is_number()) ||
              (attribute.type == AttributeType::kBoolean && given.is_bool());
  absl::StatusOr<ColumnText> text = ToColumnText(attribute.type, given);
  if (!fits || !text.ok()) {
    Fail(value,
         Concat("the defaultsTo of `", attribute.name, "` is not a ", AttributeTypeName(attribute.type)));
    return;
  }
  attribute.defaults_to = *std::move(text);
}

void ModelYaml::ReadRule(const std::string& name, const YAML::Node& argument,
                         AttributeDeclaration& declaration) {
  absl::StatusOr<ValidationRule> rule = MakeValidationRule(name, YamlToJson(argument));
  if (!rule.ok()) {
    Fail(argument, Concat("`", declaration.attribute.name, "`: ", std::string(rule.status().message())));
    return;
  }
  declaration.attribute.rules.push_back(*std::move(rule));
}

void ModelYaml::ReadSetting(const std::string& key, const YAML::Node& value,
                            AttributeDeclaration& declaration) {
  Attribute& attribute = declaration.attribute;
  const std::pair<std::string_view, bool*> flags[] = {{"required", &attribute.required},
                                                      {"unique", &attribute.unique},
                                                      {"allowNull", &attribute.allow_null},
                                                      {"autoIncrement", &attribute.auto_increment},
                                                      {"autoCreatedAt", &attribute.auto_created_at},
                                                      {"autoUpdatedAt", &attribute.auto_updated_at},
                                                      {"encrypt", &attribute.encrypt},
                                                      {"protect", &attribute.protect}};
  for (const auto& [name, flag] : flags) {
    if (key != name) continue;
    *flag = ReadBoolean(value, key, *flag);
    return;
  }
  const std::pair<std::string_view, std::string*> texts[] = {{"columnName", &attribute.column_name},
                                                             {"columnType", &attribute.column_type},
                                                             {"model", &declaration.model},
                                                             {"collection", &declaration.collection},
                                                             {"via", &declaration.via}};
  for (const auto& [name, text] : texts) {
    if (key != name) continue;
    *text = ReadText(value, key);
    if (key == "model" || key == "collection") *text = LowerCase(*text);
    return;
  }
  // type and defaultsTo are read on their own: a default depends on the type and allowNull.
  if (key == "type" || key == "defaultsTo") return;
  if (key == "autoMigrations" || key == "validations") {
    if (!value.IsMap()) Fail(value, Concat(key, " is a list of settings"));
    for (const auto& member : value) {
      std::string name = member.first.Scalar();
      if (key == "validations" && !IsValidationRule(name)) {
        Fail(member.first, Concat("`", attribute.name, "` has the unknown validation `", name, "`"));
      } else {
        ReadSetting(name, member.second, declaration);
      }
    }
    return;
  }
  if (IsValidationRule(key)) return ReadRule(key, value, declaration);
  if (std::find(std::begin(kDocumentation), std::end(kDocumentation), key) != std::end(kDocumentation))
    return;
  Fail(value, Concat("`", attribute.name, "` has the unknown setting `", key, "`"));
}

AttributeDeclaration ModelYaml::ReadAttribute(const std::string& name, const YAML::Node& node) {
  AttributeDeclaration declaration;
  declaration.place = PlaceOf(node);
  declaration.attribute.name = name;
  if (name.empty() || Contains(name, ".") || name == "toJSON" || name == "and" || name == "or") {
    Fail(node, Concat("`", name, "` cannot be the name of an attribute"));
  }
  if (!node.IsMap()) {
    Fail(node, Concat("`", name, "` is a list of settings, such as {type: string}"));
    declaration.has_type = true;
    return declaration;
  }
  if (node["type"]) ReadType(node["type"], declaration);
  for (const auto& member : node) {
    if (member.first.IsScalar()) ReadSetting(member.first.Scalar(), member.second, declaration);
  }
  if (node["defaultsTo"]) ReadDefault(node["defaultsTo"], declaration);
  return declaration;
}

void ModelYaml::ReadAttributes(const YAML::Node& attributes, std::vector<AttributeDeclaration>& into) {
  if (attributes.IsNull()) return;
  if (!attributes.IsMap()) return Fail(attributes, "attributes is a list of names, each with its settings");
  std::vector<std::string> own;
  for (const auto& member : attributes) {
    std::string name = member.first.IsScalar() ? member.first.Scalar() : "";
    if (std::find(own.begin(), own.end(), name) != own.end()) {
      Fail(member.first, Concat("`", name, "` is declared twice"));
      continue;
    }
    own.push_back(name);
    auto known = std::find_if(into.begin(), into.end(), [&](const AttributeDeclaration& other) {
      return other.attribute.name == name;
    });
    json::value value = member.second.IsScalar() ? YamlToJson(member.second) : json::value(nullptr);
    if (value.is_bool() && !value.get_bool()) {
      // `createdAt: false`: this model goes without an attribute that the others have.
      if (known != into.end()) into.erase(known);
      continue;
    }
    AttributeDeclaration declaration = ReadAttribute(name, member.second);
    if (known != into.end()) {
      *known = std::move(declaration);
    } else {
      into.push_back(std::move(declaration));
    }
  }
}

ModelDefaults ModelYaml::ReadDefaults(const std::string& file, const std::string& text) {
  ModelDefaults defaults;
  file_ = file;
  YAML::Node root = Parse(file, text, errors_);
  YAML::Node models = root.IsMap() ? root["models"] : YAML::Node();
  if (models.IsDefined() && models.IsMap()) {
    if (models["cascadeOnDestroy"]) {
      defaults.cascade_on_destroy = ReadBoolean(models["cascadeOnDestroy"], "cascadeOnDestroy", true);
    }
    if (models["schema"] && !ReadBoolean(models["schema"], "schema", true)) {
      Fail(models["schema"], "schema: false is not supported: every attribute needs a column");
    }
    if (models["attributes"]) {
      ReadAttributes(models["attributes"], defaults.attributes);
      return defaults;
    }
  }
  ReadAttributes(YAML::Load(std::string(kDefaultAttributes))["models"]["attributes"], defaults.attributes);
  return defaults;
}

void ModelYaml::ReadModelSettings(const YAML::Node& root, ModelDeclaration& model) {
  for (const auto& member : root) {
    std::string key = member.first.IsScalar() ? member.first.Scalar() : "";
    const YAML::Node& value = member.second;
    if (key == "attributes") {
      ReadAttributes(value, model.attributes);
    } else if (key == "tableName") {
      model.table_name = ReadText(value, key);
    } else if (key == "primaryKey") {
      model.primary_key = ReadText(value, key);
    } else if (key == "cascadeOnDestroy") {
      model.cascade_on_destroy = ReadBoolean(value, key, true);
    } else if (key == "schema") {
      if (!ReadBoolean(value, key, true))
        Fail(value, "schema: false is not supported: every attribute needs a column");
    } else if (key == "hidden") {
      if (!value.IsSequence()) Fail(value, "hidden is a list of attributes");
      for (const YAML::Node& name : value) model.hidden.push_back(ReadText(name, "an item of hidden"));
    } else if (key == "identity") {
      Fail(value, "a model's identity is the name of its file");
    } else if (key != "description") {
      Fail(member.first, Concat("there is no model setting `", key, "`"));
    }
  }
}

ModelDeclaration ModelYaml::ReadModel(const std::string& file, const std::string& text,
                                      const std::string& identity, const ModelDefaults& defaults) {
  file_ = file;
  ModelDeclaration model;
  model.place = {file, 1};
  model.identity = identity;
  model.table_name = identity;
  model.cascade_on_destroy = defaults.cascade_on_destroy;
  model.attributes = defaults.attributes;
  YAML::Node root = Parse(file, text, errors_);
  if (!root.IsNull() && !root.IsMap()) {
    Fail(root, "a model file is a list of settings, such as attributes: {...}");
  } else if (root.IsMap()) {
    ReadModelSettings(root, model);
  }
  return model;
}

}  // namespace sail::logic
