#include "services/logic/model/coercion.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "services/logic/model/js_inspect.h"
#include "services/logic/model/js_value.h"
#include "services/logic/model/text.h"
#include "services/logic/model/usage_error.h"

namespace sail::logic {
namespace {

namespace json = boost::json;

constexpr double kMaxSafeInteger = 9007199254740991.0;
constexpr std::string_view kDigitsHelp =
    "To resolve this error, pass in a valid base-10, non-zero, positive integer instead.  (Or if you must "
    "use strings, "
    "then change the relevant model's pk attribute from `type: 'number'` to `type: 'string'`.)";

std::optional<json::value> CoerceToString(const json::value& value) {
  if (value.is_string()) return value;
  if (value.is_bool()) return json::string(value.get_bool() ? "true" : "false");
  std::optional<double> number = NumberOf(value);
  if (number.has_value() && std::isfinite(*number)) return json::string(NumberText(*number));
  return std::nullopt;
}

std::optional<json::value> CoerceToNumber(const json::value& value) {
  double number = 0;
  if (value.is_bool()) {
    number = value.get_bool() ? 1 : 0;
  } else if (value.is_string()) {
    std::string_view text = value.get_string();
    if (text.empty() || HasJsSpace(text)) return std::nullopt;
    number = ToJsNumber(text);
  } else if (std::optional<double> given = NumberOf(value)) {
    number = *given;
  } else {
    return std::nullopt;
  }
  if (!std::isfinite(number)) return std::nullopt;
  return json::value(number);
}

std::optional<json::value> CoerceToBoolean(const json::value& value) {
  if (value.is_bool()) return value;
  if (std::optional<double> number = NumberOf(value)) {
    if (*number == 0 || *number == 1) return json::value(*number == 1);
  }
  if (value.is_string()) {
    std::string_view text = value.get_string();
    if (text == "true" || text == "1") return json::value(true);
    if (text == "false" || text == "0") return json::value(false);
  }
  return std::nullopt;
}

void ReplaceInfinities(json::value& value) {
  if (value.is_double() && !std::isfinite(value.get_double())) {
    value = 0;
  } else if (value.is_array()) {
    for (json::value& item : value.get_array()) ReplaceInfinities(item);
  } else if (value.is_object()) {
    for (auto& member : value.get_object()) ReplaceInfinities(member.value());
  }
}

absl::Status Refuse(std::string text) { return absl::InvalidArgumentError(std::move(text)); }

absl::StatusOr<json::value> CoerceStringKey(const json::value& value) {
  if (!value.is_string()) {
    return Refuse(
        Concat("Instead of a string (the expected pk type), the provided value is: ", Inspect(value)));
  }
  if (value.get_string().empty()) return Refuse("Cannot use empty string ('') as a primary key value.");
  return value;
}

absl::StatusOr<double> KeyNumber(const json::value& value) {
  if (std::optional<double> number = NumberOf(value)) return *number;
  std::string shown = Inspect(value);
  if (!value.is_string()) return Refuse(Concat("Instead of a number (the expected pk type), got: ", shown));
  std::string_view text = value.get_string();
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) {
    return Refuse(
        Concat("Instead of a number, the provided value (`", shown,
               "`) is a string, and it cannot be coerced into a valid primary key value automatically "
               "(contains characters other than numerals 0-9).  ",
               kDigitsHelp));
  }
  double number = ToJsNumber(text);
  if (number > kMaxSafeInteger) {
    return Refuse(
        Concat("Instead of a valid number, the provided value (`", shown,
               "`) is a string that looks like a number.  But it cannot be coerced automatically because, "
               "despite its \"numbery\" appearance, it's just too big!  ",
               kDigitsHelp));
  }
  return number;
}

absl::StatusOr<json::value> CoerceNumberKey(const json::value& value) {
  absl::StatusOr<double> number = KeyNumber(value);
  if (!number.ok()) return number.status();
  std::string shown = Inspect(json::value(*number));
  if (*number == 0) return Refuse(Concat("Cannot use zero (", shown, ") as a primary key value."));
  if (*number < 0)
    return Refuse(Concat("Cannot use a negative number (", shown, ") as a primary key value."));
  if (std::floor(*number) != *number) {
    return Refuse(Concat("Cannot use a floating point number (", shown, ") as a primary key value."));
  }
  if (std::isinf(*number)) {
    return Refuse(Concat("Cannot use `Infinity` or `-Infinity` (`", shown, "`) as a primary key value."));
  }
  if (*number > kMaxSafeInteger) {
    return Refuse(Concat("Cannot use the provided value (`", shown,
                         "`), because it is too large to safely fit into a JavaScript integer (i.e. `> "
                         "Number.MAX_SAFE_INTEGER`)"));
  }
  return json::value(*number);
}

}  // namespace

std::optional<json::value> Coerce(AttributeType type, const json::value& value) {
  switch (type) {
    case AttributeType::kString:
      return CoerceToString(value);
    case AttributeType::kNumber:
      return CoerceToNumber(value);
    case AttributeType::kBoolean:
      return CoerceToBoolean(value);
    case AttributeType::kJson: {
      json::value copy = value;
      ReplaceInfinities(copy);
      return copy;
    }
    case AttributeType::kRef:
      break;
  }
  return value;
}

std::string TypeMismatch(AttributeType type, const json::value& value) {
  return Concat("1 error validating value: \n • Specified value (a ", DisplayType(value), ": ",
                TypeCheckLiteral(value), ") doesn't match the expected type: '", AttributeTypeName(type),
                "'");
}

absl::StatusOr<json::value> CoerceKey(AttributeType key_type, const json::value& value) {
  return key_type == AttributeType::kString ? CoerceStringKey(value) : CoerceNumberKey(value);
}

absl::StatusOr<ColumnText> ToColumnText(AttributeType type, const json::value& value) {
  if (value.is_null()) return ColumnText();
  std::string text =
      type == AttributeType::kJson || value.is_structured() ? JsonText(value) : ToJsString(value);
  if (text.find('\0') != std::string::npos) {
    return UnusableRequest("a text with a NUL character cannot be stored");
  }
  return ColumnText(std::move(text));
}

}  // namespace sail::logic
