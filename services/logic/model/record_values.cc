#include "services/logic/model/record_values.h"

#include <algorithm>
#include <boost/json.hpp>
#include <ctime>
#include <optional>
#include <utility>

#include "platform/json/json_text.h"
#include "services/logic/model/coercion.h"
#include "services/logic/model/js_inspect.h"
#include "services/logic/model/js_value.h"
#include "services/logic/model/text.h"
#include "services/logic/model/usage_error.h"
#include "services/logic/model/value_normaliser.h"

namespace sail::logic {
namespace {

namespace json = boost::json;

using GivenValues = std::vector<std::optional<NormalValue>>;

// Normalises every known attribute of `values`, by attribute index; `skip` is left out.
absl::StatusOr<GivenValues> Normalise(const Model& model, const json::object& values, UsageCode code,
                                      const Attribute* skip, const DataEncryption* encryption) {
  GivenValues given(model.attributes().size());
  for (std::string_view key : JsKeys(values)) {
    const Attribute* attribute = model.Find(key);
    if (attribute == nullptr || attribute == skip) continue;
    ValueNormaliser normaliser(*attribute, encryption);
    if (normaliser.Run(values.at(key))) {
      given[attribute->index] = normaliser.TakeResult();
      continue;
    }
    const Refusal& refusal = normaliser.refusal();
    if (refusal.kind == RefusalKind::kUnusable) return UnusableRequest(refusal.text);
    bool wrong_type = refusal.kind == RefusalKind::kWrongType && code == UsageCode::kInvalidNewRecord;
    std::string start = wrong_type ? "New record contains the wrong type of data for property `"
                                   : "Could not use specified `";
    return UsageError(code, Concat(start, key, "`.  ", refusal.text));
  }
  return given;
}

// "2026-11-22T09:52:43.885Z"
std::string IsoTime(int64_t milliseconds) {
  time_t seconds = milliseconds / 1000;
  tm parts;
  gmtime_r(&seconds, &parts);
  char date[32];
  size_t length = strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &parts);
  std::string fraction = std::to_string(1000 + milliseconds % 1000);
  return Concat(std::string_view(date, length), ".", fraction.substr(1), "Z");
}

std::string TimestampText(const Attribute& attribute, int64_t now_ms) {
  return attribute.type == AttributeType::kNumber ? std::to_string(now_ms) : IsoTime(now_ms);
}

absl::Status MissingValue(const Attribute& attribute) {
  std::string expected = Concat("a ", AttributeTypeName(attribute.type));
  if (attribute.is_association()) {
    const Model& target = *attribute.association.target;
    expected = Concat("a ", AttributeTypeName(target.primary_key().type), " (the ", target.primary_key().name,
                      " of a ", target.identity(), ")");
  }
  if (attribute.type == AttributeType::kJson) expected = "a JSON-compatible value";
  if (attribute.type == AttributeType::kRef) expected = "a value";
  return UsageError(UsageCode::kInvalidNewRecord,
                    Concat("Missing value for required attribute `", attribute.name, "`.  Expected ",
                           expected, ", but instead, got: undefined"));
}

// What an omitted attribute of a new record holds.
ColumnText DefaultText(const Attribute& attribute, int64_t now_ms) {
  if (attribute.is_to_one()) return std::nullopt;
  if (attribute.defaults_to.has_value()) return *attribute.defaults_to;
  if (attribute.auto_created_at || attribute.auto_updated_at) return TimestampText(attribute, now_ms);
  if (attribute.allow_null) return std::nullopt;
  switch (attribute.type) {
    case AttributeType::kString:
      return "";
    case AttributeType::kNumber:
      return "0";
    case AttributeType::kBoolean:
      return "false";
    case AttributeType::kJson:
    case AttributeType::kRef:
      break;
  }
  return std::nullopt;
}

// A list of children to steal is looked up before anything is validated; what cannot be looked up is a 500
// there.
absl::Status CheckStolenChildren(const Model& model, const json::object& values) {
  for (const Attribute* association : model.associations()) {
    if (association->association.kind != AssociationKind::kOneToMany) continue;
    const json::value* ids = values.if_contains(association->name);
    if (ids == nullptr || !ids->is_array()) continue;
    for (const json::value& id : ids->get_array()) {
      if (id.is_null() || !Coerce(association->association.target->primary_key().type, id).has_value()) {
        return UnusableRequest(Concat("`", association->name, "` has an id that is not a primary key"));
      }
    }
  }
  return absl::OkStatus();
}

void AppendPublished(const Attribute& attribute, const NormalValue& value, std::string& members) {
  if (!members.empty()) members += ',';
  members += Concat(platform::json::JsonString(attribute.name), ":", JsonText(value.value));
}

}  // namespace

