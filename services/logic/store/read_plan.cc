#include "services/logic/store/read_plan.h"

#include <algorithm>

#include "services/logic/model/text.h"
#include "services/logic/store/column_json.h"

namespace sail::logic {
namespace {

std::string Column(std::string_view alias, const Attribute& attribute) {
  return Concat(alias, ".", QuoteIdentifier(attribute.column_name));
}

// The name of an attribute's column in p: unlike the real one it cannot clash with the record's number.
std::string InP(const Attribute& attribute) { return Concat("p.a", std::to_string(attribute.index)); }

bool IsEmptyRead(const Criteria& criteria) {
  return criteria.where.kind == Where::Kind::kNothing || criteria.limit == 0;
}

ReadPlan::Branch MakeBranch(const Model& model, const Attribute* association,
                            std::vector<const Attribute*> columns) {
  ReadPlan::Branch branch{&model, association, {}, 0};
  std::erase_if(columns,
                [](const Attribute* attribute) { return attribute->hidden && !attribute->is_primary_key(); });
  branch.columns = std::move(columns);
  const auto key = std::find(branch.columns.begin(), branch.columns.end(), &model.primary_key());
  branch.key_column = static_cast<size_t>(key - branch.columns.begin());
  return branch;
}

// The children's columns; those of a one-to-many always with the foreign key, whatever was selected.
std::vector<const Attribute*> ChildColumns(const Populate& populate) {
  const Association& association = populate.association->association;
  std::vector<const Attribute*> columns =
      populate.criteria.projection.empty() ? AllColumns(*association.target) : populate.criteria.projection;
  const Attribute* via = association.via;
  if (association.kind == AssociationKind::kOneToMany &&
      std::find(columns.begin(), columns.end(), via) == columns.end()) {
    columns.insert(
        std::find_if(columns.begin(), columns.end(), [&](const auto* c) { return c->index > via->index; }),
        via);
  }
  return columns;
}

std::string SourceColumns(const Query& query) {
  std::string sql;
  for (const Attribute* attribute : query.criteria.projection) {
    sql += Concat(Column("t", *attribute), " AS a", std::to_string(attribute->index), ", ");
  }
  return sql;
}

std::string TableOf(const Model& model) { return QuoteIdentifier(model.table_name()); }

// Which children belong to the record p, as a condition on c.
std::string Membership(const Attribute& attribute) {
  const Association& association = attribute.association;
  const std::string key = InP(attribute.model->primary_key());
  if (association.kind == AssociationKind::kOneToMany)
    return Concat(Column("c", *association.via), " = ", key);
  return Concat(Column("c", association.target->primary_key()), " IN (SELECT j.",
                QuoteIdentifier(association.far_column), " FROM ",
                QuoteIdentifier(association.join_table->table), " j WHERE j.",
                QuoteIdentifier(association.near_column), " = ", key, ")");
}

std::string ChildBranch(const Populate& populate, const ReadPlan::Branch& branch, size_t number, size_t width,
                        SqlParameters& parameters) {
  const Model& target = *branch.model;
  std::string head = Concat("SELECT ", std::to_string(number), ", p.n, ");
  std::string nulls;
  for (size_t i = branch.columns.size(); i < width; ++i) nulls += ", NULL";
  if (populate.association->is_to_one()) {
    head += "0::bigint";
    for (const Attribute* attribute : branch.columns) {
      head += Concat(", ", ColumnTextSql(*attribute, Column("c", *attribute)));
    }
    return Concat(head, nulls, " FROM p JOIN ", TableOf(target), " c ON ", Column("c", target.primary_key()),
                  " = ", InP(*populate.association));
  }
  head += "c.r";
  const std::string order = OrderBySql(target, populate.criteria.sort, "c");
  std::string inner = Concat("SELECT row_number() OVER (ORDER BY ", order, ") AS r");
  for (const Attribute* attribute : branch.columns) {
    const std::string name = Concat("c", std::to_string(attribute->index));
    head += Concat(", c.", name);
    inner += Concat(", ", ColumnTextSql(*attribute, Column("c", *attribute)), " AS ", name);
  }
  inner += Concat(" FROM ", TableOf(target), " c WHERE ", Membership(*populate.association));
  if (populate.criteria.where.kind != Where::Kind::kEverything) {
    inner += Concat(" AND (", WhereSql(populate.criteria.where, parameters, "c"), ")");
  }
  inner += Concat(" ORDER BY ", order, LimitSql(populate.criteria, parameters));
  return Concat(head, nulls, " FROM p CROSS JOIN LATERAL (", inner, ") c");
}

// `source` makes p, numbered by n.
ReadPlan Assemble(const Query& query, std::string_view source, SqlParameters& parameters) {
  ReadPlan plan;
  plan.first_column = 3;
  plan.branches.push_back(MakeBranch(*query.model, nullptr, query.criteria.projection));
  size_t width = plan.branches[0].columns.size();
  for (const Populate& populate : query.populates) {
    plan.branches.push_back(
        MakeBranch(*populate.association->association.target, populate.association, ChildColumns(populate)));
    width = std::max(width, plan.branches.back().columns.size());
  }
  plan.sql = Concat("WITH p AS (", source, ") SELECT 0, p.n, 0::bigint");
  for (const Attribute* attribute : plan.branches[0].columns) {
    plan.sql += Concat(", ", ColumnTextSql(*attribute, InP(*attribute)));
  }
  for (size_t i = plan.branches[0].columns.size(); i < width; ++i) plan.sql += ", NULL";
  plan.sql += " FROM p";
  for (size_t i = 0; i < query.populates.size(); ++i) {
    if (IsEmptyRead(query.populates[i].criteria)) continue;
    plan.sql += Concat(" UNION ALL ",
                       ChildBranch(query.populates[i], plan.branches[i + 1], i + 1, width, parameters));
  }
  plan.sql += " ORDER BY 1, 2, 3";
  return plan;
}

// Without associations: the columns and no numbers.
ReadPlan Plain(const Query& query, std::string_view rest) {
  ReadPlan plan;
  plan.branches.push_back(MakeBranch(*query.model, nullptr, query.criteria.projection));
  std::string_view separator = "SELECT ";
  for (const Attribute* attribute : plan.branches[0].columns) {
    plan.sql += Concat(separator, ColumnTextSql(*attribute, Column("t", *attribute)));
    separator = ", ";
  }
  plan.sql += Concat(" FROM ", TableOf(*query.model), " t", rest);
  return plan;
}

std::string KeyCondition(const Model& model, std::string_view test) {
  return Concat(" WHERE ", Column("t", model.primary_key()), test);
}

}  // namespace

ReadPlan PlanRead(const Query& query, SqlParameters& parameters) {
  const std::string order = OrderBySql(*query.model, query.criteria.sort, "t");
  std::string rest = Concat(" WHERE ", WhereSql(query.criteria.where, parameters, "t"), " ORDER BY ", order);
  rest += LimitSql(query.criteria, parameters);
  if (query.populates.empty()) return Plain(query, rest);
  // row_number() counts the rows that OFFSET drops, too.
  return Assemble(
      query,
      Concat("SELECT ", SourceColumns(query), "row_number() OVER (ORDER BY ", order, ") - ",
             std::to_string(query.criteria.skip), " AS n FROM ", TableOf(*query.model), " t", rest),
      parameters);
}

ReadPlan PlanReadByKeys(const Query& query, SqlParameters& parameters) {
  const std::string rest = KeyCondition(*query.model, " = ANY($1)");
  if (query.populates.empty()) return Plain(query, rest);
  return Assemble(query,
                  Concat("SELECT ", SourceColumns(query), "row_number() OVER () AS n FROM ",
                         TableOf(*query.model), " t", rest),
                  parameters);
}

ReadPlan PlanReadLocked(const Query& query, SqlParameters& parameters) {
  const std::string rest = KeyCondition(*query.model, " = $1 FOR UPDATE");
  if (query.populates.empty()) return Plain(query, rest);
  return Assemble(
      query,
      Concat("SELECT ", SourceColumns(query), "1::bigint AS n FROM ", TableOf(*query.model), " t", rest),
      parameters);
}

ReadPlan PlanWrite(const Query& query, std::string_view statement, SqlParameters& parameters) {
  return Assemble(query, Concat(statement, " RETURNING ", SourceColumns(query), "1::bigint AS n"),
                  parameters);
}

}  // namespace sail::logic
