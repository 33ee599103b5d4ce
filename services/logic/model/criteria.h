#ifndef SAIL_LOGIC_MODEL_CRITERIA_H_
#define SAIL_LOGIC_MODEL_CRITERIA_H_

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/logic/model/schema.h"

namespace sail::logic {

// Waterline criteria, normalised: every attribute exists, every value has the attribute's type, void and
// universal terms are folded away. Pointers lead into the Schema, which must outlive them.

enum class Comparison {
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  // values.size() >= 1
  kIn,
  kNotIn,
  // values[0] is the SQL pattern, ready: contains, startsWith and endsWith became one. `_` is a wildcard and
  // `\` escapes.
  kLike,
  kIsNull,
  kIsNotNull,
};

struct Where {
  enum class Kind {
    // No condition.
    kEverything,
    // Matches no record: no statement is needed.
    kNothing,
    // All, any of `operands` (at least two of them).
    kAll,
    kAny,
    kTerm,
  };
  Kind kind = Kind::kEverything;
  std::vector<Where> operands;

  // Of kTerm. `values` are column texts (schema.h), never null; one, or of kIn and kNotIn some, or of the
  // null tests none.
  const Attribute* attribute = nullptr;
  Comparison comparison = Comparison::kEqual;
  std::vector<std::string> values;
};

struct SortKey {
  const Attribute* attribute = nullptr;
  bool descending = false;
};

struct Criteria {
  Where where;
  // Unset: unlimited. 0: no record, no statement is needed.
  std::optional<int64_t> limit;
  int64_t skip = 0;
  // As asked for; may be empty (statements then order by primary key) and need not contain the primary key.
  std::vector<SortKey> sort;
  // What to read, in attribute order: the attributes with a column that select/omit leave, always with the
  // primary key and with the foreign keys of populated to-one associations. Hidden attributes may be in it:
  // they are dropped when a record is serialised.
  std::vector<const Attribute*> projection;
};

struct Populate {
  // A to-one or a collection of the model that is read.
  const Attribute* association = nullptr;
  // Of the children: always everything for a to-one. Children are never populated further.
  Criteria criteria;
};

// A read: records of `model`, and the associations that come along, in attribute order.
struct Query {
  const Model* model = nullptr;
  Criteria criteria;
  std::vector<Populate> populates;
};

// A whole criteria object {where, limit, skip, sort, select, omit}, as programs give it. limit and skip may
// be digit strings; a missing limit is unlimited (the blueprint's default of 30 is the caller's); a missing
// where is everything. Errors are usage errors E_INVALID_CRITERIA (usage_error.h) with Waterline's text.
absl::StatusOr<Criteria> ParseCriteria(const Model& model, const boost::json::object& criteria);

// A where clause alone: an object, a primary key, or an array of them.
absl::StatusOr<Where> ParseWhere(const Model& model, const boost::json::value& where);

// The criteria that finds one record by its key, which may come as a number or as digits. E_INVALID_CRITERIA
// if it has the wrong type ("abc" for a number key); a key that no record can have (-1, 1.5) is
// Where::kNothing or simply not found.
absl::StatusOr<Where> WhereKeyIs(const Model& model, const boost::json::value& key);
absl::StatusOr<Where> WhereKeyIs(const Model& model, std::string_view key);

// Every association of the model; collections limited to `collection_limit` children each (30 in the
// blueprints).
std::vector<Populate> PopulateAll(const Model& model, std::optional<int64_t> collection_limit = 30);

// Adds `name` to query.populates with unlimited everything. E_INVALID_POPULATES if there is no such
// association.
absl::Status AddPopulate(Query& query, std::string_view name);

// Projection of all columns, in attribute order.
std::vector<const Attribute*> AllColumns(const Model& model);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_MODEL_CRITERIA_H_
