#include <boost/json.hpp>
#include <utility>

#include "services/logic/model/coercion.h"
#include "services/logic/model/criteria_clauses.h"
#include "services/logic/model/js_inspect.h"
#include "services/logic/model/text.h"

namespace sail::logic {
namespace {

namespace json = boost::json;

absl::Status Refuse(std::string text) { return absl::InvalidArgumentError(std::move(text)); }

// Deprecated spellings are accepted.
std::string_view Canonical(std::string_view modifier) {
  static constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
      {"lessThan", "<"},    {"lessThanOrEqual", "<="},
      {"greaterThan", ">"}, {"greaterThanOrEqual", ">="},
      {"not", "!="},        {"!", "!="},
      {"!==", "!="}};
  for (const auto& [alias, canonical] : kAliases) {
    if (modifier == alias) return canonical;
  }
  return modifier;
}

struct Inequality {
  std::string_view modifier;
  std::string_view name;
  Comparison comparison;
};
constexpr Inequality kInequalities[] = {{">", "greater than", Comparison::kGreater},
                                        {">=", "greater than or equal", Comparison::kGreaterOrEqual},
                                        {"<", "less than", Comparison::kLess},
                                        {"<=", "less than or equal", Comparison::kLessOrEqual}};

class ConstraintParser {
 public:
  explicit ConstraintParser(const Attribute& attribute) : attribute_(attribute) {}

  absl::StatusOr<Where> Parse(std::optional<std::string_view> given, const json::value& value) {
    if (!given.has_value()) return ParseEqual(value);
    std::string_view modifier = Canonical(*given);
    if (modifier == "!=" && value.is_array()) modifier = "nin";
    if (modifier == "!=") return ParseNotEqual(value);
    if (modifier == "in" || modifier == "nin") return ParseList(modifier, value);
    for (const Inequality& inequality : kInequalities) {
      if (modifier == inequality.modifier) return ParseInequality(inequality, value);
    }
    if (modifier == "contains" || modifier == "startsWith" || modifier == "endsWith") {
      return ParseSearch(modifier, value);
    }
    if (modifier == "like") return ParseLike(value);
    return Refuse(Concat("Unrecognized modifier (`", modifier, "`) within provided constraint for `",
                         attribute_.name, "`."));
  }

 private:
  Where Term(Comparison comparison, std::vector<std::string> values = {}) {
    return Where{.kind = Where::Kind::kTerm,
                 .operands = {},
                 .attribute = &attribute_,
                 .comparison = comparison,
                 .values = std::move(values)};
  }

  // The value as the attribute's type has it; not null.
  absl::StatusOr<std::string> Normalise(const json::value& value) {
    std::optional<json::value> coerced = Coerce(attribute_.type, value);
    if (!coerced.has_value()) {
      std::string mismatch = TypeMismatch(attribute_.type, value);
      if (!attribute_.is_to_one()) {
        return Refuse(
            Concat("Does not match the declared data type of the corresponding attribute.  ", mismatch));
      }
      return Refuse(
          Concat("The corresponding attribute (`", attribute_.name,
                 "`) is a singular (\"model\") association, but the provided value does not match the "
                 "declared type of the primary key attribute for the associated model (`",
                 attribute_.association.target->identity(), "`).  ", mismatch));
    }
    absl::StatusOr<ColumnText> text = ToColumnText(attribute_.type, *coerced);
    if (!text.ok()) return text.status();
    return *std::move(*text);
  }

  absl::StatusOr<Where> ParseEqual(const json::value& value) {
    if (value.is_object()) {
      return Refuse(
          Concat("If specifying a complex constraint, there should always be at least one modifier.  But the "
                 "constraint provided as `",
                 attribute_.name,
                 "` has no keys-- it is just `{}`, an empty dictionary (aka plain JavaScript object)."));
    }
    if (value.is_null()) return Term(Comparison::kIsNull);
    absl::StatusOr<std::string> text = Normalise(value);
    if (!text.ok()) return text.status();
    return Term(Comparison::kEqual, {*std::move(text)});
  }

  absl::StatusOr<Where> ParseNotEqual(const json::value& value) {
    if (value.is_null()) return Term(Comparison::kIsNotNull);
    absl::StatusOr<std::string> text = Normalise(value);
    if (!text.ok()) return Prefixed("Invalid `!=` (\"not equal\") modifier.  ", text.status());
    return Term(Comparison::kNotEqual, {*std::move(text)});
  }

