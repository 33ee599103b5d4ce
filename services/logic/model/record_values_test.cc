#include "services/logic/model/record_values.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "services/logic/model/data_encryption.h"
#include "services/logic/model/js_value.h"
#include "services/logic/model/schema_loader.h"
#include "services/logic/model/usage_error.h"

namespace sail::logic {
namespace {

namespace json = boost::json;

constexpr int64_t kNow = 1700000000123;

class RecordValuesTest : public testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<Schema> schema = LoadSchema("services/logic/testdata");
    ASSERT_TRUE(schema.ok()) << schema.status();
    schema_ = *std::move(schema);
  }

  static json::object Object(std::string_view text) {
    absl::StatusOr<json::value> value = ParseJson(text);
    EXPECT_TRUE(value.ok()) << value.status();
    return value->as_object();
  }

  absl::StatusOr<RecordValues> Create(std::string_view model, std::string_view values) {
    return NormaliseNewRecord(*schema_.Find(model), Object(values), kNow);
  }
  absl::StatusOr<RecordValues> Update(std::string_view model, std::string_view values) {
    return NormaliseValuesToSet(*schema_.Find(model), Object(values), kNow);
  }

  // "name=text " for each column, then "name=[ids] ".
  static std::string Text(const absl::StatusOr<RecordValues>& values) {
    if (!values.ok()) return values.status().ToString();
    std::string text;
    for (const ColumnValue& column : values->columns) {
      text += column.attribute->name + "=" + column.text.value_or("NULL") + " ";
    }
    for (const CollectionValue& collection : values->collections) {
      text += collection.attribute->name + "=[";
      for (const std::string& id : collection.ids) text += id + ",";
      text += "] ";
    }
    return text;
  }

  Schema schema_;
};

TEST_F(RecordValuesTest, FillsInDefaults) {
  EXPECT_EQ(Text(Create("pet", "{}")),
            "createdAt=1700000000123 updatedAt=1700000000123 name= kind=cat owner=NULL ");
  EXPECT_EQ(Text(Create("user", R"({"name":5,"age":"0x10","id":"7","createdAt":5,"bogus":1})")),
            "createdAt=5 updatedAt=1700000000123 id=7 name=5 email= age=16 ");
}

TEST_F(RecordValuesTest, TakesCollectionsAsDistinctIds) {
  EXPECT_EQ(Text(Create("pet", R"({"tags":[2,"1",2],"owner":"3"})")),
            "createdAt=1700000000123 updatedAt=1700000000123 name= kind=cat owner=3 tags=[2,1,] ");
  EXPECT_EQ(Text(Update("user", R"({"pets":[]})")), "updatedAt=1700000000123 pets=[] ");
  EXPECT_EQ(Text(Update("user", R"({"pets":"4"})")), "updatedAt=1700000000123 pets=[4,] ");
}

TEST_F(RecordValuesTest, UpdatesOnlyWhatIsGiven) {
  EXPECT_EQ(Text(Update("user", "{}")), "updatedAt=1700000000123 ");
  EXPECT_EQ(Text(Update("user", R"({"id":5,"age":true,"updatedAt":8})")), "updatedAt=8 age=1 ");
}

TEST_F(RecordValuesTest, PublishesCoercedValuesInTheOrderGiven) {
  absl::StatusOr<RecordValues> values =
      Update("user", R"({"name":"a\"b","pets":[1],"age":"41","bogus":1,"id":1})");
  ASSERT_TRUE(values.ok()) << values.status();
  EXPECT_EQ(values->published_members, R"("name":"a\"b","age":41)");
}

TEST_F(RecordValuesTest, StoresJsonAsItsText) {
  EXPECT_EQ(Text(Update("thing", R"({"j":{"b":[1,null,1e400],"a":"\u0000/"}})")),
            "updatedAt=1700000000123 j={\"b\":[1,null,0],\"a\":\"\\u0000/\"} ");
  EXPECT_EQ(Text(Update("thing", R"({"j":null,"ts":"2020-01-01","nNull":null})")),
            "updatedAt=1700000000123 nNull=NULL j=NULL ts=2020-01-01 ");
  EXPECT_EQ(Text(Update("thing", R"({"j":"str"})")), "updatedAt=1700000000123 j=\"str\" ");
}

