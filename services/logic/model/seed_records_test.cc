#include "services/logic/model/seed_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "services/logic/model/schema_loader.h"

namespace sail::logic {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SeedRecordsTest : public testing::Test {
 protected:
  SeedRecordsTest() : schema_(*LoadSchema("services/logic/testdata")) {}

  // "model {values} attribute>record ..." of each.
  std::vector<std::string> Read(const std::string& text) {
    const auto records = ReadSeedRecords(schema_, "bootstrap.yaml", text);
    EXPECT_TRUE(records.ok()) << records.status();
    std::vector<std::string> lines;
    for (const SeedRecord& record : records.ok() ? *records : std::vector<SeedRecord>()) {
      std::string line = record.model->identity() + " " + boost::json::serialize(record.values);
      for (const auto& [attribute, other] : record.references) {
        line += " " + attribute->name + ">" + std::to_string(other);
      }
      lines.push_back(std::move(line));
    }
    return lines;
  }

  std::string Error(const std::string& text) {
    const absl::Status status = ReadSeedRecords(schema_, "bootstrap.yaml", text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  }

  const Schema schema_;
};

TEST_F(SeedRecordsTest, ReadsRecordsInTheOrderOfTheFile) {
  EXPECT_THAT(
      Read("user: [{name: Ann, age: 30}, {name: '7'}]\ntag: [{label: x}]\n"),
      ElementsAre(R"(user {"name":"Ann","age":3E1})", R"(user {"name":"7"})", R"(tag {"label":"x"})"));
  EXPECT_THAT(Read(""), IsEmpty());
}

TEST_F(SeedRecordsTest, ANestedRecordComesBeforeWhatRefersToIt) {
  EXPECT_THAT(Read("pet: [{name: Rex, owner: {name: Ann}, tags: [{label: x}, 7]}]"),
              ElementsAre(R"(user {"name":"Ann"})", R"(tag {"label":"x"})",
                          R"(pet {"name":"Rex","tags":[7E0]} owner>0 tags>1)"));
}

TEST_F(SeedRecordsTest, AChildThatRefersToItsParentComesAfterIt) {
  EXPECT_THAT(Read("user: [{name: Ann, pets: [{name: Rex}, 3]}]"),
              ElementsAre(R"(user {"name":"Ann","pets":[3E0]})", R"(pet {"name":"Rex"} owner>0)"));
}

TEST_F(SeedRecordsTest, AnAliasIsTheRecordAtItsAnchor) {
  EXPECT_THAT(Read("tag: [&vip {label: vip}]\n"
                   "pet: [{name: Rex, tags: [*vip]}, &tom {name: Tom, tags: [*vip]}]\n"
                   "user: [{name: Ann, pets: [*tom]}]\n"),
              ElementsAre(R"(tag {"label":"vip"})", R"(pet {"name":"Rex"} tags>0)",
                          R"(pet {"name":"Tom"} tags>0)", R"(user {"name":"Ann"} pets>2)"));
}

TEST_F(SeedRecordsTest, SaysWhereWhatIsWrong) {
  EXPECT_THAT(Error("user:\n  - {name: [}\n"), HasSubstr("bootstrap.yaml:2: not YAML"));
  EXPECT_EQ(Error("user: []\nperson: []\n"), "bootstrap.yaml:2: there is no model person");
  EXPECT_EQ(Error("user:\n  - {nam: Ann}\n"), "bootstrap.yaml:2: user has no attribute nam");
  EXPECT_EQ(Error("user: {name: Ann}\n"), "bootstrap.yaml:1: must be a list of records");
  EXPECT_EQ(Error("user: [Ann]\n"), "bootstrap.yaml:1: a record of user must be a map");
  EXPECT_EQ(Error("user: [{name: Ann, pets: {name: Rex}}]\n"), "bootstrap.yaml:1: pets must be a list");
  EXPECT_EQ(Error("- user\n"), "bootstrap.yaml:1: must map models to lists of records");
  EXPECT_EQ(Error("tag: [&vip {label: vip}]\npet: [{owner: *vip}]\n"),
            "bootstrap.yaml:1: the alias is no record of user");
  EXPECT_THAT(Error("pet: [&a {name: Rex, tags: [{label: x, pets: [*a]}]}]\n"),
              HasSubstr("nested too deeply"));
}

}  // namespace
}  // namespace sail::logic
