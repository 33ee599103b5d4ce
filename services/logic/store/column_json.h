#ifndef SAIL_LOGIC_STORE_COLUMN_JSON_H_
#define SAIL_LOGIC_STORE_COLUMN_JSON_H_

#include <string>
#include <string_view>

#include "services/logic/model/schema.h"

namespace sail::logic {

// How a column is read: an SQL expression whose text AppendColumnJson turns into JSON. `column` is the
// qualified, quoted column. Timestamps come as JavaScript's toISOString writes them.
std::string ColumnTextSql(const Attribute& attribute, std::string_view column);

// Appends the JSON of a value that ColumnTextSql read, as Sails answers it: numbers in JavaScript's form,
// json columns as JSON.stringify would write them again, a ref by its column type, everything else a string.
void AppendColumnJson(const Attribute& attribute, std::string_view text, std::string* out);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_STORE_COLUMN_JSON_H_
