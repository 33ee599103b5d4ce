#include "platform/policy/policy_table.h"

#include <gtest/gtest.h>

namespace sail::platform {
namespace {

using Kind = Policy::Kind;

PolicyTable Parsed(const std::string& text) {
  absl::StatusOr<PolicyTable> table = PolicyTable::Parse(text, "policies.yaml");
  EXPECT_TRUE(table.ok()) << table.status();
  return table.ok() ? *std::move(table) : PolicyTable();
}

std::string ErrorOf(const std::string& text) {
  return std::string(PolicyTable::Parse(text, "policies.yaml").status().message());
}

TEST(PolicyTableTest, EverybodyMayWithoutEntries) {
  EXPECT_EQ(Parsed("").Find("user/find").kind, Kind::kAllow);
  EXPECT_EQ(Parsed("{}").Find("user/find").kind, Kind::kAllow);
  const absl::StatusOr<PolicyTable> missing = PolicyTable::Load("/nonexistent/policies.yaml");
  ASSERT_TRUE(missing.ok());
  EXPECT_TRUE(missing->AllowsProgram("user/find", ""));
}

TEST(PolicyTableTest, TheMostSpecificEntryDecides) {
  const PolicyTable table =
      Parsed("'*': false\n'User/*': isLoggedIn\nuser/find: true\nadmin/user/*: true\nadmin/*: [a, B]\n");
  EXPECT_EQ(table.Find("pet/find").kind, Kind::kDeny);
  EXPECT_EQ(table.Find("user/find").kind, Kind::kAllow);
  EXPECT_EQ(table.Find("user/destroy").kind, Kind::kNamed);
  EXPECT_EQ(table.Find("user/destroy").names, std::vector<std::string>{"isloggedin"});
  EXPECT_EQ(table.Find("admin/user/list").kind, Kind::kAllow);
  EXPECT_EQ(table.Find("admin/pet/list").names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(table.Find("administrator/x").kind, Kind::kDeny);
}

TEST(PolicyTableTest, FalseHoldsForProgramsWhateverTheirSectionSays) {
  const PolicyTable table = Parsed("user/destroy: false\ngrpc: {'*': true}\n");
  EXPECT_FALSE(table.AllowsProgram("user/destroy", "admin"));
  EXPECT_TRUE(table.AllowsProgram("user/find", ""));
}

TEST(PolicyTableTest, ANamedPolicyRefusesProgramsThatTheirSectionDoesNotName) {
  const std::string policies = "user/*: isLoggedIn\n";
  EXPECT_FALSE(Parsed(policies).AllowsProgram("user/find", "billing"));
  EXPECT_TRUE(Parsed(policies).AllowsProgram("pet/find", ""));
  const PolicyTable table =
      Parsed(policies + "grpc: {user/find: true, 'user/*': [Billing, admin], pet/*: false}\n");
  EXPECT_TRUE(table.AllowsProgram("user/find", ""));
  EXPECT_TRUE(table.AllowsProgram("user/destroy", "Billing"));
  EXPECT_FALSE(table.AllowsProgram("user/destroy", "billing"));
  EXPECT_FALSE(table.AllowsProgram("user/destroy", ""));
  EXPECT_FALSE(table.AllowsProgram("pet/find", "admin"));
}

TEST(PolicyTableTest, MistakesAreToldWithTheirLine) {
  EXPECT_EQ(ErrorOf("user/find: true\nfind: true\n"),
            "policies.yaml:2: has a key that is not like user/find, user/* or *");
  EXPECT_EQ(ErrorOf("user/find: [true]"),
            "policies.yaml:1: has to be true, false, a name or a list of names");
  EXPECT_EQ(ErrorOf("user/find: []"), "policies.yaml:1: has an empty list: say true or false");
  EXPECT_EQ(ErrorOf("user/find: {a: b}"),
            "policies.yaml:1: has to be true, false, a name or a list of names");
  EXPECT_EQ(ErrorOf("user/find: ~"), "policies.yaml:1: has to be true, false, a name or a list of names");
  EXPECT_EQ(ErrorOf("user/find: a\nUser/Find: b"), "policies.yaml:2: has user/find twice");
  EXPECT_EQ(ErrorOf("[a]"), "policies.yaml:1: has to map actions to policies");
  EXPECT_EQ(ErrorOf("grpc: true"), "policies.yaml:1: has to map actions to policies");
  EXPECT_NE(ErrorOf("'"), "");
}

}  // namespace
}  // namespace sail::platform
