// What the blueprint actions make of a request's parameters.
#ifndef SAIL_LOGIC_MODEL_BLUEPRINT_QUERY_H_
#define SAIL_LOGIC_MODEL_BLUEPRINT_QUERY_H_

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "services/logic/model/criteria.h"
#include "services/logic/model/schema.h"

namespace sail::logic {

// The parameters of a request by where they came from. Immutable once filled.
struct RequestParameters {
  // From the route; values are strings.
  boost::json::object path;
  boost::json::object query;
  // An object or an array (whose elements count as members "0", "1", ...); nothing else counts as a body.
  std::optional<boost::json::value> body;

  // Of one name: path, then body, then query. Null if it is nowhere, or null everywhere.
  const boost::json::value* Find(std::string_view name) const;
  // All of them: query, overlaid by body, overlaid by path. A member keeps the place where its name came
  // first.
  boost::json::object All() const;
};

// Builds RequestParameters from the JSON texts of an ActionRequest; empty texts mean {} and no body.
// INVALID_ARGUMENT if one is not JSON.
absl::StatusOr<RequestParameters> ParseRequestParameters(
    const std::vector<std::pair<std::string, std::string>>& path_parameters, std::string_view query_json,
    std::string_view body_json);

// All functions below: usage errors as they come first in the reference, UnusableRequest where it answers 500
// (usage_error.h).

// find: where, or every other parameter as one; limit (30 if absent), skip, sort, select, omit, populate
// (every association, collections with 30 children, if absent; unlimited if named).
absl::StatusOr<Query> FindQuery(const Model& model, const RequestParameters& parameters);

// findOne: the parameter id; select, omit, populate.
absl::StatusOr<Query> FindOneQuery(const Model& model, const RequestParameters& parameters);

// The record of an update or destroy (parameter id), all associations populated; also what these actions
// answer with.
absl::StatusOr<Query> RecordQuery(const Model& model, const RequestParameters& parameters);
// The same for a key that is known.
absl::StatusOr<Query> RecordQuery(const Model& model, std::string_view key);

// populate: the record of parameter parentid with `association` alone; of a collection where (or every other
// parameter), limit (30 if absent), skip, sort, select, omit are the children's.
absl::StatusOr<Query> PopulateQuery(const Attribute& association, const RequestParameters& parameters);

// create: the values of the new record, for NormaliseNewRecord.
boost::json::object NewRecordParameters(const Model& model, const RequestParameters& parameters);

// update: what is wrong with the key of the parameter id as a value to set, for it is set too: one that finds
// a record ("+1") may be none to write.
absl::Status CheckUpdatedKey(const Model& model, const RequestParameters& parameters);

// update: the values to set, for NormaliseValuesToSet.
boost::json::object ValuesToSetParameters(const RequestParameters& parameters);

// replace: the ids of the request (an array body, or the query parameter named like the association),
// normalised.
absl::StatusOr<std::vector<std::string>> ReplaceParameters(const Attribute& association,
                                                           const RequestParameters& parameters);

// add, remove and replace: the record that the parameter parentid names. UnusableRequest if it has the wrong
// type.
absl::StatusOr<Query> ParentQuery(const Model& model, const RequestParameters& parameters);

// A key may be looked up in more ways than it may be written: "0x1" and " " name a record or none, but are no
// key to change a collection by. E_INVALID_TARGET_RECORD_IDS if the parameter parentid is such a one.
absl::Status CheckParentKey(const Model& model, const RequestParameters& parameters);

// add and remove: the records that the parameters parentid and childid name.
struct ParentAndChild {
  Query parent;
  // UnusableRequest if it has the wrong type, which matters only if there is such a parent.
  absl::StatusOr<Query> child;
  // That a key is none to change a collection by, which matters only if both records are there.
  absl::Status refusal;
};
absl::StatusOr<ParentAndChild> ParentAndChildParameters(const Attribute& association,
                                                        const RequestParameters& parameters);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_MODEL_BLUEPRINT_QUERY_H_
