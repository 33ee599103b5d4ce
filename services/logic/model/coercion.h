// The reference's "light" coercion, the same for values and for criteria.
#ifndef SAIL_LOGIC_MODEL_COERCION_H_
#define SAIL_LOGIC_MODEL_COERCION_H_

#include <boost/json/fwd.hpp>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "services/logic/model/schema.h"

namespace sail::logic {

// The value as the type has it: a string takes numbers and booleans, a number takes numeric strings (without
// white space) and booleans, a boolean takes 0, 1 and the words; objects, arrays and null never become one of
// these. json and ref take anything (a json's infinities become 0). Nothing if it does not fit.
std::optional<boost::json::value> Coerce(AttributeType type, const boost::json::value& value);

// The reference's sentence about a value that does not fit: "1 error validating value: ...".
std::string TypeMismatch(AttributeType type, const boost::json::value& value);

// A primary key as a new record, a foreign key or a list of ids may hold it: of a number key a safe natural
// number or its digits, of a string key a string that is not empty. INVALID_ARGUMENT with the reference's
// sentence otherwise.
absl::StatusOr<boost::json::value> CoerceKey(AttributeType key_type, const boost::json::value& value);

// The column text (schema.h) of a value that has the attribute's type already. UnusableRequest
// (usage_error.h) if it has a NUL, which PostgreSQL cannot hold in a text.
absl::StatusOr<ColumnText> ToColumnText(AttributeType type, const boost::json::value& value);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_MODEL_COERCION_H_
