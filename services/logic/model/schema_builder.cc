#include "services/logic/model/schema_builder.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "services/logic/model/text.h"

namespace sail::logic {
namespace {

// What PostgreSQL keeps of a name.
constexpr size_t kMaxIdentifier = 63;

std::string DefaultColumnType(const Attribute& attribute) {
  if (attribute.encrypt) return "text";
  if (attribute.auto_increment) return "integer";
  switch (attribute.type) {
    case AttributeType::kString:
    case AttributeType::kRef:
      return "text";
    case AttributeType::kNumber:
      return attribute.auto_created_at || attribute.auto_updated_at ? "bigint" : "double precision";
    case AttributeType::kBoolean:
      return "boolean";
    case AttributeType::kJson:
      return "json";
  }
  return "text";
}

Attribute* Mutable(const Model& model, const std::string& name) {
  return const_cast<Attribute*>(model.Find(name));
}

}  // namespace

void SchemaBuilder::Fail(const Place& place, std::string sentence) {
  errors_.push_back(Concat(place.file, ":", std::to_string(place.line), ": ", sentence));
}

void SchemaBuilder::Add(ModelDeclaration declaration) {
  std::string identity = declaration.identity;
  declarations_.emplace(std::move(identity), std::move(declaration));
}

void SchemaBuilder::AddAttribute(Model& model, AttributeDeclaration& declaration) {
  Attribute& attribute = declaration.attribute;
  attribute.model = &model;
  bool is_association = !declaration.model.empty() || !declaration.collection.empty();
  if (is_association && declaration.has_type) {
    Fail(declaration.place, Concat("`", attribute.name, "` is an association and takes no type"));
  }
  if (!is_association && !declaration.has_type) {
    Fail(declaration.place, Concat("`", attribute.name, "` needs a type, a model or a collection"));
  }
  if (!declaration.model.empty() && !declaration.collection.empty()) {
    Fail(declaration.place, Concat("`", attribute.name, "` is a model or a collection, not both"));
  }
  if (declaration.collection.empty() && !declaration.via.empty()) {
    Fail(declaration.place, Concat("`", attribute.name, "` has a via without a collection"));
  }
  if (is_association && attribute.defaults_to.has_value()) {
    Fail(declaration.place, Concat("`", attribute.name, "` is an association and takes no defaultsTo"));
  }
  if (attribute.required && attribute.defaults_to.has_value()) {
    Fail(declaration.place,
         Concat("`", attribute.name, "` is required, so that its defaultsTo is never used"));
  }
  if (attribute.allow_null && attribute.required) {
    Fail(declaration.place, Concat("`", attribute.name, "` cannot be required and allowNull at once"));
  }
  bool is_time = attribute.auto_created_at || attribute.auto_updated_at;
  if (is_time && attribute.type != AttributeType::kNumber && attribute.type != AttributeType::kString &&
      attribute.type != AttributeType::kRef) {
    Fail(declaration.place,
         Concat("`", attribute.name, "` is an automatic timestamp: its type is number or string"));
  }
  if (attribute.auto_increment && attribute.type != AttributeType::kNumber) {
    Fail(declaration.place, Concat("`", attribute.name, "` counts by itself: its type is number"));
  }
  if (attribute.column_name.empty() && declaration.collection.empty()) attribute.column_name = attribute.name;
  if (attribute.column_type.empty() && !is_association) attribute.column_type = DefaultColumnType(attribute);
  attribute.index = model.attributes_.size();
  model.attributes_.push_back(std::make_unique<Attribute>(std::move(attribute)));
  const Attribute* added = model.attributes_.back().get();
  model.by_name_.emplace(added->name, added);
}

void SchemaBuilder::FinishModel(Model& model, const ModelDeclaration& declaration) {
  model.cascade_on_destroy_ = declaration.cascade_on_destroy;
  for (const std::string& name : declaration.hidden) {
    Attribute* attribute = Mutable(model, name);
    if (attribute != nullptr) attribute->hidden = true;
    if (attribute == nullptr)
      Fail(declaration.place, Concat("hidden names `", name, "`, which is no attribute here"));
  }
  model.primary_key_ = model.Find(declaration.primary_key);
  if (model.primary_key_ == nullptr) {
    Fail(declaration.place, Concat("the primary key `", declaration.primary_key, "` is no attribute here"));
    return;
  }
  Attribute& key = *Mutable(model, declaration.primary_key);
  if (key.type != AttributeType::kNumber && key.type != AttributeType::kString) {
    Fail(declaration.place, Concat("the primary key `", key.name, "` must be a number or a string"));
  }
  if (key.column_type == "double precision") key.column_type = "integer";
  if (!key.required && !key.auto_increment) {
    Fail(declaration.place, Concat("the primary key `", key.name, "` must be required or autoIncrement"));
  }
}

void SchemaBuilder::CheckColumns(const Model& model, const ModelDeclaration& declaration) {
  std::set<std::string> columns;
  for (const auto& attribute : model.attributes()) {
    if (!attribute->has_column()) continue;
    if (!columns.insert(attribute->column_name).second) {
      Fail(declaration.place, Concat("two attributes share the column `", attribute->column_name, "`"));
    }
    if (attribute->column_name.size() > kMaxIdentifier) {
      Fail(declaration.place,
           Concat("the column name `", attribute->column_name, "` is longer than 63 bytes"));
    }
  }
}

Model* SchemaBuilder::Target(const Attribute& attribute, const std::string& identity, const Place& place) {
  Model* target = const_cast<Model*>(schema_.Find(identity));
  if (target == nullptr) {
    Fail(place, Concat("`", attribute.name, "` leads to the model `", identity, "`, which does not exist"));
  }
  return target != nullptr && target->primary_key_ != nullptr ? target : nullptr;
}

void SchemaBuilder::LinkToOne(Attribute& attribute, const AttributeDeclaration& declaration) {
  const Model* target = Target(attribute, declaration.model, declaration.place);
  if (target == nullptr) return;
  attribute.association.kind = AssociationKind::kToOne;
  attribute.association.target = target;
  attribute.type = target->primary_key().type;
  if (attribute.column_type.empty()) attribute.column_type = target->primary_key().column_type;
}

void SchemaBuilder::LinkCollection(Attribute& attribute, const AttributeDeclaration& declaration) {
  const Model* target = Target(attribute, declaration.collection, declaration.place);
  if (target == nullptr) return;
  attribute.association.target = target;
  if (declaration.via.empty()) {
    attribute.association.kind = AssociationKind::kOneWay;
    LinkThroughTable(attribute, nullptr);
    return;
  }
  Attribute* via = Mutable(*target, declaration.via);
  std::string start =
      Concat("`", attribute.name, "` goes via `", declaration.via, "` of `", target->identity(), "`, ");
  if (via == nullptr) {
    Fail(declaration.place, Concat(start, "which does not exist"));
    return;
  }
  const std::vector<AttributeDeclaration>& inverses = declarations_.at(target->identity()).attributes;
  auto inverse = std::find_if(inverses.begin(), inverses.end(), [&](const AttributeDeclaration& other) {
    return other.attribute.index == via->index;
  });
  const std::string& identity = attribute.model->identity();
  if (inverse->model != identity && inverse->collection != identity) {
    Fail(declaration.place, Concat(start, "which does not lead back to `", identity, "`"));
    return;
  }
  attribute.association.via = via;
  if (!inverse->model.empty()) {
    attribute.association.kind = AssociationKind::kOneToMany;
    via->association.via = &attribute;
    return;
  }
  if (inverse->via != attribute.name) {
    Fail(declaration.place, Concat(start, "which does not name `", attribute.name, "` as its own via"));
    return;
  }
  attribute.association.kind = AssociationKind::kManyToMany;
  LinkThroughTable(attribute, via);
}

void SchemaBuilder::LinkThroughTable(Attribute& attribute, Attribute* via) {
  Association& association = attribute.association;
  auto link = [&association](const JoinTable& table, int near_side) {
    association.join_table = &table;
    association.near_column = table.sides[near_side].column;
    association.far_column = table.sides[1 - near_side].column;
  };
  for (const auto& table : schema_.join_tables_) {
    for (int side : {0, 1}) {
      if (table->sides[side].attribute == &attribute) return link(*table, side);
    }
  }
  const std::string& near = attribute.model->identity();
  const std::string& far = association.target->identity();
  std::string near_name = attribute.name;
  std::string far_name = via == nullptr ? Concat(attribute.name, "_", far) : via->name;
  auto table = std::make_unique<JoinTable>();
  table->sides[0] = {attribute.model, Concat(near, "_", near_name), &attribute};
  table->sides[1] = {association.target, Concat(far, "_", far_name), via};
  if (table->sides[0].column == table->sides[1].column) table->sides[1].column += "_far";
  bool swapped = std::tie(far, far_name) < std::tie(near, near_name);
  if (swapped) std::swap(table->sides[0], table->sides[1]);
  table->table = Concat(table->sides[0].column, "__", table->sides[1].column);
  link(*table, swapped ? 1 : 0);
  schema_.join_tables_.push_back(std::move(table));
}

void SchemaBuilder::CheckTables() {
  std::map<std::string, std::string> owners;
  for (const auto& model : schema_.models_) {
    const Place& place = declarations_.at(model->identity()).place;
    auto [owner, added] = owners.emplace(model->table_name(), model->identity());
    if (!added) {
      Fail(place, Concat("the table `", model->table_name(), "` is also the one of `", owner->second, "`"));
    }
    if (model->table_name().size() > kMaxIdentifier) {
      Fail(place, Concat("the table name `", model->table_name(), "` is longer than 63 bytes"));
    }
  }
  for (const auto& table : schema_.join_tables_) {
    const Place& place = declarations_.at(table->sides[0].model->identity()).place;
    if (table->table.size() > kMaxIdentifier) {
      Fail(place, Concat("the name of the join table `", table->table, "` is longer than 63 bytes"));
    }
    if (owners.contains(table->table)) {
      Fail(place, Concat("the join table `", table->table, "` has the name of a model's table"));
    }
  }
}

std::vector<std::string> SchemaBuilder::Build(Schema& schema) {
  // std::map: sorted by identity, as Schema::Find expects.
  for (auto& [identity, declaration] : declarations_) {
    auto model = std::make_unique<Model>(identity, declaration.table_name);
    for (AttributeDeclaration& attribute : declaration.attributes) AddAttribute(*model, attribute);
    FinishModel(*model, declaration);
    schema_.models_.push_back(std::move(model));
  }
  for (const auto& model : schema_.models_) {
    for (const AttributeDeclaration& declaration : declarations_.at(model->identity()).attributes) {
      Attribute& attribute = *model->attributes_[declaration.attribute.index];
      if (!declaration.model.empty()) LinkToOne(attribute, declaration);
    }
  }
  for (const auto& model : schema_.models_) {
    for (const AttributeDeclaration& declaration : declarations_.at(model->identity()).attributes) {
      Attribute& attribute = *model->attributes_[declaration.attribute.index];
      if (!declaration.collection.empty()) LinkCollection(attribute, declaration);
    }
    for (const auto& attribute : model->attributes_) {
      if (attribute->is_association()) model->associations_.push_back(attribute.get());
      if (attribute->has_column()) model->columns_.push_back(attribute.get());
    }
    CheckColumns(*model, declarations_.at(model->identity()));
  }
  CheckTables();
  std::sort(schema_.join_tables_.begin(), schema_.join_tables_.end(),
            [](const auto& a, const auto& b) { return a->table < b->table; });
  if (errors_.empty()) schema = std::move(schema_);
  return errors_;
}

}  // namespace sail::logic
