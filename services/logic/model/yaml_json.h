#ifndef SAIL_LOGIC_MODEL_YAML_JSON_H_
#define SAIL_LOGIC_MODEL_YAML_JSON_H_

#include <yaml-cpp/yaml.h>

#include <boost/json/value.hpp>

namespace sail::logic {

// What the settings and records of an application's YAML files mean: a plain scalar is a number, true, false
// or null where it looks like one, and otherwise, or in quotes, a text. Deeper than 32 levels everything is
// null.
boost::json::value YamlToJson(const YAML::Node& node);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_MODEL_YAML_JSON_H_
