#include "services/logic/model/where_sql.h"

#include <charconv>
#include <cstdint>
#include <limits>

#include "services/logic/model/text.h"

namespace sail::logic {
namespace {

std::string Column(const Attribute& attribute, std::string_view table_alias) {
  std::string column = QuoteIdentifier(attribute.column_name);
  return table_alias.empty() ? column : Concat(table_alias, ".", column);
}

// Whether Postgres can read the text as a value of this integer type; a column of any other type reads what
// it is given.
bool FitsColumn(std::string_view column_type, const std::string& text) {
  int64_t smallest = std::numeric_limits<int32_t>::min();
  int64_t largest = std::numeric_limits<int32_t>::max();
  if (column_type == "bigint") {
    smallest = std::numeric_limits<int64_t>::min();
    largest = std::numeric_limits<int64_t>::max();
  } else if (column_type != "integer") {
    return true;
  }
  int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number >= smallest && number <= largest;
}

std::string_view Operator(Comparison comparison) {
  switch (comparison) {
    case Comparison::kNotEqual:
      return " <> ";
    case Comparison::kLess:
      return " < ";
    case Comparison::kLessOrEqual:
      return " <= ";
    case Comparison::kGreater:
      return " > ";
    case Comparison::kGreaterOrEqual:
      return " >= ";
    default:
      return " = ";
  }
}

std::string TermSql(const Where& where, SqlParameters& parameters, std::string_view table_alias) {
  std::string column = Column(*where.attribute, table_alias);
  std::string_view type = where.attribute->column_type;
  // Comparing as numeric gives the right answer for 1.5 or 1e12 against an integer column, where a parameter
  // of the column's own type would be an error. json has no comparison of its own.
  std::string_view cast;
  for (const std::string& value : where.values) {
    if (!FitsColumn(type, value)) cast = "::numeric";
  }
  if (type == "json") {
    column += "::jsonb";
    cast = "::jsonb";
  }
  switch (where.comparison) {
    case Comparison::kIsNull:
      return Concat(Column(*where.attribute, table_alias), " IS NULL");
    case Comparison::kIsNotNull:
      return Concat(Column(*where.attribute, table_alias), " IS NOT NULL");
    case Comparison::kIn:
      return Concat(column, " = ANY(", AddParameter(ArrayText(where.values), parameters), cast,
                    cast.empty() ? "" : "[]", ")");
    case Comparison::kNotIn:
      return Concat(column, " <> ALL(", AddParameter(ArrayText(where.values), parameters), cast,
                    cast.empty() ? "" : "[]", ")");
    case Comparison::kLike:
      return Concat(Column(*where.attribute, table_alias), type == "text" ? "" : "::text", " LIKE ",
                    AddParameter(where.values[0], parameters));
    default:
      return Concat(column, Operator(where.comparison), AddParameter(where.values[0], parameters), cast);
  }
}

}  // namespace

std::string QuoteIdentifier(std::string_view name) {
  return Concat("\"", ReplaceAll(name, "\"", "\"\""), "\"");
}

std::string ArrayText(const std::vector<std::string>& elements) {
  std::string text = "{";
  for (const std::string& element : elements) {
    if (text.size() > 1) text += ',';
    text += '"';
    for (char c : element) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += '"';
  }
  return text + "}";
}

std::string AddParameter(ColumnText value, SqlParameters& parameters) {
  parameters.push_back(std::move(value));
  return Concat("$", std::to_string(parameters.size()));
}

std::string WhereSql(const Where& where, SqlParameters& parameters, std::string_view table_alias) {
  switch (where.kind) {
    case Where::Kind::kEverything:
      return "TRUE";
    case Where::Kind::kNothing:
      return "FALSE";
    case Where::Kind::kTerm:
      return TermSql(where, parameters, table_alias);
    case Where::Kind::kAll:
    case Where::Kind::kAny:
      break;
  }
  std::vector<std::string> operands;
  for (const Where& operand : where.operands) {
    std::string sql = WhereSql(operand, parameters, table_alias);
    operands.push_back(operand.operands.empty() ? sql : Concat("(", sql, ")"));
  }
  return Join(operands, where.kind == Where::Kind::kAll ? " AND " : " OR ");
}

std::string OrderBySql(const Model& model, const std::vector<SortKey>& sort, std::string_view table_alias) {
  std::vector<std::string> keys;
  bool has_primary_key = false;
  for (const SortKey& key : sort) {
    std::string cast = key.attribute->column_type == "json" ? "::jsonb" : "";
    keys.push_back(Concat(Column(*key.attribute, table_alias), cast, key.descending ? " DESC" : ""));
    has_primary_key |= key.attribute->is_primary_key();
  }
  if (!has_primary_key) keys.push_back(Column(model.primary_key(), table_alias));
  return Join(keys, ", ");
}

std::string LimitSql(const Criteria& criteria, SqlParameters& parameters) {
  std::string sql;
  if (criteria.limit.has_value()) {
    sql += Concat(" LIMIT ", AddParameter(std::to_string(*criteria.limit), parameters));
  }
  if (criteria.skip > 0) sql += Concat(" OFFSET ", AddParameter(std::to_string(criteria.skip), parameters));
  return sql;
}

}  // namespace sail::logic
