#include "services/logic/store/record_store.h"

#include <charconv>
#include <limits>
#include <utility>

#include "platform/postgres/error.h"
#include "services/logic/model/text.h"
#include "services/logic/model/usage_error.h"

namespace sail::logic {
namespace {

using platform::postgres::Result;
using platform::postgres::Transaction;

std::string TableOf(const Model& model) { return QuoteIdentifier(model.table_name()); }
std::string KeyColumn(const Model& model) { return QuoteIdentifier(model.primary_key().column_name); }
const std::string& KeyType(const Model& model) { return model.primary_key().column_type; }

std::vector<std::string> FittingKeys(const Model& model, const std::vector<std::string>& keys) {
  std::vector<std::string> fitting;
  for (const std::string& key : keys) {
    if (KeyFits(model, key)) fitting.push_back(key);
  }
  return fitting;
}

// Unique constraints by their columns, as attribute names.
absl::Status WithAttributeNames(const Model& model, const absl::Status& status) {
  if (!absl::IsAlreadyExists(status)) return status;
  std::vector<std::string> names;
  for (const std::string& column : platform::postgres::ViolatedColumns(status)) {
    for (const Attribute* attribute : model.columns()) {
      if (attribute->column_name == column) names.push_back(attribute->name);
    }
  }
  return UniquenessError(model.identity(), names);
}

absl::StatusOr<RecordSet> RunWrite(Transaction& transaction, const Query& query, std::string_view statement,
                                   SqlParameters& parameters) {
  auto plan = std::make_shared<ReadPlan>(PlanWrite(query, statement, parameters));
  absl::StatusOr<RecordSet> records = RunPlan(transaction, std::move(plan), parameters);
  if (!records.ok()) return WithAttributeNames(*query.model, records.status());
  return records;
}

// `, "updatedAt" = $3` for the children of a one-to-many.
std::string TouchSql(const Model& model, int64_t now_ms, SqlParameters& parameters) {
  for (const Attribute* attribute : model.columns()) {
    if (attribute->auto_updated_at) {
      return Concat(", ", QuoteIdentifier(attribute->column_name), " = ",
                    AddParameter(std::to_string(now_ms), parameters));
    }
  }
  return "";
}

}  // namespace

bool KeyFits(const Model& model, std::string_view key) {
  int64_t least = std::numeric_limits<int32_t>::min(), most = std::numeric_limits<int32_t>::max();
  if (KeyType(model) == "bigint") {
    least = std::numeric_limits<int64_t>::min();
    most = std::numeric_limits<int64_t>::max();
  } else if (KeyType(model) != "integer") {
    return true;
  }
  int64_t number = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number);
  return error == std::errc() && end == key.data() + key.size() && number >= least && number <= most;
}

absl::StatusOr<RecordSet> RunPlan(Transaction& transaction, std::shared_ptr<const ReadPlan> plan,
                                  const SqlParameters& parameters) {
  absl::StatusOr<Result> rows = transaction.Execute(plan->sql, parameters);
  if (!rows.ok()) return rows.status();
  return RecordSet(std::move(plan), *std::move(rows));
}

absl::StatusOr<RecordSet> ReadLocked(Transaction& transaction, const Query& query, const std::string& key) {
  if (!KeyFits(*query.model, key)) return RecordSet();
  SqlParameters parameters = {key};
  auto plan = std::make_shared<ReadPlan>(PlanReadLocked(query, parameters));
  return RunPlan(transaction, std::move(plan), parameters);
}

absl::StatusOr<RecordSet> ReadByKey(Transaction& transaction, const Query& query, const std::string& key) {
  if (!KeyFits(*query.model, key)) return RecordSet();
  SqlParameters parameters = {ArrayText({key})};
  auto plan = std::make_shared<ReadPlan>(PlanReadByKeys(query, parameters));
  return RunPlan(transaction, std::move(plan), parameters);
}

absl::StatusOr<RecordSet> Insert(Transaction& transaction, const Query& query, const RecordValues& values) {
  SqlParameters parameters;
  std::string columns, placeholders;
  for (const ColumnValue& value : values.columns) {
    const std::string_view separator = columns.empty() ? "" : ", ";
    columns += Concat(separator, QuoteIdentifier(value.attribute->column_name));
    placeholders += Concat(separator, AddParameter(value.text, parameters));
  }
  const std::string rest =
      columns.empty() ? " DEFAULT VALUES" : Concat(" (", columns, ") VALUES (", placeholders, ")");
  return RunWrite(transaction, query, Concat("INSERT INTO ", TableOf(*query.model), " AS t", rest),
                  parameters);
}

absl::StatusOr<RecordSet> Update(Transaction& transaction, const Query& query, const std::string& key,
                                 const RecordValues& values) {
  if (values.columns.empty()) return ReadByKey(transaction, query, key);
  SqlParameters parameters = {key};
  std::string set;
  for (const ColumnValue& value : values.columns) {
    set += Concat(set.empty() ? "" : ", ", QuoteIdentifier(value.attribute->column_name), " = ",
                  AddParameter(value.text, parameters));
  }
  return RunWrite(transaction, query,
                  Concat("UPDATE ", TableOf(*query.model), " AS t SET ", set, " WHERE t.",
                         KeyColumn(*query.model), " = $1"),
                  parameters);
}

absl::Status Delete(Transaction& transaction, const Model& model, const std::string& key) {
  return transaction
      .Execute(Concat("DELETE FROM ", TableOf(model), " WHERE ", KeyColumn(model), " = $1"), {{key}})
      .status();
}

