#ifndef SAIL_LOGIC_MODEL_WHERE_SQL_H_
#define SAIL_LOGIC_MODEL_WHERE_SQL_H_

#include <string>
#include <string_view>
#include <vector>

#include "services/logic/model/criteria.h"
#include "services/logic/model/schema.h"

namespace sail::logic {

// Criteria as SQL for PostgreSQL. Values are never in the text: they are parameters $1, $2, ... whose types
// the server infers from the columns. A list is one parameter, a Postgres array, so that the text does not
// depend on its length.

// The parameters of a statement in order; nothing stands for NULL.
using SqlParameters = std::vector<ColumnText>;

// "name", quotes doubled.
std::string QuoteIdentifier(std::string_view name);

// {"a","b"}: the text form of a Postgres array, every element quoted.
std::string ArrayText(const std::vector<std::string>& elements);

// Appends `value` to `parameters` and gives its placeholder ("$3").
std::string AddParameter(ColumnText value, SqlParameters& parameters);

// A boolean expression such as `"age" > $1 AND ("name" = $2 OR "name" IS NULL)`; "TRUE" for everything and
// "FALSE" for nothing. `table_alias` qualifies the columns if it is not empty (t."age"); it must be a plain
// lower-case name.
std::string WhereSql(const Where& where, SqlParameters& parameters, std::string_view table_alias = "");

// `"age" DESC, "id"`: the sort keys, and the primary key last unless it is one of them, so that the order is
// total.
std::string OrderBySql(const Model& model, const std::vector<SortKey>& sort,
                       std::string_view table_alias = "");

// ` LIMIT $2 OFFSET $3`, parts that are not needed left out; starts with a space unless empty.
std::string LimitSql(const Criteria& criteria, SqlParameters& parameters);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_MODEL_WHERE_SQL_H_
