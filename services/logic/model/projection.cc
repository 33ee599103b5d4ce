#include <boost/json.hpp>

#include "services/logic/model/criteria_clauses.h"
#include "services/logic/model/js_inspect.h"
#include "services/logic/model/js_value.h"
#include "services/logic/model/text.h"

namespace sail::logic {
namespace {

namespace json = boost::json;

absl::Status Refuse(std::string text) { return absl::InvalidArgumentError(std::move(text)); }

bool IsEverything(const json::array& select) {
  return select.size() == 1 && select[0].is_string() && select[0].get_string() == "*";
}

// Marks the attributes that the list names.
absl::Status MarkSelected(const Model& model, const json::array& select, std::vector<bool>& selected) {
  for (const json::value& item : select) {
    std::string name = ToJsString(item);
    const Attribute* attribute = item.is_string() ? model.Find(name) : nullptr;
    std::string_view start = "The `select` clause in the provided criteria contains an item (`";
    if (attribute == nullptr) {
      return Refuse(Concat(start, name, "`) which is not a recognized attribute in this model (`",
                           model.identity(), "`)."));
    }
    if (attribute->is_collection()) {
      return Refuse(
          Concat(start, name,
                 "`) which is actually the name of a plural (\"collection\") association for this model (`",
                 model.identity(),
                 "`).  But you cannot explicitly select plural association because they're virtual "
                 "attributes (use `.populate()` instead.)"));
    }
    selected[attribute->index] = true;
  }
  selected[model.primary_key().index] = true;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<const Attribute*>> ParseOmit(const Model& model, const json::value& omit) {
  std::string_view start = "The `omit` clause in the provided criteria ";
  if (!omit.is_array()) {
    return Refuse(Concat(
        start,
        "is invalid.  If provided, it should be an array of strings.  But instead, got: ", Inspect(omit)));
  }
  std::vector<const Attribute*> omitted;
  for (const json::value& item : omit.get_array()) {
    if (!item.is_string()) {
      return Refuse(
          Concat(start,
                 "is invalid.  If provided, it should be an array of strings (attribute names to omit.  But "
                 "one of the items is not a string: ",
                 Inspect(item)));
    }
    std::string_view name = item.get_string();
    const Attribute* attribute = model.Find(name);
    if (attribute == nullptr) {
      return Refuse(Concat(start, "contains an item (`", name,
                           "`) which is not a recognized attribute in this model (`", model.identity(),
                           "`)."));
    }
    if (attribute->is_primary_key()) {
      return Refuse(Concat(start, "explicitly attempts to omit the primary key (`", name,
                           "`).  But in the current version of Waterline, this is not possible."));
    }
    if (!attribute->is_collection()) omitted.push_back(attribute);
  }
  return omitted;
}

}  // namespace

std::vector<const Attribute*> AllColumns(const Model& model) { return model.columns(); }

absl::StatusOr<std::vector<const Attribute*>> ParseProjection(const Model& model, const json::value* select,
                                                              const json::value* omit,
                                                              std::vector<const Attribute*>& omitted) {
  std::vector<bool> kept(model.attributes().size(), true);
  bool selects = false;
  if (select != nullptr) {
    json::array names = select->is_string() ? json::array{*select} : json::array();
    if (select->is_array()) names = select->get_array();
    if (!select->is_string() && !select->is_array()) {
      return Refuse(Concat(
          "The `select` clause in the provided criteria is invalid.  If provided, it should be an array of "
          "strings.  But instead, got: ",
          Inspect(*select)));
    }
    selects = !IsEverything(names);
    if (selects) {
      kept.assign(kept.size(), false);
      if (absl::Status status = MarkSelected(model, names, kept); !status.ok()) return status;
    }
  }
  if (omit != nullptr) {
    absl::StatusOr<std::vector<const Attribute*>> parsed = ParseOmit(model, *omit);
    if (!parsed.ok()) return parsed.status();
    omitted = *std::move(parsed);
  }
  if (selects && !omitted.empty()) {
    return Refuse("Cannot specify both `omit` AND `select`.  Please use one or the other.");
  }
  for (const Attribute* attribute : omitted) kept[attribute->index] = false;
  std::vector<const Attribute*> projection;
  for (const Attribute* attribute : model.columns()) {
    if (kept[attribute->index]) projection.push_back(attribute);
  }
  return projection;
}

}  // namespace sail::logic
