#include "services/logic/model/schema_loader.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace sail::logic {
namespace {

namespace fs = std::filesystem;

class SchemaLoaderTest : public testing::Test {
 protected:
  SchemaLoaderTest() {
    std::string name = testing::TempDir() + "/schema_XXXXXX";
    folder_ = mkdtemp(name.data());
    fs::create_directory(folder_ / "models");
  }
  ~SchemaLoaderTest() override { fs::remove_all(folder_); }

  void Write(const std::string& path, const std::string& text) { std::ofstream(folder_ / path) << text; }
  absl::StatusOr<Schema> Load() { return LoadSchema(folder_.string()); }

  // The message of the one error that is expected.
  std::string ErrorOf(const std::string& model_text) {
    Write("models/a.yaml", model_text);
    absl::StatusOr<Schema> schema = Load();
    return schema.ok() ? "no error" : std::string(schema.status().message());
  }

  fs::path folder_;
};

std::vector<std::string> Names(const Model& model) {
  std::vector<std::string> names;
  for (const auto& attribute : model.attributes()) names.push_back(attribute->name);
  return names;
}

TEST(ReferenceSchemaTest, HasTheReferencesAttributes) {
  absl::StatusOr<Schema> schema = LoadSchema("services/logic/testdata");
  ASSERT_TRUE(schema.ok()) << schema.status();
  ASSERT_EQ(schema->models().size(), 5u);
  const Model& user = *schema->Find("user");
  EXPECT_EQ(Names(user),
            (std::vector<std::string>{"createdAt", "updatedAt", "id", "name", "email", "age", "pets"}));
  EXPECT_EQ(user.primary_key().name, "id");
  EXPECT_TRUE(user.primary_key().auto_increment);
  EXPECT_EQ(user.primary_key().column_type, "integer");
  EXPECT_EQ(user.Find("createdAt")->column_type, "bigint");
  EXPECT_EQ(user.Find("age")->column_type, "double precision");
  EXPECT_TRUE(user.Find("email")->unique);
  EXPECT_TRUE(user.cascade_on_destroy());
  EXPECT_EQ(user.Find("nope"), nullptr);
  EXPECT_EQ(schema->Find("User"), nullptr);
  const Model& thing = *schema->Find("thing");
  EXPECT_EQ(thing.Find("col")->column_name, "custom_col");
  EXPECT_EQ(thing.Find("ts")->column_type, "timestamptz");
  EXPECT_TRUE(thing.Find("hidden")->hidden);
  EXPECT_EQ(thing.Find("sDef")->defaults_to, ColumnText("dflt"));
}

TEST(ReferenceSchemaTest, LinksAssociations) {
  absl::StatusOr<Schema> schema = LoadSchema("services/logic/testdata");
  ASSERT_TRUE(schema.ok()) << schema.status();
  const Association& pets = schema->Find("user")->Find("pets")->association;
  EXPECT_EQ(pets.kind, AssociationKind::kOneToMany);
  EXPECT_EQ(pets.via, schema->Find("pet")->Find("owner"));
  const Attribute& owner = *schema->Find("pet")->Find("owner");
  EXPECT_EQ(owner.association.kind, AssociationKind::kToOne);
  EXPECT_EQ(owner.association.via, schema->Find("user")->Find("pets"));
  EXPECT_EQ(owner.type, AttributeType::kNumber);
  EXPECT_EQ(owner.column_type, "integer");
  ASSERT_EQ(schema->join_tables().size(), 2u);
  EXPECT_EQ(schema->join_tables()[0]->table, "doc_related__tag_related_tag");
  EXPECT_EQ(schema->join_tables()[1]->table, "pet_tags__tag_pets");
  const Association& tags = schema->Find("pet")->Find("tags")->association;
  const Association& back = schema->Find("tag")->Find("pets")->association;
  EXPECT_EQ(tags.kind, AssociationKind::kManyToMany);
  EXPECT_EQ(tags.join_table, back.join_table);
  EXPECT_EQ(tags.near_column, "pet_tags");
  EXPECT_EQ(tags.far_column, "tag_pets");
  EXPECT_EQ(back.near_column, "tag_pets");
  EXPECT_EQ(back.far_column, "pet_tags");
  const Association& related = schema->Find("doc")->Find("related")->association;
  EXPECT_EQ(related.kind, AssociationKind::kOneWay);
  EXPECT_EQ(related.near_column, "doc_related");
  EXPECT_EQ(related.far_column, "tag_related_tag");
}

TEST_F(SchemaLoaderTest, TakesApplicationWideAttributesFromTheConfiguration) {
  Write("config.yaml",
        "models:\n  cascadeOnDestroy: false\n  attributes:\n    id: {type: string, required: true}\n");
  Write("models/a.yaml", "attributes:\n  x: {type: number}\n");
  absl::StatusOr<Schema> schema = Load();
  ASSERT_TRUE(schema.ok()) << schema.status();
  EXPECT_EQ(Names(*schema->Find("a")), (std::vector<std::string>{"id", "x"}));
  EXPECT_EQ(schema->Find("a")->primary_key().column_type, "text");
  EXPECT_FALSE(schema->Find("a")->cascade_on_destroy());
}

TEST_F(SchemaLoaderTest, LeavesOutAnAttributeThatIsFalse) {
  Write("models/a.yaml", "attributes: {createdAt: false, x: {type: json}}\n");
  absl::StatusOr<Schema> schema = Load();
  ASSERT_TRUE(schema.ok()) << schema.status();
  EXPECT_EQ(Names(*schema->Find("a")), (std::vector<std::string>{"updatedAt", "id", "x"}));
}

TEST_F(SchemaLoaderTest, LinksAModelWithItself) {
  Write("models/node.yaml",
        "attributes:\n  parent: {model: node}\n  children: {collection: node, via: parent}\n"
        "  likes: {collection: node, via: likedBy}\n  likedBy: {collection: node, via: likes}\n"
        "  friends: {collection: node, via: friends}\n");
  absl::StatusOr<Schema> schema = Load();
  ASSERT_TRUE(schema.ok()) << schema.status();
  const Model& node = *schema->Find("node");
  EXPECT_EQ(node.Find("children")->association.via, node.Find("parent"));
  const Association& likes = node.Find("likes")->association;
  const Association& liked_by = node.Find("likedBy")->association;
  EXPECT_EQ(likes.join_table, liked_by.join_table);
  EXPECT_EQ(likes.near_column, liked_by.far_column);
  EXPECT_EQ(likes.far_column, liked_by.near_column);
  const Association& friends = node.Find("friends")->association;
  EXPECT_NE(friends.near_column, friends.far_column);
}

TEST_F(SchemaLoaderTest, NamesFileAndLineOfEveryError) {
  Write("models/a.yaml",
        "attributes:\n  x: {type: text}\n  y: {model: nobody}\n  z: {type: string, isEmail: yes}\n");
  Write("models/b.yaml", "tablename: b\nattributes:\n  a: {collection: a, via: nope}\n");
  absl::StatusOr<Schema> schema = Load();
  ASSERT_EQ(schema.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(schema.status().message(),
            "models/a.yaml:2: `x` has the unknown type `text`; the types are string, number, boolean, json "
            "and ref\n"
            "models/a.yaml:4: `z`: isEmail takes true or false\n"
            "models/b.yaml:1: there is no model setting `tablename`\n"
            "models/a.yaml:3: `y` leads to the model `nobody`, which does not exist\n"
            "models/b.yaml:3: `a` goes via `nope` of `a`, which does not exist");
}

TEST_F(SchemaLoaderTest, RefusesDeclarationsThatMakeNoSense) {
  EXPECT_EQ(ErrorOf("attributes: [a]"),
            "models/a.yaml:1: attributes is a list of names, each with its settings");
  EXPECT_EQ(ErrorOf("attributes: {x: {}}"), "models/a.yaml:1: `x` needs a type, a model or a collection");
  EXPECT_EQ(ErrorOf("attributes: {x: {type: string, defaultsTo: 5}}"),
            "models/a.yaml:1: the defaultsTo of `x` is not a string");
  EXPECT_EQ(ErrorOf("attributes: {x: {type: string, colour: red}}"),
            "models/a.yaml:1: `x` has the unknown setting `colour`");
  EXPECT_EQ(ErrorOf("attributes: {x: {type: string}, x: {type: json}}"),
            "models/a.yaml:1: `x` is declared twice");
  EXPECT_EQ(ErrorOf("attributes: {x: {type: string, columnName: id}}"),
            "models/a.yaml:1: two attributes share the column `id`");
  EXPECT_EQ(ErrorOf("attributes: {x: {type: string, required: true, defaultsTo: a}}"),
            "models/a.yaml:1: `x` is required, so that its defaultsTo is never used");
  EXPECT_EQ(ErrorOf("primaryKey: code"), "models/a.yaml:1: the primary key `code` is no attribute here");
  EXPECT_EQ(ErrorOf("hidden: [x]"), "models/a.yaml:1: hidden names `x`, which is no attribute here");
  EXPECT_EQ(ErrorOf("schema: false"),
            "models/a.yaml:1: schema: false is not supported: every attribute needs a column");
  EXPECT_EQ(ErrorOf("attributes: {y: {type: string}, x: {collection: a, via: y}}"),
            "models/a.yaml:1: `x` goes via `y` of `a`, which does not lead back to `a`");
  EXPECT_EQ(ErrorOf("attributes:\n  x: {type: string\n").substr(0, 26), "models/a.yaml:3: not YAML:");
}

TEST_F(SchemaLoaderTest, RefusesTwoModelsInOneTable) {
  Write("models/a.yaml", "tableName: same");
  Write("models/b.yaml", "tableName: same");
  EXPECT_EQ(Load().status().message(), "models/b.yaml:1: the table `same` is also the one of `a`");
}

TEST_F(SchemaLoaderTest, NeedsAModelsFolder) {
  fs::remove_all(folder_ / "models");
  EXPECT_EQ(Load().status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace sail::logic
