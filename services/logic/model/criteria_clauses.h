// The clauses of criteria one by one. Their errors are INVALID_ARGUMENT with the reference's sentence, to
// which criteria.cc adds the code; an UnusableRequest (usage_error.h) passes through as it is.
#ifndef SAIL_LOGIC_MODEL_CRITERIA_CLAUSES_H_
#define SAIL_LOGIC_MODEL_CRITERIA_CLAUSES_H_

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/logic/model/criteria.h"
#include "services/logic/model/usage_error.h"

namespace sail::logic {

// A where clause: the whole tree. `where` may be null, which is everything.
absl::StatusOr<Where> ParseWhereClause(const Model& model, const boost::json::value& where);

// What stands behind one attribute name: a value (no modifier), or the value of one modifier ("<", "in",
// ...).
absl::StatusOr<Where> ParseConstraint(const Model& model, std::string_view target,
                                      std::optional<std::string_view> modifier,
                                      const boost::json::value& value);

// Unset: unlimited.
absl::StatusOr<std::optional<int64_t>> ParseLimit(const boost::json::value& limit);
absl::StatusOr<int64_t> ParseSkip(const boost::json::value& skip);

absl::StatusOr<std::vector<SortKey>> ParseSort(const Model& model, const boost::json::value& sort);

// The projection of select and omit; null for a clause that is absent. `omitted` gets the names that omit
// lists.
absl::StatusOr<std::vector<const Attribute*>> ParseProjection(const Model& model,
                                                              const boost::json::value* select,
                                                              const boost::json::value* omit,
                                                              std::vector<const Attribute*>& omitted);

// The clauses of one criteria; null for those that are absent.
struct Clauses {
  const boost::json::value* where = nullptr;
  const boost::json::value* limit = nullptr;
  const boost::json::value* skip = nullptr;
  const boost::json::value* sort = nullptr;
  const boost::json::value* select = nullptr;
  const boost::json::value* omit = nullptr;
};

struct ParsedClauses {
  Criteria criteria;
  std::vector<const Attribute*> omitted;
};

// In the reference's order: as soon as it is clear that nothing can match, the rest is not looked at.
absl::StatusOr<ParsedClauses> ParseClauses(const Model& model, const Clauses& clauses);

// Whether the criteria cannot match anything, so that no statement is needed.
inline bool MatchesNothing(const Criteria& criteria) {
  return criteria.where.kind == Where::Kind::kNothing || criteria.limit == 0;
}

// The status with a text in front of its message; an UnusableRequest passes through as it is.
absl::Status Prefixed(std::string_view prefix, const absl::Status& status);

// The error of `code` that `status` stands for; an UnusableRequest passes through as it is.
absl::Status AsUsageError(UsageCode code, const absl::Status& status);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_MODEL_CRITERIA_CLAUSES_H_
