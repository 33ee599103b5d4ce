#include <algorithm>
#include <boost/json.hpp>

#include "services/logic/model/criteria_clauses.h"
#include "services/logic/model/js_inspect.h"
#include "services/logic/model/js_value.h"
#include "services/logic/model/text.h"

namespace sail::logic {
namespace {

namespace json = boost::json;

constexpr std::string_view kInvalid = "The `sort` clause in the provided criteria is invalid.  ";
constexpr std::string_view kInvalidItem =
    "The `sort` clause in the provided criteria is invalid, because, although it is an array, one of its "
    "items (aka "
    "comparator directives) ";
constexpr std::string_view kForms =
    "If specified, it should be either a string like `'fullName DESC'`, or an array like `[ { fullName: "
    "'DESC' } ]`.  ";

absl::Status Refuse(std::string text) { return absl::InvalidArgumentError(std::move(text)); }

std::string UpperCase(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
  return text;
}

// One item: an attribute's name and a direction, not yet checked.
struct Directive {
  std::string target;
  json::value direction;
};

// {age: -1, name: 1}
absl::StatusOr<std::vector<Directive>> ParseDictionary(const json::object& sort) {
  std::vector<Directive> directives;
  for (std::string_view key : JsKeys(sort)) {
    const json::value& direction = sort.at(key);
    if (direction.is_string() && sort.size() == 1) {
      return Refuse(
          Concat(kInvalid, kForms,
                 "But it looks like you might need to wrap this in an array, because instead, got: ",
                 Inspect(sort)));
    }
    std::optional<double> number = NumberOf(direction);
    if (!number.has_value() || (*number != 1 && *number != -1)) {
      return Refuse(
          Concat(kInvalid,
                 "If specified as a dictionary, it should use Mongo-esque semantics, using -1 and 1 for the "
                 "sort direction  (something like `{ fullName: -1, rank: 1 }`).  But instead, got: ",
                 Inspect(sort)));
    }
    directives.push_back({std::string(key), json::string(*number == 1 ? "ASC" : "DESC")});
  }
  return directives;
}

// "age DESC"
absl::StatusOr<Directive> ParseText(std::string_view text) {
  std::vector<std::string> pieces = SplitOnJsSpace(text);
  if (pieces.size() > 2) {
    return Refuse(Concat(
        "Invalid `sort` clause in criteria. If specifying a string, it should look like e.g. `'emailAddress "
        "ASC'`, where the attribute name (\"emailAddress\") is separated from the sort direction (\"ASC\" or "
        "\"DESC\") by whitespace.  But instead, got: ",
        InspectString(text)));
  }
  return Directive{pieces[0], json::string(pieces.size() == 2 ? pieces[1] : "ASC")};
}

absl::StatusOr<Directive> ParseItem(const json::value& item) {
  if (item.is_string()) return ParseText(item.get_string());
  if (!item.is_object()) {
    return Refuse(
        Concat(kInvalidItem,
               "has an unexpected data type.  Expected every comparator directive to be a dictionary like "
               "`{ fullName: 'DESC' }`.  But instead, this one is: ",
               Inspect(item)));
  }
  const json::object& object = item.get_object();
  if (object.empty()) {
    return Refuse(
        Concat(kInvalidItem,
               "is `{}`, an empty dictionary (aka plain JavaScript object).  But comparator directives are "
               "supposed to have _exactly one_ key (e.g. so that they look something like `{ fullName: "
               "'DESC' }`."));
  }
  if (object.size() > 1) {
    return Refuse(Concat(
        kInvalidItem, "is a dictionary (aka plain JavaScript object) with ", std::to_string(object.size()),
        " keys...  But, that's too many keys.  Comparator directives are supposed to have _exactly "
        "one_ key (e.g. so that they look something like `{ fullName: 'DESC' }`.  But instead, this "
        "one is: ",
        Inspect(item)));
  }
  return Directive{std::string(object.begin()->key()), object.begin()->value()};
}

absl::StatusOr<SortKey> Resolve(const Model& model, const Directive& directive) {
  const std::string& target = directive.target;
  if (Contains(target, ".")) {
    return Refuse(
        "Cannot use dot notation as the target for a `sort` comparator without enabling experimental support "
        "for "
        "\"deep targets\".  Please try again with `.meta({enableExperimentalDeepTargets:true})`.");
  }
  const Attribute* attribute = model.Find(target);
  if (attribute == nullptr) {
    return Refuse(Concat(kInvalidItem, "is problematic.  It indicates that we should sort by `", target,
                         "`-- but that is not a recognized attribute for this model (`", model.identity(),
                         "`).  Since the model declares `schema: true`, this is not allowed."));
  }
  if (attribute->is_collection()) {
    return Refuse(
        Concat("Cannot sort by `", target,
               "` because it corresponds with an \"unsortable\" attribute definition for this model (`",
               model.identity(),
               "`).  This attribute is a plural (`collection`) association, so sorting by it is not "
               "supported."));
  }
  std::string direction = ToJsString(directive.direction);
  if (directive.direction.is_string()) direction = UpperCase(std::move(direction));
  if (!directive.direction.is_string() || (direction != "ASC" && direction != "DESC")) {
    return Refuse(Concat(kInvalidItem, "is problematic.  It indicates that we should sort by `", target,
                         "`, which is fine.  But then it suggests that Waterline should use `", direction,
                         "` as the sort direction. (Should always be either \"ASC\" or \"DESC\".)"));
  }
  return SortKey{attribute, direction == "DESC"};
}

absl::StatusOr<std::vector<SortKey>> ResolveAll(const Model& model,
                                                const std::vector<Directive>& directives) {
  std::vector<SortKey> keys;
  for (const Directive& directive : directives) {
    absl::StatusOr<SortKey> key = Resolve(model, directive);
    if (!key.ok()) return key.status();
    keys.push_back(*key);
  }
  std::vector<bool> seen(model.attributes().size(), false);
  for (const SortKey& key : keys) {
    if (seen[key.attribute->index]) {
      return Refuse(Concat("Cannot sort by the same thing (`", key.attribute->name, "`) twice!"));
    }
    seen[key.attribute->index] = true;
  }
  return keys;
}

}  // namespace

absl::StatusOr<std::vector<SortKey>> ParseSort(const Model& model, const json::value& sort) {
  std::vector<Directive> directives;
  if (sort.is_object()) {
    absl::StatusOr<std::vector<Directive>> parsed = ParseDictionary(sort.get_object());
    if (!parsed.ok()) return parsed.status();
    return ResolveAll(model, *parsed);
  }
  if (!sort.is_array() && !sort.is_string()) {
    return Refuse(Concat(kInvalid, kForms, "But instead, got: ", Inspect(sort)));
  }
  // An item is resolved before the next one is looked at: the first error in the list is the one that counts.
  size_t count = sort.is_array() ? sort.get_array().size() : 1;
  for (size_t i = 0; i < count; ++i) {
    absl::StatusOr<Directive> directive = ParseItem(sort.is_array() ? sort.get_array()[i] : sort);
    if (!directive.ok()) return directive.status();
    if (absl::StatusOr<SortKey> key = Resolve(model, *directive); !key.ok()) return key.status();
    directives.push_back(*std::move(directive));
  }
  return ResolveAll(model, directives);
}

}  // namespace sail::logic
