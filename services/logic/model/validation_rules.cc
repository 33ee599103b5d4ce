#include "services/logic/model/validation_rules.h"

#include <re2/re2.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "services/logic/model/js_inspect.h"
#include "services/logic/model/js_value.h"
#include "services/logic/model/text.h"
#include "services/logic/model/text_formats.h"

namespace sail::logic {
namespace {

namespace json = boost::json;
using Violation = std::optional<std::string>;

// The depth of values in the messages.
constexpr int kShownDepth = 2;

std::string Shown(const json::value& value) { return Concat("Value (", Inspect(value, kShownDepth), ")"); }

bool IsEmptyString(const json::value& value) { return value.is_string() && value.get_string().empty(); }

ValidationRule Always() {
  return [](const json::value&) { return Violation(); };
}

// A rule about texts: skipped for "", violated by anything that is not a text.
template <typename Check>
ValidationRule TextRule(Check check) {
  return [check = std::move(check)](const json::value& value) {
    if (IsEmptyString(value)) return Violation();
    if (!value.is_string()) return Violation("Value was not a string.");
    return check(std::string_view(value.get_string()), value);
  };
}

ValidationRule FormatRule(bool (*matches)(std::string_view), std::string_view what) {
  return TextRule([matches, what](std::string_view text, const json::value& value) {
    if (matches(text)) return Violation();
    return Violation(Concat(Shown(value), " was not a valid ", what, "."));
  });
}

ValidationRule CreditCardRule() {
  return TextRule([](std::string_view text, const json::value&) {
    return IsCreditCard(text) ? Violation() : Violation("Value was not a valid credit card.");
  });
}

template <typename Check>
ValidationRule TypeRule(Check check, std::string_view what) {
  return [check, what](const json::value& value) {
    return check(value) ? Violation() : Violation(Concat(Shown(value), " was not ", what, "."));
  };
}

bool IsInteger(const json::value& value) {
  std::optional<double> number = NumberOf(value);
  return number.has_value() && std::floor(*number) == *number && std::abs(*number) < 1e21;
}

ValidationRule NotEmptyRule() {
  return [](const json::value& value) {
    return IsEmptyString(value) ? Violation(Concat(Shown(value), " was an empty string.")) : Violation();
  };
}

ValidationRule BoundRule(bool is_minimum, double bound) {
  return [=](const json::value& value) {
    std::optional<double> number = NumberOf(value);
    if (!number.has_value()) return Violation("Value was not a number.");
    if (is_minimum ? *number >= bound : *number <= bound) return Violation();
    return Violation(Concat(
        Shown(value),
        is_minimum ? " was less than the configured minimum (" : " was greater than the configured maximum (",
        NumberText(bound), ")"));
  };
}

ValidationRule MinLengthRule(double bound) {
  return TextRule([bound](std::string_view text, const json::value& value) {
    if (static_cast<double>(JsLength(text)) >= bound) return Violation();
    return Violation(
        Concat(Shown(value), " was shorter than the configured minimum length (", NumberText(bound), ")"));
  });
}

ValidationRule MaxLengthRule(double bound) {
  return TextRule([bound](std::string_view text, const json::value&) {
    double left = bound - static_cast<double>(JsLength(text));
    if (left >= 0) return Violation();
    // The reference counts below zero here.
    return Violation(Concat("Value was ", NumberText(left),
                            " characters longer than the configured maximum length (", NumberText(bound),
                            ")"));
  });
}

ValidationRule ListRule(bool is_whitelist, json::array list) {
  return [is_whitelist, list = std::move(list)](const json::value& value) {
    if (IsEmptyString(value)) return Violation();
    bool listed = std::find(list.begin(), list.end(), value) != list.end();
    for (const json::value& item : list) listed |= value.is_number() && NumberOf(item) == NumberOf(value);
    if (listed == is_whitelist) return Violation();
    std::vector<std::string> names;
    for (const json::value& item : list) names.push_back(item.is_null() ? "" : ToJsString(item));
    return Violation(
        Concat(Shown(value),
               is_whitelist ? " was not in the configured whitelist (" : " was in the configured blacklist (",
               Join(names, ", "), ")"));
  };
}

// Milliseconds since the epoch, NaN if the value is no time.
double TimeOf(const json::value& value) {
  if (std::optional<double> number = NumberOf(value)) return *number;
  std::optional<int64_t> time = value.is_string() ? ParseIsoTime(value.get_string()) : std::nullopt;
  return time.has_value() ? static_cast<double>(*time) : std::numeric_limits<double>::quiet_NaN();
}

ValidationRule TimeRule(bool is_after, const json::value& bound) {
  return [is_after, limit = TimeOf(bound), shown = ToJsString(bound)](const json::value& value) {
    if (IsEmptyString(value)) return Violation();
    double time = TimeOf(value);
    if (is_after ? time > limit : time < limit) return Violation();
    return Violation(
        Concat(Shown(value), is_after ? " was before" : " was after", " the configured time (", shown, ")"));
  };
}

// "^[a-z]+$" or "/^[a-z]+$/i". RE2, so that no text can make it slow; it has no look-around and no back
// references.
absl::StatusOr<ValidationRule> RegexRule(std::string_view argument) {
  std::string_view pattern = argument;
  std::string_view flags;
  size_t end = argument.rfind('/');
  bool delimited = argument.starts_with("/") && end > 0 &&
                   argument.find_first_not_of("gimsuy", end + 1) == std::string_view::npos;
  if (delimited) {
    pattern = argument.substr(1, end - 1);
    flags = argument.substr(end + 1);
  }
  std::string options;
  for (char flag : flags) {
    if (flag == 'i' || flag == 'm' || flag == 's') options += flag;
  }
  std::string source = options.empty() ? std::string(pattern) : Concat("(?", options, ")", pattern);
  auto regex = std::make_shared<const RE2>(source, RE2::Quiet);
  if (!regex->ok()) {
    return absl::InvalidArgumentError(Concat("the regular expression cannot be used: ", regex->error()));
  }
  std::string shown = delimited ? std::string(argument) : Concat("/", argument, "/");
  return TextRule([regex, shown](std::string_view text, const json::value& value) {
    if (RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex)) return Violation();
    return Violation(Concat(Shown(value), " did not match the configured regular expression (", shown, ")"));
  });
}

absl::StatusOr<ValidationRule> CustomRule(const json::value& argument) {
  const json::value* refused = argument.is_object() ? argument.get_object().if_contains("not") : nullptr;
  if (refused == nullptr || !refused->is_array() || argument.get_object().size() != 1) {
    return absl::InvalidArgumentError("custom takes {not: [values]}");
  }
  return ValidationRule([list = refused->get_array()](const json::value& value) {
    if (std::find(list.begin(), list.end(), value) == list.end()) return Violation();
    return Violation(Concat(Shown(value), " failed custom validation."));
  });
}

// Rules that take true (or false, which switches them off).
struct Switch {
  std::string_view name;
  ValidationRule (*make)();
};
const Switch kSwitches[] = {
    {"isEmail", [] { return FormatRule(IsEmail, "email address"); }},
    {"isURL", [] { return FormatRule(IsUrl, "URL"); }},
    {"isUUID", [] { return FormatRule(IsUuid, "UUID"); }},
    {"isIP", [] { return FormatRule(IsIp, "IP address"); }},
    {"isHexColor", [] { return FormatRule(IsHexColor, "hex color"); }},
    {"isCreditCard", CreditCardRule},
    {"isInteger", [] { return TypeRule(IsInteger, "an integer"); }},
    {"isNotEmptyString", NotEmptyRule},
    {"isBoolean", [] { return TypeRule([](const json::value& v) { return v.is_bool(); }, "a boolean"); }},
    {"isNumber", [] { return TypeRule([](const json::value& v) { return v.is_number(); }, "a number"); }},
    {"isString", [] { return TypeRule([](const json::value& v) { return v.is_string(); }, "a string"); }},
};

constexpr std::string_view kRulesWithArgument[] = {"isIn",      "isNotIn", "isBefore", "isAfter", "minLength",
                                                   "maxLength", "min",     "max",      "regex",   "custom"};

absl::Status Needs(std::string_view name, std::string_view what) {
  return absl::InvalidArgumentError(Concat(name, " takes ", what));
}

}  // namespace

