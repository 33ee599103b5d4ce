#include "services/logic/api/app_settings.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace sail::logic {
namespace {

class AppSettingsTest : public testing::Test {
 protected:
  AppSettingsTest() {
    char folder[] = "/tmp/sail-app-XXXXXX";
    folder_ = mkdtemp(folder);
  }
  ~AppSettingsTest() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name) << text;
  }

  std::string folder_;
};

TEST_F(AppSettingsTest, MissingFilesLeaveTheDefaults) {
  const absl::StatusOr<AppSettings> settings = LoadAppSettings(folder_);
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_TRUE(settings->rest);
  EXPECT_TRUE(settings->shortcuts);
  EXPECT_EQ(settings->prefix, "");
  EXPECT_TRUE(settings->Allows("user/find"));
}

TEST_F(AppSettingsTest, ReadsBlueprintsAndTheKey) {
  Write("config.yaml",
        "blueprints: {shortcuts: false, prefix: api}\nmodels: {dataEncryptionKeys: {default: QUJD}}\nhttp: "
        "{x: 1}\n");
  const absl::StatusOr<AppSettings> settings = LoadAppSettings(folder_);
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_TRUE(settings->rest);
  EXPECT_FALSE(settings->shortcuts);
  EXPECT_EQ(settings->prefix, "/api");
  EXPECT_EQ(settings->data_encryption_key, "QUJD");
}

TEST_F(AppSettingsTest, ReadsHowToMigrate) {
  Write("config.yaml", "models: {migrate: alter}\n");
  EXPECT_EQ(LoadAppSettings(folder_)->migrate, "alter");
}

TEST_F(AppSettingsTest, TheMostSpecificPolicyDecides) {
  Write("policies.yaml", "\"*\": false\n\"user/*\": true\n\"user/Destroy\": false\n");
  const absl::StatusOr<AppSettings> settings = LoadAppSettings(folder_);
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_FALSE(settings->Allows("pet/find"));
  EXPECT_TRUE(settings->Allows("user/find"));
  EXPECT_FALSE(settings->Allows("user/destroy"));
}

TEST_F(AppSettingsTest, ANamedPolicyIsTheGatewaysToAskAndRefusesPrograms) {
  Write("policies.yaml", "\"user/*\": isLoggedIn\ngrpc: {user/find: [billing]}\n");
  const absl::StatusOr<AppSettings> settings = LoadAppSettings(folder_);
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_TRUE(settings->Allows("user/destroy"));
  EXPECT_FALSE(settings->policies.AllowsProgram("user/destroy", "billing"));
  EXPECT_TRUE(settings->policies.AllowsProgram("user/find", "billing"));
}

TEST_F(AppSettingsTest, NamesTheFileThatIsMalformed) {
  Write("policies.yaml", "\"user/*\": {}\n");
  const absl::Status status = LoadAppSettings(folder_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(status.message()).find("policies.yaml"), std::string::npos);
}

}  // namespace
}  // namespace sail::logic
