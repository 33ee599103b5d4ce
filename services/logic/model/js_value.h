// JavaScript's view of JSON values: the rules of the reference's texts and coercions are those of its
// language.
#ifndef SAIL_LOGIC_MODEL_JS_VALUE_H_
#define SAIL_LOGIC_MODEL_JS_VALUE_H_

#include <boost/json/fwd.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace sail::logic {

// JSON.parse: numbers too large for a double are infinite, of a duplicate key the last value counts, a lone
// surrogate becomes U+FFFD, "__proto__" is a key like any other. INVALID_ARGUMENT if it does not parse or is
// nested deeper than 64.
absl::StatusOr<boost::json::value> ParseJson(std::string_view text);

// JSON.stringify without white space (also the text of a json column): infinities are null.
void AppendJsonValue(const boost::json::value& value, std::string* out);
std::string JsonText(const boost::json::value& value);

// The value as a double, if it is a number.
std::optional<double> NumberOf(const boost::json::value& value);

// String(number): "1e+21", "NaN", "-0" is "0".
std::string NumberText(double number);

// String(value): objects are "[object Object]", arrays their elements joined by commas.
std::string ToJsString(const boost::json::value& value);

// Number(text): white space around is fine, "" is 0, "0x10" is 16; NaN if it is not a number.
double ToJsNumber(std::string_view text);

// Whether there is a character that /\s/ matches.
bool HasJsSpace(std::string_view utf8);
// text.trim()
std::string_view TrimJsSpace(std::string_view utf8);
// text.split(/\s+/)
std::vector<std::string> SplitOnJsSpace(std::string_view utf8);

// text.length: UTF-16 units.
size_t JsLength(std::string_view utf8);

// Object.keys(): array indexes first, in numeric order, then the others as they came. Points into the object.
std::vector<std::string_view> JsKeys(const boost::json::object& object);

// Number.isSafeInteger(number) && number > 0
bool IsSafeNaturalNumber(double number);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_MODEL_JS_VALUE_H_