bool IsValidationRule(std::string_view name) {
  for (const Switch& rule : kSwitches) {
    if (rule.name == name) return true;
  }
  return std::find(std::begin(kRulesWithArgument), std::end(kRulesWithArgument), name) !=
         std::end(kRulesWithArgument);
}

absl::StatusOr<ValidationRule> MakeValidationRule(std::string_view name, const json::value& argument) {
  for (const Switch& rule : kSwitches) {
    if (rule.name != name) continue;
    if (!argument.is_bool()) return Needs(name, "true or false");
    return argument.get_bool() ? rule.make() : Always();
  }
  if (name == "isIn" || name == "isNotIn") {
    if (!argument.is_array()) return Needs(name, "a list of values");
    return ListRule(name == "isIn", argument.get_array());
  }
  if (name == "isBefore" || name == "isAfter") {
    if (std::isnan(TimeOf(argument))) return Needs(name, "a time: milliseconds since the epoch, or ISO 8601");
    return TimeRule(name == "isAfter", argument);
  }
  if (name == "regex") return argument.is_string() ? RegexRule(argument.get_string()) : Needs(name, "a text");
  if (name == "custom") return CustomRule(argument);
  std::optional<double> bound = NumberOf(argument);
  if (!IsValidationRule(name)) return absl::InvalidArgumentError(Concat("there is no rule ", name));
  if (!bound.has_value()) return Needs(name, "a number");
  if (name == "min" || name == "max") return BoundRule(name == "min", *bound);
  if (!IsInteger(argument) || *bound < 0) return Needs(name, "a whole number");
  return name == "minLength" ? MinLengthRule(*bound) : MaxLengthRule(*bound);
}

}  // namespace sail::logic
