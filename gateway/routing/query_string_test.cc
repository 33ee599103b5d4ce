#include "gateway/routing/query_string.h"

#include <chrono>
#include <fstream>
#include <string>

#include "gtest/gtest.h"
#include "platform/json/json_scan.h"

namespace sail::gateway {
namespace {

std::string Unescaped(std::string_view raw) {
  auto text = platform::json::UnescapeJsonString(raw);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.ok() ? *text : "";
}

// Each line is what qs 6.15 (with a limit of 20 for arrays) and Node's querystring made of one query string.
TEST(QueryString, MakesOfEachQueryWhatQsAndNodeMakeOfIt) {
  std::ifstream file("gateway/routing/testdata/query_string_cases.jsonl");
  ASSERT_TRUE(file.is_open());
  int cases = 0;
  for (std::string line; std::getline(file, line); ++cases) {
    const auto members = platform::json::SplitJsonObject(line);
    ASSERT_TRUE(members.ok()) << line;
    const std::string query = Unescaped(members->at(0).raw);
    EXPECT_EQ(ParseNestedQuery(query, {.array_limit = 20}), Unescaped(members->at(1).raw)) << query;
    EXPECT_EQ(ParseFlatQuery(query), Unescaped(members->at(2).raw)) << query;
  }
  EXPECT_EQ(cases, 530);
}

TEST(QueryString, IgnoresParametersBeyondTheLimit) {
  std::string query = "a0=1";
  for (int i = 1; i < 1001; ++i) query += "&a" + std::to_string(i) + "=1";
  EXPECT_NE(ParseNestedQuery(query).find("\"a999\""), std::string::npos);
  EXPECT_EQ(ParseNestedQuery(query).find("\"a1000\""), std::string::npos);
  EXPECT_EQ(ParseFlatQuery(query).find("\"a1000\""), std::string::npos);
}

TEST(QueryString, IndexesBelowAThousandMakeArrays) {
  EXPECT_EQ(ParseNestedQuery("a[21]=x&a[1]=y&a[999]=z"), R"({"a":["y","x","z"]})");
  EXPECT_EQ(ParseNestedQuery("a[1000]=x"), R"({"a":{"1000":"x"}})");
}

TEST(QueryString, ManyLargeIndexesAreKeys) {
  std::string query;
  for (int i = 0; i < 100; ++i) query += "a" + std::to_string(i) + "[999]=1&";
  const std::string json = ParseNestedQuery(query);
  EXPECT_NE(json.find(R"("a0":["1"])"), std::string::npos);
  EXPECT_NE(json.find(R"("a99":{"999":"1"})"), std::string::npos);
}

TEST(QueryString, TakesLittleTimeForHostileInput) {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "a[" + std::to_string(i) + "][b][c]=1&";
  const std::string deep = "a" + std::string(8000, '[') + "=1";
  const auto start = std::chrono::steady_clock::now();
  ParseNestedQuery(many);
  ParseNestedQuery(deep);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

}  // namespace
}  // namespace sail::gateway
