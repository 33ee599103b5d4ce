#include "platform/config/config_reader.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sail::platform {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

ConfigReader ReaderOf(std::map<std::string, std::string> values) {
  return ConfigReader([values](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  });
}

TEST(ConfigReader, GivesTypedValuesAndDefaults) {
  ConfigReader reader =
      ReaderOf({{"A", "x"}, {"N", "7"}, {"T_MS", "1500"}, {"B", "true"}, {"L", "a, b,,c "}, {"E", ""}});
  EXPECT_EQ(reader.String("A", "d"), "x");
  EXPECT_EQ(reader.String("E", "d"), "d");
  EXPECT_EQ(reader.Integer("N", 1, 0, 10), 7);
  EXPECT_EQ(reader.Integer("M", 1, 0, 10), 1);
  EXPECT_EQ(reader.Milliseconds("T_MS", absl::Seconds(1), absl::ZeroDuration(), absl::Hours(1)),
            absl::Milliseconds(1500));
  EXPECT_TRUE(reader.Boolean("B", false));
  EXPECT_THAT(reader.List("L", ""), ElementsAre("a", "b", "c"));
  EXPECT_TRUE(reader.status().ok());
}

TEST(ConfigReader, TellsAllMistakesAtOnce) {
  ConfigReader reader = ReaderOf({{"N", "11"}, {"B", "maybe"}});
  reader.Integer("N", 1, 0, 10);
  reader.Boolean("B", false);
  reader.Required("R");
  const std::string message(reader.status().message());
  EXPECT_THAT(message, HasSubstr("N must be a whole number from 0 to 10"));
  EXPECT_THAT(message, HasSubstr("B must be true or false"));
  EXPECT_THAT(message, HasSubstr("R must be set"));
}

TEST(ConfigReader, SettingsShowNoSecrets) {
  ConfigReader reader = ReaderOf({{"S", "hunter2"},
                                  {"U", "redis://bob:hunter2@h:1/0"},
                                  {"V", "redis://h:1"},
                                  {"L", "hunter2,hunter22"}});
  EXPECT_EQ(reader.Secret("S", ""), "hunter2");
  EXPECT_EQ(reader.Url("U", ""), "redis://bob:hunter2@h:1/0");
  reader.Url("V", "");
  EXPECT_THAT(reader.SecretList("L"), ElementsAre("hunter2", "hunter22"));
  for (const auto& [name, value] : reader.Settings()) EXPECT_THAT(value, Not(HasSubstr("hunter2"))) << name;
  EXPECT_EQ(reader.Settings().at("U"), "redis://bob:***@h:1/0");
  EXPECT_EQ(reader.Settings().at("V"), "redis://h:1");
}

TEST(ParseSettings, ReadsLinesAndNamesTheBadOne) {
  std::map<std::string, std::string> settings;
  EXPECT_TRUE(ParseSettings("# c\n A = b=c \n\nD=\n", &settings).ok());
  EXPECT_EQ(settings["A"], "b=c");
  EXPECT_EQ(settings["D"], "");
  EXPECT_THAT(std::string(ParseSettings("A=1\nnonsense", &settings).message()), HasSubstr("line 2"));
}

}  // namespace
}  // namespace sail::platform
