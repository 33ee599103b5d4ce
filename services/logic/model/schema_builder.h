// From declarations to a Schema: checks them against each other and links the associations.
#ifndef SAIL_LOGIC_MODEL_SCHEMA_BUILDER_H_
#define SAIL_LOGIC_MODEL_SCHEMA_BUILDER_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/logic/model/schema.h"

namespace sail::logic {

// A place in a file, for messages: "models/user.yaml:3".
struct Place {
  std::string file;
  int line = 0;
};

// An attribute as declared. What the type alone decides (column type, column name) is filled in by the
// builder where it is empty.
struct AttributeDeclaration {
  Place place;
  Attribute attribute;
  // True if `type` was given.
  bool has_type = false;
  // The target of `model` or `collection`, lower case; empty for neither.
  std::string model;
  std::string collection;
  std::string via;
};

struct ModelDeclaration {
  Place place;
  std::string identity;
  std::string table_name;
  std::string primary_key = "id";
  bool cascade_on_destroy = true;
  std::vector<std::string> hidden;
  // The application-wide ones first; of two with one name the later declaration counts, in the first one's
  // place.
  std::vector<AttributeDeclaration> attributes;
};

class SchemaBuilder {
 public:
  // Identities must be distinct.
  void Add(ModelDeclaration declaration);

  // Sentences "file:line: ..." for every error; empty if the schema is fine. The builder is spent afterwards.
  std::vector<std::string> Build(Schema& schema);

 private:
  void AddAttribute(Model& model, AttributeDeclaration& declaration);
  void FinishModel(Model& model, const ModelDeclaration& declaration);
  void CheckColumns(const Model& model, const ModelDeclaration& declaration);
  void LinkToOne(Attribute& attribute, const AttributeDeclaration& declaration);
  void LinkCollection(Attribute& attribute, const AttributeDeclaration& declaration);
  void LinkThroughTable(Attribute& attribute, Attribute* via);
  void CheckTables();
  Model* Target(const Attribute& attribute, const std::string& identity, const Place& place);
  void Fail(const Place& place, std::string sentence);

  std::map<std::string, ModelDeclaration> declarations_;
  Schema schema_;
  std::vector<std::string> errors_;
};

}  // namespace sail::logic

#endif  // SAIL_LOGIC_MODEL_SCHEMA_BUILDER_H_
