#include "services/logic/model/yaml_json.h"

#include <boost/json.hpp>
#include <cmath>
#include <string>

#include "services/logic/model/js_value.h"

namespace sail::logic {
namespace {

boost::json::value ScalarToJson(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  bool quoted = node.Tag() == "!";
  if (quoted) return boost::json::string(text);
  if (text == "true" || text == "false") return boost::json::value(text == "true");
  if (text == "null" || text == "~" || text.empty()) return boost::json::value(nullptr);
  double number = ToJsNumber(text);
  return std::isnan(number) ? boost::json::value(boost::json::string(text)) : boost::json::value(number);
}

// Aliases can make a document endless; nothing that a model needs is deep.
boost::json::value ToJson(const YAML::Node& node, int depth) {
  if (depth > 32 || !node.IsDefined() || node.IsNull()) return boost::json::value(nullptr);
  if (node.IsScalar()) return ScalarToJson(node);
  if (node.IsSequence()) {
    boost::json::array array;
    for (const YAML::Node& item : node) array.push_back(ToJson(item, depth + 1));
    return array;
  }
  boost::json::object object;
  for (const auto& member : node) object[member.first.Scalar()] = ToJson(member.second, depth + 1);
  return object;
}

}  // namespace

boost::json::value YamlToJson(const YAML::Node& node) { return ToJson(node, 0); }

}  // namespace sail::logic
