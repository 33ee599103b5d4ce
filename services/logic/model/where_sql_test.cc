#include "services/logic/model/where_sql.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "services/logic/model/schema_loader.h"

namespace sail::logic {
namespace {

namespace json = boost::json;

class WhereSqlTest : public testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<Schema> schema = LoadSchema("services/logic/testdata");
    ASSERT_TRUE(schema.ok()) << schema.status();
    schema_ = *std::move(schema);
  }

  // The statement text, then its parameters.
  std::string Sql(std::string_view model, std::string_view where, std::string_view alias = "") {
    absl::StatusOr<Where> parsed = ParseWhere(*schema_.Find(model), json::parse(std::string(where)));
    if (!parsed.ok()) return parsed.status().ToString();
    SqlParameters parameters;
    std::string text = WhereSql(*parsed, parameters, alias);
    for (const ColumnText& parameter : parameters) text += " | " + parameter.value_or("NULL");
    return text;
  }

  Criteria Parse(std::string_view model, std::string_view criteria) {
    absl::StatusOr<Criteria> parsed =
        ParseCriteria(*schema_.Find(model), json::parse(std::string(criteria)).as_object());
    EXPECT_TRUE(parsed.ok()) << parsed.status();
    return *std::move(parsed);
  }

  Schema schema_;
};

TEST_F(WhereSqlTest, KeepsValuesOutOfTheText) {
  EXPECT_EQ(Sql("user", R"({"name":"x' OR 1=1 --"})"), R"("name" = $1 | x' OR 1=1 --)");
  EXPECT_EQ(Sql("user", R"({"age":{">":20,"<=":"30"}})"), R"("age" > $1 AND "age" <= $2 | 20 | 30)");
  EXPECT_EQ(Sql("user", R"({"name":{"!=":"Ann"}})"), R"("name" <> $1 | Ann)");
}

TEST_F(WhereSqlTest, NestsConditions) {
  EXPECT_EQ(Sql("user", R"({"or":[{"name":"a","age":1},{"and":[{"age":{">":3}},{"age":{"<":5}}]}]})"),
            R"(("name" = $1 AND "age" = $2) OR ("age" > $3 AND "age" < $4) | a | 1 | 3 | 5)");
  EXPECT_EQ(Sql("user", "{}"), "TRUE");
  EXPECT_EQ(Sql("user", R"({"age":[]})"), "FALSE");
}

TEST_F(WhereSqlTest, TestsForNull) {
  EXPECT_EQ(Sql("pet", R"({"owner":null})"), R"("owner" IS NULL)");
  EXPECT_EQ(Sql("pet", R"({"owner":{"!=":null}})"), R"("owner" IS NOT NULL)");
}

TEST_F(WhereSqlTest, TakesAListAsOneParameter) {
  EXPECT_EQ(Sql("user", R"({"age":[31,22]})"), R"("age" = ANY($1) | {"31","22"})");
  EXPECT_EQ(Sql("user", R"({"name":{"nin":["a\"b","c\\d","{}",","]}})"),
            R"("name" <> ALL($1) | {"a\"b","c\\d","{}",","})");
}

TEST_F(WhereSqlTest, SearchesWithLike) {
  EXPECT_EQ(Sql("user", R"({"name":{"contains":"50%_"}})"), R"("name" LIKE $1 | %50\%_%)");
  EXPECT_EQ(Sql("user", R"({"name":{"startsWith":"a"}})"), R"("name" LIKE $1 | a%)");
  EXPECT_EQ(Sql("user", R"({"name":{"endsWith":"a\\"}})"), R"("name" LIKE $1 | %a\\)");
  EXPECT_EQ(Sql("thing", R"({"j":{"contains":"a"}})"), R"("j"::text LIKE $1 | %a%)");
}

TEST_F(WhereSqlTest, ComparesIntegersWithNumbersThatAreNone) {
  EXPECT_EQ(Sql("user", R"({"id":1.5})"), R"("id" = $1::numeric | 1.5)");
  EXPECT_EQ(Sql("user", R"({"id":[1,99999999999]})"), R"("id" = ANY($1::numeric[]) | {"1","99999999999"})");
  EXPECT_EQ(Sql("user", R"({"createdAt":{">":99999999999}})"), R"("createdAt" > $1 | 99999999999)");
  EXPECT_EQ(Sql("user", R"({"createdAt":{">":1e30}})"), R"("createdAt" > $1::numeric | 1e+30)");
}

TEST_F(WhereSqlTest, ComparesJsonByValue) {
  EXPECT_EQ(Sql("thing", R"({"j":"a"})"), R"("j"::jsonb = $1::jsonb | "a")");
}

TEST_F(WhereSqlTest, UsesColumnNamesAndAliases) {
  EXPECT_EQ(Sql("thing", R"({"col":"x"})", "t"), R"(t."custom_col" = $1 | x)");
}

TEST_F(WhereSqlTest, OrdersByPrimaryKeyLast) {
  const Model& user = *schema_.Find("user");
  EXPECT_EQ(OrderBySql(user, {}), R"("id")");
  EXPECT_EQ(OrderBySql(user, Parse("user", R"({"sort":["age DESC","name"]})").sort, "t"),
            R"(t."age" DESC, t."name", t."id")");
  EXPECT_EQ(OrderBySql(user, Parse("user", R"({"sort":"id DESC"})").sort), R"("id" DESC)");
}

TEST_F(WhereSqlTest, LimitsWithParameters) {
  SqlParameters parameters = {"x"};
  EXPECT_EQ(LimitSql(Parse("user", R"({"limit":5,"skip":"2"})"), parameters), " LIMIT $2 OFFSET $3");
  EXPECT_EQ(parameters, (SqlParameters{"x", "5", "2"}));
  parameters.clear();
  EXPECT_EQ(LimitSql(Parse("user", R"({"limit":-1})"), parameters), "");
}

TEST_F(WhereSqlTest, QuotesIdentifiers) { EXPECT_EQ(QuoteIdentifier("a\"b"), "\"a\"\"b\""); }

}  // namespace
}  // namespace sail::logic
