#include "services/logic/model/value_normaliser.h"

#include <optional>
#include <utility>

#include "services/logic/model/coercion.h"
#include "services/logic/model/js_inspect.h"
#include "services/logic/model/js_value.h"
#include "services/logic/model/record_values.h"
#include "services/logic/model/text.h"

namespace sail::logic {
namespace {

namespace json = boost::json;

std::string BaseValuePhrase(AttributeType type) {
  if (type == AttributeType::kString) return "`''` (empty string)";
  if (type == AttributeType::kNumber) return "`0` (zero)";
  return "`false`";
}

std::string NullRefusal(const Attribute& attribute) {
  std::string text = Concat("Specified value (`null`) is not a valid `", attribute.name,
                            "`.  Even though this attribute is optional, it still does not allow `null` to "
                            "be explicitly set, because `null` "
                            "is not valid vs. the expected type: '",
                            AttributeTypeName(attribute.type),
                            "'.  Instead, to indicate \"voidness\", please set the value for this attribute "
                            "to the base value for its type, ",
                            BaseValuePhrase(attribute.type),
                            ".  Or, if you specifically need to save `null`, then change this attribute to "
                            "either `type: 'json'` or `type: "
                            "'ref'`.  ");
  if (attribute.defaults_to.has_value()) return text;
  return Concat(
      text,
      "Also note: Since this attribute does not define a `defaultsTo`, the base value will be used as an "
      "implicit default if `",
      attribute.name, "` is omitted when creating a record.");
}

}  // namespace

bool ValueNormaliser::Run(const json::value& value) {
  bool fine = attribute_.is_primary_key()  ? PrimaryKey(value)
              : attribute_.is_collection() ? Collection(value)
              : attribute_.is_to_one()     ? ForeignKey(value)
                                           : Plain(value);
  return fine && (attribute_.is_collection() || Text());
}

bool ValueNormaliser::Refuse(std::string text, RefusalKind kind) {
  refusal_ = {kind, std::move(text)};
  return false;
}

bool ValueNormaliser::PrimaryKey(const json::value& value) {
  absl::StatusOr<json::value> key = CoerceKey(attribute_.type, value);
  if (!key.ok()) return Refuse(Concat("Invalid primary key value.  ", std::string(key.status().message())));
  result_.value = *std::move(key);
  return FollowsRules();
}

bool ValueNormaliser::Collection(const json::value& value) {
  absl::StatusOr<std::vector<std::string>> ids =
      NormaliseAssociatedIds(*attribute_.association.target, &value);
  if (!ids.ok()) {
    return Refuse(
        Concat("If specified, expected `", attribute_.name,
               "` to be an array of ids (representing the records to associate).  But instead, got: ",
               Inspect(value)));
  }
  result_.ids = *std::move(ids);
  return true;
}

bool ValueNormaliser::ForeignKey(const json::value& value) {
  if (value.is_null()) {
    if (attribute_.required) {
      return Refuse(Concat("Cannot set `null` for required association (`", attribute_.name, "`)."));
    }
    return true;
  }
  absl::StatusOr<json::value> key = CoerceKey(attribute_.type, value);
  if (!key.ok()) {
    return Refuse(
        Concat("Expecting an id representing the associated record, or `null` to indicate there will be no "
               "associated record.  But the specified value is not a valid `",
               attribute_.name, "`.  ", std::string(key.status().message())));
  }
  result_.value = *std::move(key);
  return true;
}

bool ValueNormaliser::Plain(const json::value& value) {
  if (std::string_view empty = EmptyTimestamp(value); !empty.empty()) return Refuse(std::string(empty));
  bool holds_null = attribute_.type == AttributeType::kJson || attribute_.type == AttributeType::kRef;
  if (value.is_null() && !holds_null && !attribute_.allow_null && !attribute_.required) {
    return Refuse(NullRefusal(attribute_), RefusalKind::kWrongType);
  }
  if (!value.is_null() || !attribute_.allow_null) {
    std::optional<json::value> coerced = Coerce(attribute_.type, value);
    if (!coerced.has_value()) {
      return Refuse(Concat("Specified value is not a valid `", attribute_.name, "`.  ",
                           TypeMismatch(attribute_.type, value)),
                    RefusalKind::kWrongType);
    }
    result_.value = *std::move(coerced);
  }
  if (attribute_.required && result_.value.is_string() && result_.value.get_string().empty()) {
    return Refuse("Cannot set \"\" (empty string) for a required attribute.");
  }
  if (attribute_.required && result_.value.is_null())
    return Refuse("Cannot set `null` for a required attribute.");
  return FollowsRules();
}

std::string_view ValueNormaliser::EmptyTimestamp(const json::value& value) const {
  if (!attribute_.auto_created_at && !attribute_.auto_updated_at) return "";
  if (!value.is_string() || !value.get_string().empty()) return "";
  return attribute_.type == AttributeType::kNumber ? "If specified, should be a valid JS timestamp (unix "
                                                     "epoch ms).  But instead, it was empty string (\"\")."
                                                   : "If specified, should be a valid JSON timestamp (ISO "
                                                     "8601).  But instead, it was empty string (\"\").";
}

bool ValueNormaliser::FollowsRules() {
  if (result_.value.is_null()) return true;
  std::string violations;
  for (const ValidationRule& rule : attribute_.rules) {
    if (std::optional<std::string> violation = rule(result_.value)) {
      violations += Concat("  • ", *violation, "\n");
    }
  }
  return violations.empty() || Refuse(Concat("Violated one or more validation rules:\n", violations));
}

bool ValueNormaliser::Text() {
  absl::StatusOr<ColumnText> text = ToColumnText(attribute_.type, result_.value);
  if (!text.ok()) return Refuse(std::string(text.status().message()), RefusalKind::kUnusable);
  result_.text = *std::move(text);
  return !attribute_.encrypt || Encrypt();
}

bool ValueNormaliser::Encrypt() {
  // Empty values stay readable, as in the reference.
  std::optional<double> number = NumberOf(result_.value);
  bool is_empty = !result_.text.has_value() || result_.text->empty() || number == 0 ||
                  (result_.value.is_bool() && !result_.value.get_bool());
  if (is_empty) return true;
  if (encryption_ == nullptr) {
    return Refuse(Concat("there is no key to encrypt `", attribute_.name, "` with"), RefusalKind::kUnusable);
  }
  absl::StatusOr<std::string> encrypted = encryption_->Encrypt(JsonText(result_.value));
  if (!encrypted.ok()) return Refuse(std::string(encrypted.status().message()), RefusalKind::kUnusable);
  result_.value = json::string(*encrypted);
  result_.text = *std::move(encrypted);
  return true;
}

}  // namespace sail::logic