absl::StatusOr<bool> LockParent(Transaction& transaction, const Attribute& association,
                                const std::string& parent, const std::string* child) {
  const Model& model = *association.model;
  const Model& target = *association.association.target;
  if (!KeyFits(model, parent) || (child != nullptr && !KeyFits(target, *child))) return false;
  SqlParameters parameters = {parent};
  std::string sql = Concat("SELECT 1 FROM ", TableOf(model), " p WHERE p.", KeyColumn(model), " = $1");
  if (child != nullptr) {
    sql += Concat(" AND EXISTS (SELECT 1 FROM ", TableOf(target), " c WHERE c.", KeyColumn(target), " = ",
                  AddParameter(*child, parameters), ")");
  }
  const absl::StatusOr<Result> rows = transaction.Execute(sql + " FOR NO KEY UPDATE OF p", parameters);
  if (!rows.ok()) return rows.status();
  return rows->rows() == 1;
}

absl::StatusOr<std::vector<AttachedChild>> Attach(Transaction& transaction, const Attribute& association,
                                                  const std::string& parent,
                                                  const std::vector<std::string>& children, int64_t now_ms) {
  const Association& to = association.association;
  const Model& target = *to.target;
  const std::vector<std::string> keys = FittingKeys(target, children);
  std::vector<AttachedChild> attached;
  if (keys.empty()) return attached;
  SqlParameters parameters = {parent, ArrayText(keys)};
  std::string sql;
  if (to.kind == AssociationKind::kOneToMany) {
    const std::string key = KeyColumn(target);
    const std::string foreign_key = QuoteIdentifier(to.via->column_name);
    sql = Concat("WITH old AS (SELECT c.", key, " AS k, c.", foreign_key, " AS f FROM ", TableOf(target),
                 " c WHERE c.", key, " = ANY($2) ORDER BY 1 FOR UPDATE), new AS (UPDATE ", TableOf(target),
                 " c SET ", foreign_key, " = $1", TouchSql(target, now_ms, parameters), " FROM old WHERE c.",
                 key, " = old.k) SELECT k::text, f::text FROM old ORDER BY old.k");
  } else {
    const std::string table = QuoteIdentifier(to.join_table->table);
    const std::string near = QuoteIdentifier(to.near_column), far = QuoteIdentifier(to.far_column);
    sql = Concat("WITH new AS (INSERT INTO ", table, " (", near, ", ", far,
                 ") SELECT $1::", KeyType(*association.model), ", c.", KeyColumn(target), " FROM ",
                 TableOf(target), " c WHERE c.", KeyColumn(target),
                 " = ANY($2) AND NOT EXISTS (SELECT 1 FROM ", table, " j WHERE j.", near,
                 " = $1::", KeyType(*association.model), " AND j.", far, " = c.", KeyColumn(target),
                 ") RETURNING ", far, " AS k) SELECT k::text, NULL::text FROM new ORDER BY new.k");
  }
  const absl::StatusOr<Result> rows = transaction.Execute(sql, parameters);
  if (!rows.ok()) return WithAttributeNames(target, rows.status());
  for (int row = 0; row < rows->rows(); ++row) {
    attached.push_back({std::string(rows->Text(row, 0)),
                        rows->IsNull(row, 1) ? ColumnText() : ColumnText(std::string(rows->Text(row, 1)))});
  }
  return attached;
}

absl::StatusOr<std::vector<std::string>> Detach(Transaction& transaction, const Attribute& association,
                                                const std::string& parent, DetachWhich which,
                                                const std::vector<std::string>& children, int64_t now_ms) {
  const Association& to = association.association;
  const Model& target = *to.target;
  const std::vector<std::string> keys = FittingKeys(target, children);
  SqlParameters parameters = {parent, ArrayText(keys)};
  const std::string test = which == DetachWhich::kThese ? " = ANY($2)" : " <> ALL($2)";
  std::string sql;
  if (to.kind == AssociationKind::kOneToMany) {
    const std::string key = KeyColumn(target);
    const std::string foreign_key = QuoteIdentifier(to.via->column_name);
    sql = Concat("WITH gone AS (UPDATE ", TableOf(target), " SET ", foreign_key, " = NULL",
                 TouchSql(target, now_ms, parameters), " WHERE ", foreign_key, " = $1 AND ", key, test,
                 " RETURNING ", key, " AS k) SELECT k::text FROM gone ORDER BY gone.k");
  } else {
    const std::string far = QuoteIdentifier(to.far_column);
    sql = Concat("WITH gone AS (DELETE FROM ", QuoteIdentifier(to.join_table->table), " WHERE ",
                 QuoteIdentifier(to.near_column), " = $1 AND ", far, test, " RETURNING ", far,
                 " AS k) SELECT k::text FROM gone GROUP BY k ORDER BY gone.k");
  }
  const absl::StatusOr<Result> rows = transaction.Execute(sql, parameters);
  if (!rows.ok()) return rows.status();
  std::vector<std::string> gone;
  for (int row = 0; row < rows->rows(); ++row) gone.emplace_back(rows->Text(row, 0));
  return gone;
}

absl::Status DeleteJoinRows(Transaction& transaction, const JoinTable& table, int side,
                            const std::string& key) {
  return transaction
      .Execute(Concat("DELETE FROM ", QuoteIdentifier(table.table), " WHERE ",
                      QuoteIdentifier(table.sides[side].column), " = $1"),
               {{key}})
      .status();
}

absl::Status KeepEvents(Transaction& transaction, const ChangeEvents& events) {
  if (events.empty()) return absl::OkStatus();
  return transaction
      .Execute("INSERT INTO sail_outbox (publish_request) VALUES ($1)",
               {{platform::postgres::ByteaText(events.Serialized())}})
      .status();
}

}  // namespace sail::logic
