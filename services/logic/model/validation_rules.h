#ifndef SAIL_LOGIC_MODEL_VALIDATION_RULES_H_
#define SAIL_LOGIC_MODEL_VALIDATION_RULES_H_

#include <boost/json/fwd.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace sail::logic {

// One of Waterline's validation rules with its argument, ready to run: gives the text of the violation, or
// nothing if the value (already coerced to the attribute's type) is fine. Immutable and safe to call from any
// thread.
using ValidationRule = std::function<std::optional<std::string>(const boost::json::value&)>;

// In the order of declaration, which is the order of the messages.
using ValidationRules = std::vector<ValidationRule>;

// Whether `name` is a rule: isEmail, isURL, isUUID, isIP, isHexColor, isCreditCard, isIn, isNotIn, isBefore,
// isAfter, minLength, maxLength, min, max, regex, isInteger, isNotEmptyString, isBoolean, isNumber, isString,
// custom.
bool IsValidationRule(std::string_view name);

// Builds a rule. `custom` has no code here, only the form {not: [values]}. `isX: false` gives a rule that
// always holds. INVALID_ARGUMENT with a sentence if the argument does not fit the rule (e.g. minLength: "x").
absl::StatusOr<ValidationRule> MakeValidationRule(std::string_view name, const boost::json::value& argument);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_MODEL_VALIDATION_RULES_H_
