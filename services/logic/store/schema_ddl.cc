#include "services/logic/store/schema_ddl.h"

#include <cstdint>
#include <string_view>

#include "services/logic/model/text.h"
#include "services/logic/model/where_sql.h"

namespace sail::logic {
namespace {

constexpr size_t kMaxName = 63;

// Postgres would cut a longer name off, and find the next one taken. The hash (FNV-1a) stays the same in
// every build.
std::string IndexName(std::string_view table, std::string_view column) {
  std::string name = Concat(table, "_", column, "_sail_idx");
  if (name.size() <= kMaxName) return name;
  uint64_t hash = 14695981039346656037u;
  for (const unsigned char c : name) hash = (hash ^ c) * 1099511628211u;
  return Concat(name.substr(0, kMaxName - 21), "_", std::to_string(hash));
}

std::string Literal(std::string_view text) { return Concat("'", ReplaceAll(text, "'", "''"), "'"); }

std::string ColumnDefinition(const Attribute& attribute) {
  std::string sql = Concat(QuoteIdentifier(attribute.column_name), " ",
                           attribute.auto_increment ? "serial" : std::string_view(attribute.column_type));
  if (attribute.is_primary_key()) {
    sql += " PRIMARY KEY";
  } else if (attribute.unique) {
    sql += " UNIQUE";
  }
  return sql;
}

// What the records that are there get in a new column; empty for NULL. A unique column cannot hold one value
// twice.
std::string BackfillLiteral(const Attribute& attribute) {
  if (attribute.unique || attribute.is_association() || attribute.encrypt) return "";
  if (attribute.defaults_to) return *attribute.defaults_to ? Literal(**attribute.defaults_to) : "";
  if (attribute.auto_created_at || attribute.auto_updated_at)
    return "(extract(epoch FROM now()) * 1000)::bigint";
  if (attribute.allow_null) return "";
  switch (attribute.type) {
    case AttributeType::kString:
      return "''";
    case AttributeType::kNumber:
      return "0";
    case AttributeType::kBoolean:
      return "false";
    case AttributeType::kJson:
    case AttributeType::kRef:
      return "";
  }
  return "";
}

void AddTable(const Model& model, std::vector<DdlStep>& steps) {
  std::string sql = Concat("CREATE TABLE ", QuoteIdentifier(model.table_name()), " (");
  std::string_view separator;
  for (const Attribute* attribute : model.columns()) {
    sql += Concat(separator, ColumnDefinition(*attribute));
    separator = ", ";
  }
  steps.push_back({Concat("table ", model.table_name(), " is missing"), sql + ")"});
}

void AddColumn(const Attribute& attribute, std::vector<DdlStep>& steps) {
  const std::string table = QuoteIdentifier(attribute.model->table_name());
  const std::string backfill = BackfillLiteral(attribute);
  std::string sql = Concat("ALTER TABLE ", table, " ADD COLUMN ", ColumnDefinition(attribute));
  if (!backfill.empty()) {
    sql += Concat(" DEFAULT ", backfill, "; ALTER TABLE ", table, " ALTER COLUMN ",
                  QuoteIdentifier(attribute.column_name), " DROP DEFAULT");
  }
  steps.push_back(
      {Concat("column ", attribute.column_name, " of table ", attribute.model->table_name(), " is missing"),
       sql});
}

void AddIndex(const ExistingSchema& existing, const std::string& table, const std::string& column,
              const std::string& more, std::vector<DdlStep>& steps) {
  const std::string name = IndexName(table, column);
  if (existing.indexes.contains(name)) return;
  steps.push_back({Concat("index ", name, " on ", table, " is missing"),
                   Concat("CREATE INDEX ", QuoteIdentifier(name), " ON ", QuoteIdentifier(table), " (",
                          QuoteIdentifier(column), more, ")"),
                   false});
}

std::string_view KeyType(const Model& model) { return model.primary_key().column_type; }

}  // namespace

std::vector<DdlStep> MissingSteps(const Schema& schema, const ExistingSchema& existing) {
  std::vector<DdlStep> steps;
  for (const auto& model : schema.models()) {
    const auto table = existing.columns.find(model->table_name());
    if (table == existing.columns.end()) {
      AddTable(*model, steps);
      continue;
    }
    for (const Attribute* attribute : model->columns()) {
      if (!table->second.contains(attribute->column_name)) AddColumn(*attribute, steps);
    }
  }
  for (const auto& join : schema.join_tables()) {
    if (existing.columns.contains(join->table)) continue;
    steps.push_back(
        {Concat("join table ", join->table, " is missing"),
         Concat("CREATE TABLE ", QuoteIdentifier(join->table), " (id serial PRIMARY KEY, ",
                QuoteIdentifier(join->sides[0].column), " ", KeyType(*join->sides[0].model), ", ",
                QuoteIdentifier(join->sides[1].column), " ", KeyType(*join->sides[1].model), ")")});
  }
  for (const auto& model : schema.models()) {
    for (const Attribute* attribute : model->columns()) {
      if (attribute->is_to_one()) AddIndex(existing, model->table_name(), attribute->column_name, "", steps);
    }
  }
  for (const auto& join : schema.join_tables()) {
    for (int side = 0; side < 2; ++side) {
      AddIndex(existing, join->table, join->sides[side].column,
               Concat(", ", QuoteIdentifier(join->sides[1 - side].column)), steps);
    }
  }
  return steps;
}

}  // namespace sail::logic
