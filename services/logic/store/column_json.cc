#include "services/logic/store/column_json.h"

#include <cstdlib>

#include "platform/json/json_text.h"
#include "services/logic/model/text.h"

namespace sail::logic {
namespace {

using platform::json::AppendJsonNumber;
using platform::json::AppendJsonString;

enum class Form { kString, kNumber, kBoolean, kJson };

bool IsTimestamp(const Attribute& attribute) { return attribute.column_type.starts_with("timestamp"); }

// The reference's driver reads int8 and numeric as strings, since a double cannot hold them all.
Form FormOfColumn(std::string_view type) {
  if (type == "json" || type == "jsonb") return Form::kJson;
  if (type == "boolean" || type == "bool") return Form::kBoolean;
  for (const std::string_view number :
       {"int2", "int4", "integer", "smallint", "serial", "real", "float4", "float8", "double precision"}) {
    if (type == number) return Form::kNumber;
  }
  return Form::kString;
}

Form FormOf(const Attribute& attribute) {
  switch (attribute.type) {
    case AttributeType::kString:
      return Form::kString;
    case AttributeType::kNumber:
      return Form::kNumber;
    case AttributeType::kBoolean:
      return Form::kBoolean;
    case AttributeType::kJson:
      return Form::kJson;
    case AttributeType::kRef:
      return FormOfColumn(attribute.column_type);
  }
  return Form::kString;
}

// A whole number of at most 15 digits is what JavaScript would write, too.
bool IsPlainInteger(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || text.size() > 15 || (text[0] == '0' && text.size() > 1)) return false;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return true;
}

void AppendNumber(std::string_view text, std::string* out) {
  if (IsPlainInteger(text) && text != "-0") {
    *out += text;
  } else {
    AppendJsonNumber(std::strtod(std::string(text).c_str(), nullptr), out);
  }
}

// What we wrote has no white space outside strings; what another program wrote into the column may.
void AppendCompact(std::string_view json, std::string* out) {
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string && c == '\\' && i + 1 < json.size()) {
      out->push_back(c);
      out->push_back(json[++i]);
      continue;
    }
    if (c == '"') in_string = !in_string;
    if (in_string || (c != ' ' && c != '\n' && c != '\r' && c != '\t')) out->push_back(c);
  }
}

}  // namespace

std::string ColumnTextSql(const Attribute& attribute, std::string_view column) {
  if (!IsTimestamp(attribute)) return Concat(column, "::text");
  const bool zoned =
      Contains(attribute.column_type, "tz") || Contains(attribute.column_type, "with time zone");
  return Concat("to_char(", column, zoned ? " AT TIME ZONE 'UTC'" : "",
                ", 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')");
}

void AppendColumnJson(const Attribute& attribute, std::string_view text, std::string* out) {
  switch (FormOf(attribute)) {
    case Form::kString:
      AppendJsonString(text, out);
      return;
    case Form::kNumber:
      AppendNumber(text, out);
      return;
    case Form::kBoolean:
      *out += text;
      return;
    case Form::kJson:
      AppendCompact(text, out);
      return;
  }
}

}  // namespace sail::logic
