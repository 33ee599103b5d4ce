#include "services/logic/api/blueprint_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/logic/model/schema_loader.h"
#include "services/logic/model/text.h"

namespace sail::logic {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class BlueprintRoutesTest : public testing::Test {
 protected:
  BlueprintRoutesTest() {
    absl::StatusOr<Schema> schema = LoadSchema("services/logic/testdata");
    EXPECT_TRUE(schema.ok()) << schema.status();
    schema_ = *std::move(schema);
  }

  std::vector<std::string> RoutesOf(const std::string& model, const AppSettings& settings) {
    std::vector<std::string> routes;
    const action::v1::DescribeResponse response = DescribeRoutes(schema_, settings);
    for (const action::v1::Route& route : response.routes()) {
      if (route.options().at("model") != model) continue;
      routes.push_back(Concat(route.method(), " ", route.path(), " ", route.action(),
                              route.skip_assets() ? " -assets" : ""));
    }
    return routes;
  }

  Schema schema_;
  AppSettings settings_;
};

TEST_F(BlueprintRoutesTest, ShortcutsComeBeforeRest) {
  EXPECT_THAT(
      RoutesOf("user", settings_),
      ElementsAre("GET /user/find user/find", "GET /user/find/:id user/findone -assets",
                  "GET /user/create user/create", "GET /user/update/:id user/update -assets",
                  "GET /user/destroy/:id user/destroy -assets",
                  "GET /user/:parentid/pets/add/:childid user/add -assets",
                  "GET /user/:parentid/pets/replace user/replace",
                  "GET /user/:parentid/pets/remove/:childid user/remove -assets", "GET /user user/find",
                  "GET /user/:id user/findone -assets", "POST /user user/create",
                  "PATCH /user/:id user/update", "DELETE /user/:id? user/destroy",
                  "PUT /user/:id user/update", "PUT /user/:parentid/pets/:childid user/add",
                  "PUT /user/:parentid/pets user/replace", "DELETE /user/:parentid/pets/:childid user/remove",
                  "GET /user/:parentid/pets user/populate"));
}

TEST_F(BlueprintRoutesTest, SettingsSwitchThemOffAndPrefixThem) {
  settings_.shortcuts = false;
  settings_.prefix = "/api";
  settings_.rest_prefix = "/v1";
  EXPECT_EQ(RoutesOf("thing", settings_).front(), "GET /api/v1/thing thing/find");
  settings_.rest = false;
  EXPECT_THAT(RoutesOf("thing", settings_), IsEmpty());
}

TEST_F(BlueprintRoutesTest, TheVersionChangesWithTheRoutesAlone) {
  const std::string version = DescribeRoutes(schema_, settings_).version();
  EXPECT_EQ(DescribeRoutes(schema_, settings_).version(), version);
  settings_.shortcuts = false;
  EXPECT_NE(DescribeRoutes(schema_, settings_).version(), version);
}

}  // namespace
}  // namespace sail::logic
