#include "services/logic/model/blueprint_query.h"

#include <algorithm>

#include "services/logic/model/coercion.h"
#include "services/logic/model/criteria_clauses.h"
#include "services/logic/model/js_inspect.h"
#include "services/logic/model/js_value.h"
#include "services/logic/model/record_values.h"
#include "services/logic/model/text.h"
#include "services/logic/model/usage_error.h"

namespace sail::logic {
namespace {

namespace json = boost::json;

constexpr int64_t kDefaultLimit = 30;

bool IsFalsy(const json::value& value) {
  if (value.is_string()) return value.get_string().empty();
  std::optional<double> number = NumberOf(value);
  return value.is_null() || (value.is_bool() && !value.get_bool()) || (number.has_value() && *number == 0);
}

// "a, b" as ["a", "b"].
absl::StatusOr<json::array> SplitNames(const json::value& list) {
  if (!list.is_string()) return UnusableRequest("a list of attributes is a text with commas");
  json::array names;
  std::string_view rest = list.get_string();
  for (;;) {
    size_t comma = rest.find(',');
    names.emplace_back(json::string(TrimJsSpace(rest.substr(0, comma))));
    if (comma == std::string_view::npos) return names;
    rest.remove_prefix(comma + 1);
  }
}

// The where parameter, or every other parameter that is not in `reserved`.
absl::StatusOr<json::value> WhereParameter(const RequestParameters& parameters,
                                           std::initializer_list<std::string_view> reserved) {
  json::object all = parameters.All();
  if (const json::value* where = all.if_contains("where")) {
    if (!where->is_string()) {
      if (!IsFalsy(*where)) return *where;
    } else {
      absl::StatusOr<json::value> parsed = ParseJson(where->get_string());
      if (!parsed.ok()) return UnusableRequest(Concat("where is ", std::string(parsed.status().message())));
      if (!IsFalsy(*parsed)) return parsed;
    }
  }
  for (std::string_view name : reserved) all.stable_erase(name);
  return json::value(std::move(all));
}

// The clauses beside where, as the parameters give them.
struct ClauseParameters {
  std::optional<json::value> select;
  std::optional<json::value> omit;
  std::optional<json::value> limit;
  std::optional<json::value> skip;
  std::optional<json::value> sort;
};

absl::StatusOr<ClauseParameters> ParseClauseParameters(const RequestParameters& parameters) {
  ClauseParameters clauses;
  const json::value* select = parameters.Find("select");
  const json::value* omit = parameters.Find("omit");
  if (select != nullptr || omit != nullptr) {
    absl::StatusOr<json::array> names = SplitNames(select != nullptr ? *select : *omit);
    if (!names.ok()) return names.status();
    (select != nullptr ? clauses.select : clauses.omit) = *std::move(names);
  }
  if (const json::value* limit = parameters.Find("limit")) clauses.limit = *limit;
  if (const json::value* skip = parameters.Find("skip")) clauses.skip = *skip;
  if (const json::value* sort = parameters.Find("sort")) {
    clauses.sort = *sort;
    if (sort->is_string()) {
      if (absl::StatusOr<json::value> parsed = ParseJson(sort->get_string()); parsed.ok())
        clauses.sort = *parsed;
    }
  }
  return clauses;
}

const json::value* Pointer(const std::optional<json::value>& value) {
  return value.has_value() ? &*value : nullptr;
}

// Populates that do not go with the rest of the query.
absl::Status CheckPopulates(const Query& query, const std::vector<const Attribute*>& omitted) {
  for (const Populate& populate : query.populates) {
    std::string start = Concat("Could not populate `", populate.association->name, "`.  ");
    if (std::find(omitted.begin(), omitted.end(), populate.association) != omitted.end()) {
      return UsageError(
          UsageCode::kInvalidPopulates,
          Concat(start,
                 "This query also indicates that this attribute should be omitted.  Cannot populate AND "
                 "omit an association at the same time!"));
    }
    for (const SortKey& key : query.criteria.sort) {
      if (key.attribute != populate.association) continue;
      return UsageError(UsageCode::kInvalidPopulates,
                        Concat(start, "Cannot populate AND sort by an association at the same time!"));
    }
  }
  return absl::OkStatus();
}

bool ByIndex(const Attribute* a, const Attribute* b) { return a->index < b->index; }

// Attribute order, and the foreign keys that populated to-ones need.
void Finish(Query& query) {
  std::sort(query.populates.begin(), query.populates.end(),
            [](const Populate& a, const Populate& b) { return ByIndex(a.association, b.association); });
  std::vector<const Attribute*>& projection = query.criteria.projection;
  for (const Populate& populate : query.populates) {
    if (!populate.association->is_to_one()) continue;
    auto at = std::lower_bound(projection.begin(), projection.end(), populate.association, ByIndex);
    if (at == projection.end() || *at != populate.association) projection.insert(at, populate.association);
  }
}

// The names in the populate parameter; nothing if it is absent, which stands for the default.
absl::StatusOr<std::optional<json::array>> PopulateNames(const RequestParameters& parameters) {
  const json::value* populate = parameters.Find("populate");
  if (populate == nullptr || IsFalsy(*populate)) return std::optional<json::array>();
  if (populate->is_string() && populate->get_string() == "false")
    return std::optional<json::array>(json::array());
  absl::StatusOr<json::array> names = SplitNames(*populate);
  if (!names.ok()) return names.status();
  return std::optional<json::array>(*std::move(names));
}

absl::Status AddPopulates(const std::optional<json::array>& names,
                          const std::vector<const Attribute*>& omitted, Query& query) {
  if (!names.has_value()) {
    query.populates = PopulateAll(*query.model, kDefaultLimit);
    return CheckPopulates(query, omitted);
  }
  for (const json::value& name : *names) {
    if (absl::Status status = AddPopulate(query, std::string_view(name.get_string())); !status.ok())
      return status;
    if (absl::Status status = CheckPopulates(query, omitted); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// The record of one key; `key` is null if the request has none.
absl::StatusOr<Query> KeyQuery(const Model& model, const json::value* key) {
  if (key == nullptr) {
    return UsageError(
        UsageCode::kInvalidCriteria,
        "Cannot `findOne()` without specifying a more specific `where` clause (the provided `where` "
        "clause, `{}`, is too broad).  (If you want to work around this, use `.find().limit(1)`.)");
  }
  absl::StatusOr<Where> where = WhereKeyIs(model, *key);
  if (!where.ok()) return where.status();
  Query query{.model = &model, .criteria = {}, .populates = {}};
  query.criteria.where = *std::move(where);
  query.criteria.projection = AllColumns(model);
  return query;
}

json::value OnlyClauses(const ClauseParameters& clauses) {
  json::object given;
  if (clauses.select.has_value()) given["select"] = *clauses.select;
  if (clauses.omit.has_value()) given["omit"] = *clauses.omit;
  if (clauses.limit.has_value()) given["limit"] = *clauses.limit;
  if (clauses.skip.has_value()) given["skip"] = *clauses.skip;
  if (clauses.sort.has_value()) given["sort"] = *clauses.sort;
  return given;
}

}  // namespace

absl::StatusOr<Query> FindQuery(const Model& model, const RequestParameters& parameters) {
  absl::StatusOr<json::value> where =
      WhereParameter(parameters, {"limit", "skip", "sort", "populate", "select", "omit"});
  if (!where.ok()) return where.status();
  absl::StatusOr<ClauseParameters> given = ParseClauseParameters(parameters);
  if (!given.ok()) return given.status();
  absl::StatusOr<std::optional<json::array>> names = PopulateNames(parameters);
  if (!names.ok()) return names.status();
  if (!given->limit.has_value()) given->limit = kDefaultLimit;
  absl::StatusOr<ParsedClauses> parsed = ParseClauses(model, {.where = &*where,
                                                              .limit = Pointer(given->limit),
                                                              .skip = Pointer(given->skip),
                                                              .sort = Pointer(given->sort),
                                                              .select = Pointer(given->select),
                                                              .omit = Pointer(given->omit)});
  if (!parsed.ok()) return AsUsageError(UsageCode::kInvalidCriteria, parsed.status());
  Query query{.model = &model, .criteria = std::move(parsed->criteria), .populates = {}};
  if (MatchesNothing(query.criteria)) return query;
  if (absl::Status status = AddPopulates(*names, parsed->omitted, query); !status.ok()) return status;
  Finish(query);
  return query;
}

absl::StatusOr<Query> FindOneQuery(const Model& model, const RequestParameters& parameters) {
  absl::StatusOr<ClauseParameters> given = ParseClauseParameters(parameters);
  if (!given.ok()) return given.status();
  absl::StatusOr<std::optional<json::array>> names = PopulateNames(parameters);
  if (!names.ok()) return names.status();
  // The where clause comes first, but for its being too broad: that is looked at after select and omit.
  const json::value* key = parameters.Find("id");
  absl::StatusOr<Query> query = KeyQuery(model, key);
  if (!query.ok() && key != nullptr) return query.status();
  std::vector<const Attribute*> omitted;
  absl::StatusOr<std::vector<const Attribute*>> projection =
      ParseProjection(model, Pointer(given->select), Pointer(given->omit), omitted);
  if (!projection.ok()) return AsUsageError(UsageCode::kInvalidCriteria, projection.status());
  if (!query.ok()) return query.status();
  query->criteria.projection = *std::move(projection);
  if (absl::Status status = AddPopulates(*names, omitted, *query); !status.ok()) return status;
  Finish(*query);
  return query;
}

absl::StatusOr<Query> RecordQuery(const Model& model, const RequestParameters& parameters) {
  absl::StatusOr<Query> query = KeyQuery(model, parameters.Find("id"));
  if (query.ok()) query->populates = PopulateAll(model, kDefaultLimit);
  return query;
}

absl::StatusOr<Query> RecordQuery(const Model& model, std::string_view key) {
  json::value text = json::string(key);
  absl::StatusOr<Query> query = KeyQuery(model, &text);
  if (query.ok()) query->populates = PopulateAll(model, kDefaultLimit);
  return query;
}

absl::StatusOr<Query> PopulateQuery(const Attribute& association, const RequestParameters& parameters) {
  const Model& target = *association.association.target;
  absl::StatusOr<json::value> where = json::value(nullptr);
  if (association.is_collection()) {
    where = WhereParameter(parameters, {"limit", "skip", "sort", "populate", "select", "omit", "parentid"});
    if (!where.ok()) return where.status();
  }
  absl::StatusOr<ClauseParameters> given = ParseClauseParameters(parameters);
  if (!given.ok()) return given.status();
  absl::StatusOr<Query> query = KeyQuery(*association.model, parameters.Find("parentid"));
  if (!query.ok()) return query;
  Populate populate{.association = &association, .criteria = {}};
  populate.criteria.projection = AllColumns(target);
  if (association.is_to_one()) {
    json::value clauses = OnlyClauses(*given);
    if (!clauses.get_object().empty()) {
      return UsageError(
          UsageCode::kInvalidPopulates,
          Concat(
              "Could not populate `", association.name,
              "`.  This is a singular (\"model\") association, which means it never refers to more than "
              "_one_ "
              "associated record.  So passing in subcriteria (i.e. as the second argument to `.populate()`) "
              "is not "
              "supported for this association, since it generally wouldn't make any sense.  But that's the "
              "trouble-- it looks like some sort of a subcriteria (or something) _was_ provided!\n(Note that "
              "subcriterias consisting ONLY of `omit` or `select` are a special case that _does_ make sense. "
              " This "
              "usage will be supported in a future version of Waterline.)\n\nHere's what was passed in:\n",
              Inspect(clauses)));
    }
  } else {
    if (!given->limit.has_value()) given->limit = kDefaultLimit;
    absl::StatusOr<ParsedClauses> parsed = ParseClauses(target, {.where = &*where,
                                                                 .limit = Pointer(given->limit),
                                                                 .skip = Pointer(given->skip),
                                                                 .sort = Pointer(given->sort),
                                                                 .select = Pointer(given->select),
                                                                 .omit = Pointer(given->omit)});
    if (!parsed.ok()) {
      std::string start =
          Concat("Could not use the specified subcriteria for populating `", association.name, "`: ");
      return AsUsageError(UsageCode::kInvalidPopulates, Prefixed(start, parsed.status()));
    }
    populate.criteria = std::move(parsed->criteria);
  }
  query->populates.push_back(std::move(populate));
  Finish(*query);
  return query;
}

}  // namespace sail::logic
