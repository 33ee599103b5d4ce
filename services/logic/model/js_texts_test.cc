// Values as Node 20 and the reference's type checker show them.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <string>

#include "services/logic/model/js_inspect.h"
#include "services/logic/model/js_value.h"

namespace sail::logic {
namespace {

namespace json = boost::json;

TEST(JsTextsTest, AreThoseOfTheReference) {
  std::ifstream file("services/logic/testdata/js_texts.jsonl");
  size_t count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    SCOPED_TRACE(line);
    json::array row = json::parse(line).as_array();
    std::string kind(row[0].as_string());
    absl::StatusOr<json::value> value = ParseJson(row[1].as_string());
    ASSERT_TRUE(value.ok()) << value.status();
    std::string shown = kind == "literal"  ? TypeCheckLiteral(*value)
                        : kind == "number" ? NumberText(ToJsNumber(value->as_string()))
                                           : Inspect(*value, kind.back() - '0');
    EXPECT_EQ(shown, std::string(row[2].as_string()));
  }
  EXPECT_GT(count, 200u);
}

TEST(JsInspectTest, CutsLongTextsAndArrays) {
  EXPECT_EQ(Inspect(json::string(10001, 'x')), "'" + std::string(10000, 'x') + "'... 1 more character");
  std::string shown = Inspect(json::array(150, 1));
  EXPECT_NE(shown.find("... 50 more items"), std::string::npos);
}

TEST(JsInspectTest, KeepsLiteralsOfDeepArraysSmall) {
  json::value value = json::array(200'000, 1);
  for (int i = 0; i < 60; ++i) value = json::array{std::move(value), 1};
  EXPECT_LT(TypeCheckLiteral(value).size(), 1'500'000u);
}

TEST(JsInspectTest, NamesTheTypesOfTypeSymbols) {
  EXPECT_EQ(DisplayType(json::string("*")), "json");
  EXPECT_EQ(DisplayType(json::string("->")), "lamda");
  EXPECT_EQ(DisplayType(json::string("===")), "ref");
  EXPECT_EQ(DisplayType(json::string("-")), "string");
  EXPECT_EQ(DisplayType(json::object()), "dictionary");
}

TEST(ParseJsonTest, ReplacesLoneSurrogates) {
  absl::StatusOr<json::value> value = ParseJson(R"(["\ud800x", "\uD83D\uDE00", "\\ud800"])");
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ(value->at(0).as_string(), "\xEF\xBF\xBDx");
  EXPECT_EQ(value->at(1).as_string(), "\xF0\x9F\x98\x80");
  EXPECT_EQ(value->at(2).as_string(), "\\ud800");
}

TEST(ParseJsonTest, LetsTheLastDuplicateWinInTheFirstPlace) {
  absl::StatusOr<json::value> value = ParseJson(R"({"a":1,"b":2,"a":3})");
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ(JsonText(*value), R"({"a":3,"b":2})");
}

TEST(ParseJsonTest, TakesHugeNumbersForInfinite) {
  absl::StatusOr<json::value> value =
      ParseJson("[1e400, -1e400, 1e-400, 18446744073709551616, 9223372036854775808]");
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ(JsonText(*value), "[null,null,0,18446744073709552000,9223372036854776000]");
}

TEST(ParseJsonTest, RefusesDeepNestingQuickly) {
  EXPECT_FALSE(ParseJson(std::string(10'000'000, '[')).ok());
  std::string deepest = std::string(64, '[') + std::string(64, ']');
  EXPECT_TRUE(ParseJson(deepest).ok());
  EXPECT_FALSE(ParseJson("[" + deepest + "]").ok());
}

TEST(JsKeysTest, PutsArrayIndexesFirst) {
  json::object object{{"b", 1}, {"10", 1}, {"2", 1}, {"01", 1}, {"__proto__", 1}, {"4294967295", 1}};
  EXPECT_EQ(JsKeys(object), (std::vector<std::string_view>{"2", "10", "b", "01", "__proto__", "4294967295"}));
}

}  // namespace
}  // namespace sail::logic