absl::StatusOr<RecordValues> NormaliseNewRecord(const Model& model, const json::object& values,
                                                int64_t now_ms, const DataEncryption* encryption) {
  if (absl::Status status = CheckStolenChildren(model, values); !status.ok()) return status;
  absl::StatusOr<GivenValues> given =
      Normalise(model, values, UsageCode::kInvalidNewRecord, nullptr, encryption);
  if (!given.ok()) return given.status();
  RecordValues record;
  for (const auto& attribute : model.attributes()) {
    std::optional<NormalValue>& value = (*given)[attribute->index];
    if (!value.has_value() && attribute->required) return MissingValue(*attribute);
    if (attribute->is_collection()) {
      if (value.has_value() && !value->ids.empty()) {
        record.collections.push_back({attribute.get(), std::move(value->ids)});
      }
    } else if (value.has_value()) {
      record.columns.push_back({attribute.get(), std::move(value->text)});
    } else if (!attribute->is_primary_key()) {
      record.columns.push_back({attribute.get(), DefaultText(*attribute, now_ms)});
    }
  }
  return record;
}

absl::StatusOr<RecordValues> NormaliseValuesToSet(const Model& model, const json::object& values,
                                                  int64_t now_ms, const DataEncryption* encryption) {
  absl::StatusOr<GivenValues> given =
      Normalise(model, values, UsageCode::kInvalidValuesToSet, &model.primary_key(), encryption);
  if (!given.ok()) return given.status();
  RecordValues changes;
  for (std::string_view key : JsKeys(values)) {
    const Attribute* attribute = model.Find(key);
    if (attribute == nullptr || attribute->is_collection() || attribute->is_primary_key()) continue;
    AppendPublished(*attribute, *(*given)[attribute->index], changes.published_members);
  }
  for (const auto& attribute : model.attributes()) {
    std::optional<NormalValue>& value = (*given)[attribute->index];
    if (value.has_value() && attribute->is_collection()) {
      changes.collections.push_back({attribute.get(), std::move(value->ids)});
    } else if (value.has_value()) {
      changes.columns.push_back({attribute.get(), std::move(value->text)});
    } else if (attribute->auto_updated_at) {
      changes.columns.push_back({attribute.get(), TimestampText(*attribute, now_ms)});
    }
  }
  return changes;
}

absl::StatusOr<std::vector<std::string>> NormaliseAssociatedIds(const Model& target, const json::value* ids) {
  AttributeType type = target.primary_key().type;
  bool is_list = ids != nullptr && ids->is_array();
  if (!is_list && (ids == nullptr || (!ids->is_string() && !ids->is_number()))) {
    std::string_view type_name = AttributeTypeName(type);
    std::string_view got = ids == nullptr ? "undefined" : ids->is_bool() ? "boolean" : "object";
    return UsageError(
        UsageCode::kInvalidAssociatedIds,
        Concat("Expecting either an individual primary key value (a ", type_name,
               ") or a homogeneous array of primary key values (", type_name, "s).  But instead got a ", got,
               ": ", ids == nullptr ? "undefined" : Inspect(*ids)));
  }
  std::vector<std::string> keys;
  size_t count = is_list ? ids->get_array().size() : 1;
  for (size_t i = 0; i < count; ++i) {
    absl::StatusOr<json::value> key = CoerceKey(type, is_list ? ids->get_array()[i] : *ids);
    if (!key.ok()) {
      return UsageError(UsageCode::kInvalidAssociatedIds,
                        Concat(is_list ? "One of the values in the provided array" : "The provided value",
                               " is not valid primary key value.  ", std::string(key.status().message())));
    }
    absl::StatusOr<ColumnText> text = ToColumnText(type, *key);
    if (!text.ok()) return text.status();
    keys.push_back(*std::move(*text));
  }
  std::vector<std::string> seen = keys;
  std::sort(seen.begin(), seen.end());
  if (std::adjacent_find(seen.begin(), seen.end()) == seen.end()) return keys;
  std::vector<std::string> distinct;
  std::vector<bool> taken(seen.size(), false);
  for (std::string& key : keys) {
    size_t place = std::lower_bound(seen.begin(), seen.end(), key) - seen.begin();
    if (taken[place]) continue;
    taken[place] = true;
    distinct.push_back(std::move(key));
  }
  return distinct;
}

}  // namespace sail::logic
