#include "services/logic/model/criteria.h"

#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <limits>

#include "services/logic/model/coercion.h"
#include "services/logic/model/criteria_clauses.h"
#include "services/logic/model/js_inspect.h"
#include "services/logic/model/js_value.h"
#include "services/logic/model/text.h"
#include "services/logic/model/usage_error.h"

namespace sail::logic {
namespace {

namespace json = boost::json;

absl::Status Refuse(std::string text) { return absl::InvalidArgumentError(std::move(text)); }

const json::value* FindMember(const json::object& object, std::string_view name) {
  return object.if_contains(name);
}

bool IsClauseName(std::string_view name) {
  return name == "where" || name == "limit" || name == "skip" || name == "sort" || name == "select" ||
         name == "omit";
}

// A number or the number that a text stands for; nothing for any other value.
std::optional<double> CountOf(const json::value& value) {
  if (value.is_string()) return ToJsNumber(value.get_string());
  return NumberOf(value);
}

std::string ShownCount(const json::value& value) {
  if (value.is_string()) {
    double number = ToJsNumber(value.get_string());
    return number == 0 && std::signbit(number) ? "-0" : NumberText(number);
  }
  return Inspect(value);
}

// Whether a record can have this key at all.
bool IsPossibleKey(const Attribute& key, const std::string& text) {
  if (key.type != AttributeType::kNumber || (key.column_type != "integer" && key.column_type != "bigint"))
    return true;
  int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  return key.column_type == "bigint" ||
         (number >= std::numeric_limits<int32_t>::min() && number <= std::numeric_limits<int32_t>::max());
}

}  // namespace

absl::Status Prefixed(std::string_view prefix, const absl::Status& status) {
  if (IsUnusableRequest(status)) return status;
  return Refuse(Concat(prefix, std::string(status.message())));
}

absl::Status AsUsageError(UsageCode code, const absl::Status& status) {
  if (IsUnusableRequest(status)) return status;
  return UsageError(code, std::string(status.message()));
}

absl::StatusOr<std::optional<int64_t>> ParseLimit(const json::value& limit) {
  if (limit.is_null()) return std::optional<int64_t>();
  std::optional<double> count = CountOf(limit);
  if (count.has_value() && (*count < 0 || *count == std::numeric_limits<double>::infinity())) {
    return std::optional<int64_t>();
  }
  if (count.has_value() && *count == 0) return std::optional<int64_t>(0);
  if (!count.has_value() || !IsSafeNaturalNumber(*count)) {
    return Refuse(Concat(
        "The `limit` clause in the provided criteria is invalid.  If provided, it should be a safe, natural "
        "number.  But instead, got: ",
        ShownCount(limit)));
  }
  return std::optional<int64_t>(static_cast<int64_t>(*count));
}

absl::StatusOr<int64_t> ParseSkip(const json::value& skip) {
  std::optional<double> count = CountOf(skip);
  if (count.has_value() && *count == 0) return 0;
  if (!count.has_value() || !IsSafeNaturalNumber(*count)) {
    return Refuse(
        Concat("The `skip` clause in the provided criteria is invalid.  If provided, it should be either "
               "zero (0), or "
               "a safe, natural number (e.g. 4).  But instead, got: ",
               ShownCount(skip)));
  }
  return static_cast<int64_t>(*count);
}

absl::StatusOr<ParsedClauses> ParseClauses(const Model& model, const Clauses& clauses) {
  ParsedClauses parsed;
  parsed.criteria.projection = AllColumns(model);
  if (clauses.where != nullptr) {
    absl::StatusOr<Where> where = ParseWhereClause(model, *clauses.where);
    if (!where.ok()) return Prefixed("Could not use the provided `where` clause.  ", where.status());
    parsed.criteria.where = *std::move(where);
  }
  if (MatchesNothing(parsed.criteria)) return parsed;
  if (clauses.limit != nullptr) {
    absl::StatusOr<std::optional<int64_t>> limit = ParseLimit(*clauses.limit);
    if (!limit.ok()) return limit.status();
    parsed.criteria.limit = *limit;
  }
  if (MatchesNothing(parsed.criteria)) return parsed;
  if (clauses.skip != nullptr) {
    absl::StatusOr<int64_t> skip = ParseSkip(*clauses.skip);
    if (!skip.ok()) return skip.status();
    parsed.criteria.skip = *skip;
  }
  if (clauses.sort != nullptr) {
    absl::StatusOr<std::vector<SortKey>> sort = ParseSort(model, *clauses.sort);
    if (!sort.ok()) return Prefixed("Could not use the provided `sort` clause: ", sort.status());
    parsed.criteria.sort = *std::move(sort);
  }
  absl::StatusOr<std::vector<const Attribute*>> projection =
      ParseProjection(model, clauses.select, clauses.omit, parsed.omitted);
  if (!projection.ok()) return projection.status();
  parsed.criteria.projection = *std::move(projection);
  return parsed;
}

absl::StatusOr<Criteria> ParseCriteria(const Model& model, const json::object& criteria) {
  bool has_clause = false;
  for (const auto& member : criteria) has_clause |= IsClauseName(member.key());
  if (!has_clause) {
    absl::StatusOr<Where> where = ParseWhere(model, json::value(criteria));
    if (!where.ok()) return where.status();
    Criteria parsed;
    parsed.where = *std::move(where);
    parsed.projection = AllColumns(model);
    return parsed;
  }
  for (std::string_view key : JsKeys(criteria)) {
    if (IsClauseName(key)) continue;
    return UsageError(UsageCode::kInvalidCriteria,
                      Concat("The provided criteria contains an unrecognized property: ", InspectString(key),
                             "\n* * *\nIn previous versions of Sails/Waterline, this criteria _may_ have "
                             "worked, since keywords like "
                             "`limit` were allowed to sit alongside attribute names that are really supposed "
                             "to be wrapped inside of "
                             "the `where` clause.  But starting in Sails v1.0/Waterline 0.13, if a `limit`, "
                             "`skip`, `sort`, etc is "
                             "defined, then any <attribute name> vs. <constraint> pairs should be explicitly "
                             "contained inside the "
                             "`where` clause.\n* * *"));
  }
  Clauses clauses{.where = FindMember(criteria, "where"),
                  .limit = FindMember(criteria, "limit"),
                  .skip = FindMember(criteria, "skip"),
                  .sort = FindMember(criteria, "sort"),
                  .select = FindMember(criteria, "select"),
                  .omit = FindMember(criteria, "omit")};
  absl::StatusOr<ParsedClauses> parsed = ParseClauses(model, clauses);
  if (!parsed.ok()) return AsUsageError(UsageCode::kInvalidCriteria, parsed.status());
  return std::move(parsed->criteria);
}

absl::StatusOr<Where> ParseWhere(const Model& model, const json::value& where) {
  absl::StatusOr<Where> parsed = ParseWhereClause(model, where);
  if (parsed.ok()) return parsed;
  return AsUsageError(UsageCode::kInvalidCriteria,
                      Prefixed("Could not use the provided `where` clause.  ", parsed.status()));
}

absl::StatusOr<Where> WhereKeyIs(const Model& model, const json::value& key) {
  if (key.is_structured()) return UnusableRequest("a primary key is a number or a text");
  absl::StatusOr<Where> where = ParseWhere(model, json::object{{model.primary_key().name, key}});
  if (!where.ok()) return where;
  if (where->kind == Where::Kind::kTerm &&
      (where->comparison == Comparison::kIsNull || !IsPossibleKey(model.primary_key(), where->values[0]))) {
    return Where{.kind = Where::Kind::kNothing};
  }
  return where;
}

absl::StatusOr<Where> WhereKeyIs(const Model& model, std::string_view key) {
  return WhereKeyIs(model, json::value(json::string(key)));
}

std::vector<Populate> PopulateAll(const Model& model, std::optional<int64_t> collection_limit) {
  std::vector<Populate> populates;
  for (const Attribute* association : model.associations()) {
    Populate populate{.association = association, .criteria = {}};
    populate.criteria.projection = AllColumns(*association->association.target);
    if (association->is_collection()) populate.criteria.limit = collection_limit;
    populates.push_back(std::move(populate));
  }
  return populates;
}

absl::Status AddPopulate(Query& query, std::string_view name) {
  const Attribute* association = query.model->Find(name);
  std::string start = Concat("Could not populate `", name, "`.  ");
  if (association == nullptr) {
    return UsageError(UsageCode::kInvalidPopulates,
                      Concat(start, "There is no attribute named `", name, "` defined in this model."));
  }
  if (!association->is_association()) {
    return UsageError(
        UsageCode::kInvalidPopulates,
        Concat(
            start, "The attribute named `", name, "` defined in this model (`", query.model->identity(),
            "`) is not defined as a \"collection\" or \"model\" association, and thus cannot be populated.  "
            "Instead, its definition looks like this:\n{ type: '",
            AttributeTypeName(association->type), "' }"));
  }
  for (const Populate& populate : query.populates) {
    if (populate.association == association) return absl::OkStatus();
  }
  Populate populate{.association = association, .criteria = {}};
  populate.criteria.projection = AllColumns(*association->association.target);
  query.populates.push_back(std::move(populate));
  return absl::OkStatus();
}

}  // namespace sail::logic
