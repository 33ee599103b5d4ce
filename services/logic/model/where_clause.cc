#include <boost/json.hpp>

#include "services/logic/model/criteria_clauses.h"
#include "services/logic/model/js_inspect.h"
#include "services/logic/model/js_value.h"
#include "services/logic/model/text.h"
#include "services/logic/model/usage_error.h"

namespace sail::logic {
namespace {

namespace json = boost::json;

constexpr int kMaxNesting = 25;
// A statement has at most 65,535 parameters.
constexpr int kMaxTerms = 30000;

absl::Status Refuse(std::string text) { return absl::InvalidArgumentError(std::move(text)); }

class WhereParser {
 public:
  explicit WhereParser(const Model& model) : model_(model) {}

  absl::StatusOr<Where> ParseBranch(const json::object& branch, int nesting) {
    if (absl::Status status = CheckNesting(nesting); !status.ok()) return status;
    if (branch.size() == 1) {
      std::string_view key = branch.begin()->key();
      return ParseMember(key, branch.begin()->value(), nesting);
    }
    Combination all(Where::Kind::kAll);
    for (std::string_view key : JsKeys(branch)) {
      if (!all.Add(ParseMember(key, branch.at(key), nesting + 1))) break;
    }
    return all.Result();
  }

 private:
  // Operands of one and/or, with terms that match everything or nothing folded away. The first error or the
  // first operand that settles the result ends it, whatever comes after.
  class Combination {
   public:
    explicit Combination(Where::Kind kind)
        : settling_(kind == Where::Kind::kAll ? Where::Kind::kNothing : Where::Kind::kEverything),
          neutral_(kind == Where::Kind::kAll ? Where::Kind::kEverything : Where::Kind::kNothing) {
      where_.kind = kind;
    }

    // Whether more operands matter.
    bool Add(absl::StatusOr<Where> operand) {
      if (!operand.ok()) {
        status_ = operand.status();
        return false;
      }
      if (operand->kind == settling_) {
        settled_ = true;
        return false;
      }
      if (operand->kind != neutral_) where_.operands.push_back(*std::move(operand));
      return true;
    }

    absl::StatusOr<Where> Result() {
      if (!status_.ok()) return status_;
      if (settled_) return Where{.kind = settling_};
      if (where_.operands.empty()) return Where{.kind = neutral_};
      if (where_.operands.size() > 1) return std::move(where_);
      Where only = std::move(where_.operands[0]);
      return only;
    }

   private:
    Where::Kind settling_;
    Where::Kind neutral_;
    Where where_;
    absl::Status status_;
    bool settled_ = false;
  };

  static absl::Status CheckNesting(int nesting) {
    if (nesting <= kMaxNesting) return absl::OkStatus();
    return Refuse(
        Concat("This `where` clause seems to have a circular reference. Aborted automatically after reaching "
               "maximum "
               "recursion depth (",
               std::to_string(kMaxNesting), ")."));
  }

  absl::StatusOr<Where> ParseMember(std::string_view key, const json::value& value, int nesting) {
    if (absl::Status status = CheckNesting(nesting); !status.ok()) return status;
    if (key == "and" || key == "or") return ParseList(key, value, nesting);
    if (!value.is_object() || value.get_object().size() < 2) return ParseSingleConstraint(key, value);
    Combination all(Where::Kind::kAll);
    if (absl::Status status = CheckNesting(nesting + 1); !status.ok()) return status;
    for (std::string_view modifier : JsKeys(value.get_object())) {
      if (!all.Add(ParseTerm(key, modifier, value.get_object().at(modifier)))) break;
    }
    return all.Result();
  }

  absl::StatusOr<Where> ParseList(std::string_view key, const json::value& value, int nesting) {
    if (!value.is_array()) {
      return Refuse(Concat("Expected an array at `", key, "`, but instead got: ", Inspect(value),
                           "\n(`and`/`or` should always be provided with an array on the right-hand side.)"));
    }
    Combination list(key == "and" ? Where::Kind::kAll : Where::Kind::kAny);
    for (const json::value& item : value.get_array()) {
      if (!item.is_object()) {
        return Refuse(Concat(
            "Expected each item within an `and`/`or` predicate's array to be a dictionary (plain JavaScript "
            "object).  But instead, got: `",
            Inspect(item), "`"));
      }
      if (!list.Add(ParseBranch(item.get_object(), nesting + 1))) break;
    }
    return list.Result();
  }

  absl::StatusOr<Where> ParseSingleConstraint(std::string_view key, const json::value& value) {
    if (value.is_array()) return ParseTerm(key, "in", value);
    if (!value.is_object() || value.get_object().empty()) return ParseTerm(key, std::nullopt, value);
    const auto& member = *value.get_object().begin();
    return ParseTerm(key, member.key(), member.value());
  }

  absl::StatusOr<Where> ParseTerm(std::string_view key, std::optional<std::string_view> modifier,
                                  const json::value& value) {
    if (++terms_ > kMaxTerms) return UnusableRequest("the where clause has too many conditions");
    absl::StatusOr<Where> term = ParseConstraint(model_, key, modifier, value);
    if (term.ok()) return term;
    return Prefixed(Concat("Could not filter by `", key, "`: "), term.status());
  }

  const Model& model_;
  int terms_ = 0;
};

}  // namespace

absl::StatusOr<Where> ParseWhereClause(const Model& model, const json::value& where) {
  if (where.is_null()) return Where();
  WhereParser parser(model);
  if (where.is_object()) return parser.ParseBranch(where.get_object(), 0);
  if (where.is_bool()) {
    return Refuse(
        Concat("If provided, `where` clause should be a dictionary.  But instead, got: ", Inspect(where)));
  }
  return parser.ParseBranch(json::object{{model.primary_key().name, where}}, 0);
}

}  // namespace sail::logic