TEST_F(RecordValuesTest, ListsEveryViolationOfTheFirstBadAttribute) {
  absl::Status status = Create("thing", R"({"sMin":"abcdef","sRx":"X"})").status();
  EXPECT_EQ(status.message(),
            "Could not use specified `sMin`.  Violated one or more validation rules:\n"
            "  • Value was -1 characters longer than the configured maximum length (5)\n");
}

TEST_F(RecordValuesTest, LooksAtGivenValuesBeforeMissingOnes) {
  absl::Status status = Create("user", R"({"age":"x"})").status();
  EXPECT_TRUE(std::string(status.message()).starts_with("New record contains the wrong type of data"));
}

TEST_F(RecordValuesTest, RefusesWhatPostgresCannotHold) {
  EXPECT_TRUE(IsUnusableRequest(Create("user", R"({"name":"nul\u0000"})").status()));
  EXPECT_TRUE(IsUnusableRequest(Create("user", R"({"name":"a","pets":["x"]})").status()));
}

TEST_F(RecordValuesTest, EncryptsWithTheKeyOrRefuses) {
  absl::StatusOr<DataEncryption> encryption =
      DataEncryption::Create("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
  ASSERT_TRUE(encryption.ok()) << encryption.status();
  const Model& thing = *schema_.Find("thing");
  absl::StatusOr<RecordValues> values =
      NormaliseValuesToSet(thing, Object(R"({"secret":"s3cr3t"})"), kNow, &*encryption);
  ASSERT_TRUE(values.ok()) << values.status();
  std::string stored = *values->columns.back().text;
  EXPECT_TRUE(stored.starts_with("YWVzLTI1Ni1nY20kJGRlZmF1bHQ=$"));
  EXPECT_EQ(values->published_members, "\"secret\":\"" + stored + "\"");
  absl::StatusOr<std::string> text = encryption->Decrypt(stored);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(*text, "\"s3cr3t\"");
  EXPECT_EQ(Text(Update("thing", R"({"secret":""})")), "updatedAt=1700000000123 secret= ");
  EXPECT_TRUE(IsUnusableRequest(Update("thing", R"({"secret":"x"})").status()));
}

TEST(DataEncryptionTest, ReadsWhatTheReferenceWrote) {
  absl::StatusOr<DataEncryption> encryption =
      DataEncryption::Create("a3R4Yk5ZdU9wVnJ3Q2hKbUx6RnFTdVhCZ1R3RWlQb0E=");
  ASSERT_TRUE(encryption.ok()) << encryption.status();
  std::string written = "YWVzLTI1Ni1nY20kJGRlZmF1bHQ=$GYw18AUr8w8rheDU$pR+WB+kwWgU=$E4z3Xjt528U2ANwGNnI9CQ";
  absl::StatusOr<std::string> text = encryption->Decrypt(written);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(*text, "\"s3cr3t\"");
}

TEST(DataEncryptionTest, RefusesChangedTextsAndBadKeys) {
  EXPECT_FALSE(DataEncryption::Create("c2hvcnQ=").ok());
  absl::StatusOr<DataEncryption> encryption =
      DataEncryption::Create("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
  ASSERT_TRUE(encryption.ok()) << encryption.status();
  absl::StatusOr<std::string> encrypted = encryption->Encrypt("text");
  ASSERT_TRUE(encrypted.ok());
  std::string changed = *encrypted;
  changed[changed.find('$', 30) + 1] ^= 1;
  EXPECT_FALSE(encryption->Decrypt(changed).ok());
  EXPECT_FALSE(encryption->Decrypt("").ok());
  EXPECT_FALSE(encryption->Decrypt("$$$").ok());
  EXPECT_NE(*encryption->Encrypt("text"), *encrypted);
}

}  // namespace
}  // namespace sail::logic
