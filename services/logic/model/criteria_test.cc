#include "services/logic/model/criteria.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "services/logic/model/blueprint_query.h"
#include "services/logic/model/js_value.h"
#include "services/logic/model/schema_loader.h"
#include "services/logic/model/usage_error.h"

namespace sail::logic {
namespace {

namespace json = boost::json;

class CriteriaTest : public testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<Schema> schema = LoadSchema("services/logic/testdata");
    ASSERT_TRUE(schema.ok()) << schema.status();
    schema_ = *std::move(schema);
  }

  const Model& model(std::string_view identity) { return *schema_.Find(identity); }

  static RequestParameters Parameters(std::string_view query, std::string_view id = "") {
    std::vector<std::pair<std::string, std::string>> path;
    if (!id.empty()) path.emplace_back("id", std::string(id));
    absl::StatusOr<RequestParameters> parameters = ParseRequestParameters(path, query, "");
    EXPECT_TRUE(parameters.ok()) << parameters.status();
    return *std::move(parameters);
  }

  static std::vector<std::string> Names(const std::vector<const Attribute*>& attributes) {
    std::vector<std::string> names;
    for (const Attribute* attribute : attributes) names.push_back(attribute->name);
    return names;
  }

  Schema schema_;
};

TEST_F(CriteriaTest, FindPopulatesEverythingWithLimits) {
  absl::StatusOr<Query> query = FindQuery(model("pet"), Parameters("{}"));
  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_EQ(query->criteria.limit, 30);
  ASSERT_EQ(query->populates.size(), 2u);
  EXPECT_EQ(query->populates[0].association->name, "owner");
  EXPECT_EQ(query->populates[0].criteria.limit, std::nullopt);
  EXPECT_EQ(query->populates[1].association->name, "tags");
  EXPECT_EQ(query->populates[1].criteria.limit, 30);
}

TEST_F(CriteriaTest, NamedPopulatesAreUnlimitedAndInAttributeOrder) {
  absl::StatusOr<Query> query = FindQuery(model("pet"), Parameters(R"({"populate":"tags, owner"})"));
  ASSERT_TRUE(query.ok()) << query.status();
  ASSERT_EQ(query->populates.size(), 2u);
  EXPECT_EQ(query->populates[0].association->name, "owner");
  EXPECT_EQ(query->populates[1].criteria.limit, std::nullopt);
}

TEST_F(CriteriaTest, SelectKeepsPrimaryKeyAndPopulatedForeignKeys) {
  absl::StatusOr<Query> query = FindQuery(model("pet"), Parameters(R"({"select":"name"})"));
  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_EQ(Names(query->criteria.projection), (std::vector<std::string>{"id", "name", "owner"}));
  query = FindQuery(model("pet"), Parameters(R"({"select":"name","populate":"false"})"));
  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_EQ(Names(query->criteria.projection), (std::vector<std::string>{"id", "name"}));
}

TEST_F(CriteriaTest, RefusesToPopulateWhatIsOmittedOrSorted) {
  absl::Status omitted = FindQuery(model("pet"), Parameters(R"({"omit":"owner"})")).status();
  EXPECT_EQ(UsageCodeOf(omitted), UsageCode::kInvalidPopulates);
  EXPECT_EQ(
      omitted.message(),
      "Could not populate `owner`.  This query also indicates that this attribute should be omitted.  Cannot "
      "populate AND omit an association at the same time!");
  absl::Status sorted = FindQuery(model("pet"), Parameters(R"({"sort":"owner"})")).status();
  EXPECT_EQ(sorted.message(),
            "Could not populate `owner`.  Cannot populate AND sort by an association at the same time!");
  EXPECT_TRUE(FindQuery(model("pet"), Parameters(R"({"sort":"owner","populate":"false"})")).ok());
}

TEST_F(CriteriaTest, StopsLookingOnceNothingCanMatch) {
  absl::StatusOr<Query> query =
      FindQuery(model("user"), Parameters(R"({"age":[],"limit":"abc","populate":"x"})"));
  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_EQ(query->criteria.where.kind, Where::Kind::kNothing);
}

