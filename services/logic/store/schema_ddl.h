#ifndef SAIL_LOGIC_STORE_SCHEMA_DDL_H_
#define SAIL_LOGIC_STORE_SCHEMA_DDL_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "services/logic/model/schema.h"

namespace sail::logic {

// What a database has already: column names by table name, and the names of its indexes.
struct ExistingSchema {
  std::map<std::string, std::set<std::string>, std::less<>> columns;
  std::set<std::string, std::less<>> indexes;
};

// One statement that brings a database nearer to the models, and the sentence that says so.
struct DdlStep {
  std::string sentence;  // "table user is missing"
  std::string sql;
  // Without it no record can be read or written. False for an index.
  bool needed = true;
};

// What is missing for `schema`, in the order in which it can be made: tables, columns (filled with the
// attribute's default or base value), and indexes on foreign keys and on both columns of join tables. Nothing
// is ever dropped or changed.
std::vector<DdlStep> MissingSteps(const Schema& schema, const ExistingSchema& existing);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_STORE_SCHEMA_DDL_H_
