#include <algorithm>
#include <utility>

#include "services/logic/model/blueprint_query.h"
#include "services/logic/model/coercion.h"
#include "services/logic/model/js_value.h"
#include "services/logic/model/record_values.h"
#include "services/logic/model/text.h"
#include "services/logic/model/usage_error.h"

namespace sail::logic {
namespace {

namespace json = boost::json;

// The record that a parameter names.
absl::StatusOr<Query> RecordOf(const Model& model, const RequestParameters& parameters,
                               std::string_view name) {
  const json::value* value = parameters.Find(name);
  if (value == nullptr) return UnusableRequest(Concat("there is no ", name));
  absl::StatusOr<Where> where = WhereKeyIs(model, *value);
  if (!where.ok()) return UnusableRequest(std::string(where.status().message()));
  Query query{.model = &model, .criteria = {}, .populates = {}};
  query.criteria.where = *std::move(where);
  query.criteria.projection = {&model.primary_key()};
  return query;
}

// The ids of a collection's new children. Those of a one-to-many are looked up first, to see whose they were,
// and what cannot be looked up is a 500.
absl::StatusOr<std::vector<std::string>> NewChildren(const Attribute& association, const json::value* ids) {
  const Model& target = *association.association.target;
  if (association.association.kind == AssociationKind::kOneToMany && ids != nullptr) {
    const auto is_findable = [&](const json::value& id) {
      return !id.is_null() && Coerce(target.primary_key().type, id).has_value();
    };
    const bool all = ids->is_array()
                         ? std::all_of(ids->get_array().begin(), ids->get_array().end(), is_findable)
                         : !ids->is_string() || is_findable(*ids);
    if (!all) return UnusableRequest(Concat("`", association.name, "` has an id that is not a primary key"));
  }
  return NormaliseAssociatedIds(target, ids);
}

}  // namespace

const json::value* RequestParameters::Find(std::string_view name) const {
  const json::object* sources[] = {&path, nullptr, &query};
  if (body.has_value() && body->is_object()) sources[1] = &body->get_object();
  for (const json::object* source : sources) {
    const json::value* value = source == nullptr ? nullptr : source->if_contains(name);
    if (value != nullptr && !value->is_null()) return value;
  }
  return nullptr;
}

json::object RequestParameters::All() const {
  json::object all = query;
  if (body.has_value() && body->is_object()) {
    for (const auto& member : body->get_object()) all[member.key()] = member.value();
  } else if (body.has_value() && body->is_array()) {
    for (size_t i = 0; i < body->get_array().size(); ++i) all[std::to_string(i)] = body->get_array()[i];
  }
  for (const auto& member : path) all[member.key()] = member.value();
  return all;
}

absl::StatusOr<RequestParameters> ParseRequestParameters(
    const std::vector<std::pair<std::string, std::string>>& path_parameters, std::string_view query_json,
    std::string_view body_json) {
  RequestParameters parameters;
  for (const auto& [name, value] : path_parameters) parameters.path[name] = value;
  if (!query_json.empty()) {
    absl::StatusOr<json::value> query = ParseJson(query_json);
    if (!query.ok()) return query.status();
    if (query->is_object()) parameters.query = std::move(query->get_object());
  }
  if (!body_json.empty()) {
    absl::StatusOr<json::value> body = ParseJson(body_json);
    if (!body.ok()) return body.status();
    if (body->is_structured()) parameters.body = *std::move(body);
  }
  return parameters;
}

json::object NewRecordParameters(const Model& model, const RequestParameters& parameters) {
  json::object values = parameters.All();
  for (const Attribute* association : model.associations()) {
    if (!association->is_collection()) continue;
    const json::value* in_query = parameters.query.if_contains(association->name);
    bool in_body = parameters.body.has_value() && parameters.body->is_object() &&
                   parameters.body->get_object().contains(association->name);
    if (in_query == nullptr || !in_query->is_string() || in_body) continue;
    if (absl::StatusOr<json::value> ids = ParseJson(in_query->get_string()); ids.ok()) {
      values[association->name] = *std::move(ids);
    }
  }
  return values;
}

absl::Status CheckUpdatedKey(const Model& model, const RequestParameters& parameters) {
  const json::value* value = parameters.Find("id");
  if (value == nullptr) return absl::OkStatus();
  const Attribute& key = model.primary_key();
  const absl::Status status = CoerceKey(key.type, *value).status();
  if (status.ok()) return status;
  return UsageError(UsageCode::kInvalidValuesToSet,
                    Concat("Could not use specified `", key.name, "`.  Invalid primary key value.  ",
                           std::string(status.message())));
}

json::object ValuesToSetParameters(const RequestParameters& parameters) {
  json::object values = parameters.All();
  values.stable_erase("id");
  return values;
}

absl::StatusOr<std::vector<std::string>> ReplaceParameters(const Attribute& association,
                                                           const RequestParameters& parameters) {
  if (parameters.body.has_value() && parameters.body->is_array()) {
    return NewChildren(association, &*parameters.body);
  }
  const json::value* ids = parameters.query.if_contains(association.name);
  if (ids == nullptr || !ids->is_string()) return NewChildren(association, ids);
  absl::StatusOr<json::value> parsed = ParseJson(ids->get_string());
  if (!parsed.ok()) return UnusableRequest("the ids are not a JSON array");
  return NewChildren(association, &*parsed);
}

absl::StatusOr<Query> ParentQuery(const Model& model, const RequestParameters& parameters) {
  return RecordOf(model, parameters, "parentid");
}

absl::Status CheckParentKey(const Model& model, const RequestParameters& parameters) {
  const json::value* value = parameters.Find("parentid");
  if (value == nullptr) return UnusableRequest("there is no parentid");
  const absl::Status status = CoerceKey(model.primary_key().type, *value).status();
  if (status.ok()) return status;
  return UsageError(
      UsageCode::kInvalidTargetRecordIds,
      Concat("The provided value is not valid primary key value.  ", std::string(status.message())));
}

absl::StatusOr<ParentAndChild> ParentAndChildParameters(const Attribute& association,
                                                        const RequestParameters& parameters) {
  const Model& target = *association.association.target;
  absl::StatusOr<Query> parent = ParentQuery(*association.model, parameters);
  if (!parent.ok()) return parent.status();
  absl::Status refusal = CheckParentKey(*association.model, parameters);
  if (refusal.ok()) refusal = NormaliseAssociatedIds(target, parameters.Find("childid")).status();
  return ParentAndChild{*std::move(parent), RecordOf(target, parameters, "childid"), std::move(refusal)};
}

}  // namespace sail::logic