TEST_F(CriteriaTest, ImpossibleKeysMatchNothing) {
  for (std::string_view key : {"99999999999", "1.5", "1e300"}) {
    absl::StatusOr<Where> where = WhereKeyIs(model("user"), key);
    ASSERT_TRUE(where.ok()) << where.status();
    EXPECT_EQ(where->kind, Where::Kind::kNothing) << key;
  }
  absl::StatusOr<Where> where = WhereKeyIs(model("user"), std::string_view("007"));
  ASSERT_TRUE(where.ok()) << where.status();
  EXPECT_EQ(where->values[0], "7");
}

TEST_F(CriteriaTest, RefusesKeysThatAreNoScalars) {
  EXPECT_TRUE(IsUnusableRequest(WhereKeyIs(model("user"), json::object{{">", 0}}).status()));
  EXPECT_TRUE(IsUnusableRequest(WhereKeyIs(model("user"), json::array{1, 2}).status()));
}

TEST_F(CriteriaTest, RefusesNulCharacters) {
  absl::StatusOr<json::value> where = ParseJson(R"({"name":{"in":["a\u0000b"]}})");
  ASSERT_TRUE(where.ok());
  EXPECT_TRUE(IsUnusableRequest(ParseWhere(model("user"), *where).status()));
  where = ParseJson(R"({"name":{"contains":"\u0000"}})");
  EXPECT_TRUE(IsUnusableRequest(ParseWhere(model("user"), *where).status()));
}

TEST_F(CriteriaTest, BoundsNestingAndSize) {
  json::value deep = json::object{{"age", 1}};
  for (int i = 0; i < 26; ++i) deep = json::object{{"or", json::array{deep, json::object{{"age", 2}}}}};
  absl::Status status = ParseWhere(model("user"), deep).status();
  EXPECT_EQ(UsageCodeOf(status), UsageCode::kInvalidCriteria);
  EXPECT_EQ(
      status.message(),
      "Could not use the provided `where` clause.  This `where` clause seems to have a circular reference. "
      "Aborted automatically after reaching maximum recursion depth (25).");
  json::array many(40000, json::object{{"age", 1}});
  EXPECT_TRUE(IsUnusableRequest(ParseWhere(model("user"), json::object{{"or", many}}).status()));
}

TEST_F(CriteriaTest, TakesPrototypeNamesForOrdinaryKeys) {
  for (std::string_view key : {"__proto__", "constructor", "toString", "hasOwnProperty"}) {
    absl::Status status = ParseWhere(model("user"), json::object{{key, 1}}).status();
    EXPECT_EQ(UsageCodeOf(status), UsageCode::kInvalidCriteria) << key;
    status = ParseWhere(model("user"), json::object{{"name", json::object{{key, 1}}}}).status();
    EXPECT_EQ(UsageCodeOf(status), UsageCode::kInvalidCriteria) << key;
  }
}

TEST_F(CriteriaTest, PathWinsOverBodyWinsOverQuery) {
  absl::StatusOr<RequestParameters> parameters = ParseRequestParameters(
      {{"id", "1"}}, R"({"a":"q","id":"2","b":"q"})", R"({"a":"body","id":3,"c":null})");
  ASSERT_TRUE(parameters.ok()) << parameters.status();
  EXPECT_EQ(JsonText(parameters->All()), R"({"a":"body","id":"1","b":"q","c":null})");
  EXPECT_EQ(parameters->Find("id")->as_string(), "1");
  EXPECT_EQ(parameters->Find("a")->as_string(), "body");
  EXPECT_EQ(parameters->Find("c"), nullptr);
}

TEST_F(CriteriaTest, AnArrayBodyHasNumbersForNames) {
  absl::StatusOr<RequestParameters> parameters = ParseRequestParameters({}, "", "[{\"name\":\"x\"},2]");
  ASSERT_TRUE(parameters.ok()) << parameters.status();
  EXPECT_EQ(JsonText(parameters->All()), R"({"0":{"name":"x"},"1":2})");
}

}  // namespace
}  // namespace sail::logic
