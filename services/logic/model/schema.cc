#include "services/logic/model/schema.h"

#include <algorithm>

namespace sail::logic {

std::string_view AttributeTypeName(AttributeType type) {
  switch (type) {
    case AttributeType::kString:
      return "string";
    case AttributeType::kNumber:
      return "number";
    case AttributeType::kBoolean:
      return "boolean";
    case AttributeType::kJson:
      return "json";
    case AttributeType::kRef:
      return "ref";
  }
  return "";
}

const Attribute* Model::Find(std::string_view name) const {
  auto it = by_name_.find(name);
  return it == by_name_.end() ? nullptr : it->second;
}

const Model* Schema::Find(std::string_view identity) const {
  auto it = std::lower_bound(
      models_.begin(), models_.end(), identity,
      [](const std::unique_ptr<Model>& model, std::string_view name) { return model->identity() < name; });
  return it == models_.end() || (*it)->identity() != identity ? nullptr : it->get();
}

}  // namespace sail::logic
