#ifndef SAIL_LOGIC_MODEL_SCHEMA_H_
#define SAIL_LOGIC_MODEL_SCHEMA_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "services/logic/model/validation_rules.h"

namespace sail::logic {

// The models of an application: a value that is built once (schema_loader.h) and only read afterwards, so it
// is safe to share between threads. Attributes, models and join tables have stable addresses for the life of
// the Schema; criteria and values point into it.

enum class AttributeType { kString, kNumber, kBoolean, kJson, kRef };

// Waterline's name of the type: "string", "number", ...
std::string_view AttributeTypeName(AttributeType type);

enum class AssociationKind {
  kNone,
  // `model`: a foreign key column in this table.
  kToOne,
  // `collection` whose `via` is the other side's to-one attribute: no column and no join table here.
  kOneToMany,
  // `collection` whose `via` is a collection that points back: both sides share one join table.
  kManyToMany,
  // `collection` without `via`: a join table of its own.
  kOneWay,
};

// What a column value is in a statement: its text form, or nothing for NULL. Numbers are in JavaScript's
// shortest form, booleans "true"/"false", json and ref attributes their JSON text (a ref of a JSON string or
// number: the bare text).
using ColumnText = std::optional<std::string>;

class Model;
struct Attribute;

// The table behind a many-to-many or one-way collection: (id serial, two integer or text key columns). Rows
// are not unique in the reference's schema.
struct JoinTable {
  std::string table;
  struct Side {
    const Model* model = nullptr;
    std::string column;
    // The collection attribute that this side is read through; null on the far side of a one-way collection.
    const Attribute* attribute = nullptr;
  };
  // In the order of the columns. Both sides may be the same model.
  Side sides[2];
};

// How an attribute leads to other records.
struct Association {
  AssociationKind kind = AssociationKind::kNone;
  const Model* target = nullptr;
  // The inverse attribute on the target: of kOneToMany its to-one, of kManyToMany its collection; of kToOne
  // the collection that names this attribute as `via`, if there is one. Null otherwise.
  const Attribute* via = nullptr;
  // Of kManyToMany and kOneWay. `near_column` holds this model's keys, `far_column` the target's.
  const JoinTable* join_table = nullptr;
  std::string near_column;
  std::string far_column;
};

struct Attribute {
  std::string name;
  // Of a to-one: the type of the target's primary key. Meaningless for collections.
  AttributeType type = AttributeType::kString;
  // Position in Model::attributes().
  size_t index = 0;
  const Model* model = nullptr;

  // Empty for collections: they have no column.
  std::string column_name;
  // PostgreSQL type of the column, without constraints: `columnType` verbatim, else by type (string text,
  // number double precision, boolean boolean, json json, ref text, automatic timestamps bigint, number keys
  // integer). An autoIncrement column is a serial.
  std::string column_type;

  bool required = false;
  bool unique = false;
  bool allow_null = false;
  bool auto_increment = false;
  bool auto_created_at = false;
  bool auto_updated_at = false;
  bool encrypt = false;
  bool protect = false;
  // Never serialised: the model lists it under `hidden`.
  bool hidden = false;
  // What an omitted value becomes, ready for the column. Unset: no `defaultsTo`.
  std::optional<ColumnText> defaults_to;

  ValidationRules rules;
  Association association;

  bool is_collection() const {
    return association.kind != AssociationKind::kNone && association.kind != AssociationKind::kToOne;
  }
  bool is_to_one() const { return association.kind == AssociationKind::kToOne; }
  bool is_association() const { return association.kind != AssociationKind::kNone; }
  bool has_column() const { return !is_collection(); }
  bool is_primary_key() const;
};

class Model {
 public:
  Model(std::string identity, std::string table_name)
      : identity_(std::move(identity)), table_name_(std::move(table_name)) {}
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  // Lower case: "user".
  const std::string& identity() const { return identity_; }
  const std::string& table_name() const { return table_name_; }
  // createdAt, updatedAt and id first, then as declared. This order is the key order of serialised records.
  const std::vector<std::unique_ptr<Attribute>>& attributes() const { return attributes_; }
  // Null if there is none of that name (names are case-sensitive).
  const Attribute* Find(std::string_view name) const;
  // Always there, always with a column, type string or number.
  const Attribute& primary_key() const { return *primary_key_; }
  // In attribute order.
  const std::vector<const Attribute*>& associations() const { return associations_; }
  // Attributes with a column, in attribute order.
  const std::vector<const Attribute*>& columns() const { return columns_; }
  // Destroying a record also lets go of its children (foreign keys to null, join rows deleted).
  bool cascade_on_destroy() const { return cascade_on_destroy_; }

 private:
  friend class SchemaBuilder;

  std::string identity_;
  std::string table_name_;
  std::vector<std::unique_ptr<Attribute>> attributes_;
  std::unordered_map<std::string_view, const Attribute*> by_name_;
  std::vector<const Attribute*> associations_;
  std::vector<const Attribute*> columns_;
  const Attribute* primary_key_ = nullptr;
  bool cascade_on_destroy_ = true;
};

inline bool Attribute::is_primary_key() const { return &model->primary_key() == this; }

class Schema {
 public:
  Schema() = default;
  Schema(Schema&&) = default;
  Schema& operator=(Schema&&) = default;

  // Null if there is none of that identity (lower case).
  const Model* Find(std::string_view identity) const;
  // Sorted by identity.
  const std::vector<std::unique_ptr<Model>>& models() const { return models_; }
  // Sorted by table name.
  const std::vector<std::unique_ptr<JoinTable>>& join_tables() const { return join_tables_; }

 private:
  friend class SchemaBuilder;

  std::vector<std::unique_ptr<Model>> models_;
  std::vector<std::unique_ptr<JoinTable>> join_tables_;
};

}  // namespace sail::logic

#endif  // SAIL_LOGIC_MODEL_SCHEMA_H_
