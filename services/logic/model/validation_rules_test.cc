#include "services/logic/model/validation_rules.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <string>

#include "services/logic/model/text_formats.h"

namespace sail::logic {
namespace {

namespace json = boost::json;

std::string Violation(std::string_view rule, const json::value& argument, const json::value& value) {
  absl::StatusOr<ValidationRule> made = MakeValidationRule(rule, argument);
  if (!made.ok()) return made.status().ToString();
  return (*made)(value).value_or("");
}

TEST(ValidationRulesTest, JudgeTextFormatsAsTheReference) {
  std::ifstream file("services/logic/testdata/text_formats.jsonl");
  size_t count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    json::array row = json::parse(line).as_array();
    EXPECT_EQ(Violation(std::string_view(row[0].as_string()), true, row[1]).empty(), row[2].as_bool())
        << line;
  }
  EXPECT_GT(count, 900u);
}

TEST(ValidationRulesTest, SpeakOfBounds) {
  EXPECT_EQ(Violation("min", 1, 0), "Value (0) was less than the configured minimum (1)");
  EXPECT_EQ(Violation("max", 10, 11.5), "Value (11.5) was greater than the configured maximum (10)");
  EXPECT_EQ(Violation("min", 1, 1), "");
  EXPECT_EQ(Violation("max", 1, "x"), "Value was not a number.");
}

TEST(ValidationRulesTest, CountLengthInUtf16Units) {
  EXPECT_EQ(Violation("maxLength", 1, "\xF0\x9F\x98\x80"),
            "Value was -1 characters longer than the configured maximum length (1)");
  EXPECT_EQ(Violation("maxLength", 2, "\xF0\x9F\x98\x80"), "");
  EXPECT_EQ(Violation("minLength", 2, "a"), "Value ('a') was shorter than the configured minimum length (2)");
  EXPECT_EQ(Violation("minLength", 2, ""), "");
}

TEST(ValidationRulesTest, CompareListsByValue) {
  EXPECT_EQ(Violation("isIn", {"a", 1}, "b"), "Value ('b') was not in the configured whitelist (a, 1)");
  EXPECT_EQ(Violation("isIn", {"a", 1}, 1.0), "");
  EXPECT_EQ(Violation("isIn", {"a"}, ""), "");
  EXPECT_EQ(Violation("isNotIn", {"a"}, "a"), "Value ('a') was in the configured blacklist (a)");
}

TEST(ValidationRulesTest, CompareTimes) {
  EXPECT_EQ(Violation("isBefore", "2020-01-01", "2019-12-31T23:59:59.999Z"), "");
  EXPECT_EQ(Violation("isBefore", "2020-01-01", "2020-01-01T00:00:00+00:00"),
            "Value ('2020-01-01T00:00:00+00:00') was after the configured time (2020-01-01)");
  EXPECT_EQ(Violation("isAfter", 1000, 999), "Value (999) was before the configured time (1000)");
  EXPECT_EQ(Violation("isAfter", 1000, "garbage"), "Value ('garbage') was before the configured time (1000)");
}

TEST(ValidationRulesTest, MatchRegularExpressions) {
  EXPECT_EQ(Violation("regex", "^[a-z]+$", "AB"),
            "Value ('AB') did not match the configured regular expression (/^[a-z]+$/)");
  EXPECT_EQ(Violation("regex", "/^[a-z]+$/i", "AB"), "");
  EXPECT_EQ(Violation("regex", "b", "abc"), "");
}

TEST(ValidationRulesTest, StayFastOnHostileTexts) {
  auto hostile = [](char c, std::string_view end) {
    return json::string(std::string(1'000'000, c) + std::string(end));
  };
  EXPECT_NE(Violation("regex", "^(a+)+$", hostile('a', "!")), "");
  EXPECT_NE(Violation("isEmail", true, hostile('.', "@x")), "");
  EXPECT_NE(Violation("isURL", true, hostile(':', "")), "");
}

TEST(ValidationRulesTest, RefuseArgumentsThatDoNotFit) {
  EXPECT_FALSE(MakeValidationRule("minLength", "x").ok());
  EXPECT_FALSE(MakeValidationRule("isEmail", "yes").ok());
  EXPECT_FALSE(MakeValidationRule("regex", "(").ok());
  EXPECT_FALSE(MakeValidationRule("isIn", "a").ok());
  EXPECT_FALSE(MakeValidationRule("isBefore", "soon").ok());
  EXPECT_FALSE(MakeValidationRule("custom", true).ok());
  EXPECT_FALSE(MakeValidationRule("bogus", 1).ok());
}

TEST(ValidationRulesTest, SwitchOffWithFalse) { EXPECT_EQ(Violation("isEmail", false, "x"), ""); }

TEST(ParseIsoTimeTest, ReadsDatesAndOffsets) {
  EXPECT_EQ(ParseIsoTime("1970-01-01"), 0);
  EXPECT_EQ(ParseIsoTime("2020-02-29T12:00:00.5Z"), 1582977600500);
  EXPECT_EQ(ParseIsoTime("2020-02-29T12:00+02:00"), 1582970400000);
  EXPECT_EQ(ParseIsoTime("1969-12-31T23:59:59Z"), -1000);
  EXPECT_EQ(ParseIsoTime("2020-13-01"), std::nullopt);
  EXPECT_EQ(ParseIsoTime("yesterday"), std::nullopt);
}

}  // namespace
}  // namespace sail::logic