  absl::StatusOr<Where> ParseList(std::string_view modifier, const json::value& value) {
    bool negated = modifier == "nin";
    std::string_view shown = negated ? "`nin` (\"not in\")" : "`in`";
    std::string_view article = negated ? "A " : "An ";
    if (!value.is_array()) {
      return Refuse(Concat(article, shown,
                           " modifier should always be provided as an array.  But instead, for the `",
                           modifier, "` modifier at `", attribute_.name, "`, got: ", Inspect(value)));
    }
    if (value.get_array().empty()) {
      return Where{.kind = negated ? Where::Kind::kEverything : Where::Kind::kNothing};
    }
    std::vector<std::string> texts;
    for (const json::value& item : value.get_array()) {
      if (item.is_null()) {
        return Refuse(Concat("Got unsupported value (`null`) in ", negated ? "a " : "an ", shown,
                             " modifier array.  Please use `or: [{ ", attribute_.name,
                             negated ? ": { '!=': null }, ...]` instead." : ": null }, ...]` instead."));
      }
      absl::StatusOr<std::string> text = Normalise(item);
      if (!text.ok())
        return Prefixed(Concat("Invalid item within ", shown, " modifier array.  "), text.status());
      texts.push_back(*std::move(text));
    }
    return Term(negated ? Comparison::kNotIn : Comparison::kIn, std::move(texts));
  }

  absl::StatusOr<Where> ParseInequality(const Inequality& inequality, const json::value& value) {
    std::string shown = Concat("`", inequality.modifier, "` (\"", inequality.name, "\") modifier");
    if (attribute_.type == AttributeType::kBoolean) {
      return Refuse(
          Concat("A ", shown, " cannot be used with a boolean attribute.  (Please use `or` instead.)"));
    }
    if (value.is_null()) {
      return Refuse(Concat("Invalid ", shown,
                           ".  `null` is not supported with comparison modifiers.  Please use `or: [{ ",
                           attribute_.name, ": { '!=': null }, ...]` instead."));
    }
    absl::StatusOr<std::string> text = Normalise(value);
    if (!text.ok()) return Prefixed(Concat("Invalid ", shown, ".  "), text.status());
    return Term(inequality.comparison, {*std::move(text)});
  }

  absl::Status CheckSearchable(std::string_view shown) {
    if (attribute_.type != AttributeType::kNumber && attribute_.type != AttributeType::kBoolean) {
      return absl::OkStatus();
    }
    return Refuse(Concat(
        shown, " modifier cannot be used with a boolean or numeric attribute (it wouldn't make any sense)."));
  }

  absl::StatusOr<Where> ParseSearch(std::string_view modifier, const json::value& value) {
    std::string_view article = modifier == "endsWith" ? "An `" : "A `";
    absl::Status status = CheckSearchable(Concat(article, modifier, "` (i.e. string search)"));
    if (!status.ok()) return status;
    std::optional<json::value> text = Coerce(AttributeType::kString, value);
    if (!text.has_value()) {
      return Refuse(Concat("Invalid `", modifier, "` (string search) modifier.  ",
                           TypeMismatch(AttributeType::kString, value)));
    }
    if (text->get_string().empty()) return Where();
    std::string pattern = ReplaceAll(std::string_view(text->get_string()), "%", "\\%");
    if (modifier != "startsWith") pattern = Concat("%", pattern);
    if (modifier != "endsWith") pattern += '%';
    return LikeTerm(std::move(pattern));
  }

  absl::StatusOr<Where> ParseLike(const json::value& value) {
    absl::Status status = CheckSearchable("A `like` (i.e. SQL-style \"LIKE\")");
    if (!status.ok()) return status;
    if (!value.is_string() || value.get_string().empty()) {
      return Refuse(
          Concat("Invalid `like` (i.e. SQL-style \"LIKE\") modifier.  Should be provided as a non-empty "
                 "string, using "
                 "`%` symbols as wildcards, but instead, got: ",
                 Inspect(value)));
    }
    if (value.get_string() == "%%") return Where();
    return LikeTerm(std::string(value.get_string()));
  }

  absl::StatusOr<Where> LikeTerm(std::string pattern) {
    // An escape character at the very end is an error for PostgreSQL; it can only have meant itself.
    size_t backslashes = pattern.size() - (pattern.find_last_not_of('\\') + 1);
    if (backslashes % 2 == 1) pattern += '\\';
    absl::StatusOr<ColumnText> text = ToColumnText(AttributeType::kString, json::value(pattern));
    if (!text.ok()) return text.status();
    return Term(Comparison::kLike, {**text});
  }

  const Attribute& attribute_;
};

}  // namespace

absl::StatusOr<Where> ParseConstraint(const Model& model, std::string_view target,
                                      std::optional<std::string_view> modifier, const json::value& value) {
  if (Contains(target, ".")) {
    return Refuse(
        "Cannot use dot notation in a constraint target without enabling experimental support for \"deep "
        "targets\".  "
        "Please try again with `.meta({enableExperimentalDeepTargets:true})`.");
  }
  const Attribute* attribute = model.Find(target);
  if (attribute == nullptr) {
    return Refuse(Concat("`", target, "` is not a recognized attribute for this model (`", model.identity(),
                         "`).  And since the model declares `schema: true`, this is not allowed."));
  }
  if (attribute->is_collection()) {
    return Refuse(Concat("Cannot filter by `", target,
                         "` because it is a plural association (which wouldn't make sense)."));
  }
  return ConstraintParser(*attribute).Parse(modifier, value);
}

}  // namespace sail::logic
