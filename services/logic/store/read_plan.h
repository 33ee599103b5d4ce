#ifndef SAIL_LOGIC_STORE_READ_PLAN_H_
#define SAIL_LOGIC_STORE_READ_PLAN_H_

#include <string>
#include <string_view>
#include <vector>

#include "services/logic/model/criteria.h"
#include "services/logic/model/schema.h"
#include "services/logic/model/where_sql.h"

namespace sail::logic {

// A read as one SQL statement: the records and every populated association, so one round trip and one
// snapshot.
//
//   WITH p AS (the records, numbered)
//   SELECT 0, number, 0, columns FROM p
//   UNION ALL SELECT 1, the record's number, number, columns FROM p, first association
//   UNION ALL ...  ORDER BY 1, 2, 3
//
// All columns come as text (column_json.h), shorter branches padded with NULL.
struct ReadPlan {
  // Of one kind of row.
  struct Branch {
    const Model* model = nullptr;
    // Null for the records themselves.
    const Attribute* association = nullptr;
    // What the columns from first_column on are: hidden attributes left out, always with the primary key.
    std::vector<const Attribute*> columns;
    size_t key_column = 0;
  };
  std::string sql;
  // The records, then the associations in the order of the query.
  std::vector<Branch> branches;
  // 0 for a read without associations, which has none of the three numbers.
  int first_column = 0;
};

// The records that a query asks for, in its order. Not for a query that matches nothing (Where::kNothing,
// limit 0).
ReadPlan PlanRead(const Query& query, SqlParameters& parameters);

// The records of the keys in the parameter $1, a Postgres array, which must be in `parameters` already; the
// query's where, limit, skip and sort are ignored.
ReadPlan PlanReadByKeys(const Query& query, SqlParameters& parameters);

// The record of the key in the parameter $1, as above, locked until the end of the transaction.
ReadPlan PlanReadLocked(const Query& query, SqlParameters& parameters);

// Runs `statement` ("INSERT INTO t (...) VALUES (...)" or "UPDATE t SET ... WHERE ...", the table's alias is
// t) and reads the record that it wrote. Children are those from before the statement.
ReadPlan PlanWrite(const Query& query, std::string_view statement, SqlParameters& parameters);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_STORE_READ_PLAN_H_
