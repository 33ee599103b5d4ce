#include "gateway/gateway_config.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "platform/config/config_reader.h"

namespace sail::gateway {
namespace {

class GatewayConfigTest : public testing::Test {
 protected:
  GatewayConfigTest() {
    char folder[] = "/tmp/sail-app-XXXXXX";
    folder_ = mkdtemp(folder);
    environment_ = {{"SAIL_SESSION_TARGET", "localhost:1"},
                    {"SAIL_PUBSUB_TARGET", "localhost:2"},
                    {"SAIL_LOGIC_TARGET", "localhost:3"},
                    {"SAIL_APP_DIR", folder_},
                    {"SAIL_SESSION_SECRET", "0123456789abcdef"}};
  }
  ~GatewayConfigTest() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& text) { std::ofstream(folder_ + "/config.yaml") << text; }
  absl::StatusOr<GatewayConfig> Read() {
    platform::ConfigReader reader([this](const std::string& name) -> std::optional<std::string> {
      const auto found = environment_.find(name);
      if (found == environment_.end()) return std::nullopt;
      return found->second;
    });
    return ReadGatewayConfig(reader);
  }
  void ExpectRefusal(const std::string& sentence) {
    const absl::Status status = Read().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(std::string(status.message()).find(sentence), std::string::npos) << status;
  }

  std::string folder_;
  std::map<std::string, std::string> environment_;
};

TEST_F(GatewayConfigTest, AnEmptyFolderHasTheDefaults) {
  const auto config = Read();
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_FALSE(config->app.security.csrf);
}

TEST_F(GatewayConfigTest, WithoutASecretThereIsNoGateway) {
  environment_.erase("SAIL_SESSION_SECRET");
  ExpectRefusal("SAIL_SESSION_SECRET must be set");
  environment_["SAIL_SESSION_SECRET"] = "short";
  ExpectRefusal("SAIL_SESSION_SECRET must be set, to at least 16 characters");
}

TEST_F(GatewayConfigTest, ProductionNeedsTheOriginsOfSockets) {
  environment_["SAIL_ENV"] = "production";
  ExpectRefusal("config.yaml: sockets.onlyAllowOrigins must be set where SAIL_ENV is production");
  Write("sockets: {onlyAllowOrigins: [https://example.com]}\n");
  EXPECT_TRUE(Read().ok());
}

TEST_F(GatewayConfigTest, AnEnvironmentThatDoesNotExistIsAMistake) {
  environment_["SAIL_ENV"] = "prod";
  ExpectRefusal("SAIL_ENV must be development or production");
}

TEST_F(GatewayConfigTest, CsrfIsSwitchedOnByEither) {
  environment_["SAIL_SECURITY_CSRF"] = "true";
  EXPECT_TRUE(Read()->app.security.csrf);
  environment_["SAIL_SECURITY_CSRF"] = "false";
  EXPECT_FALSE(Read()->app.security.csrf);
  Write("security: {csrf: true}\n");
  EXPECT_TRUE(Read()->app.security.csrf);
}

TEST_F(GatewayConfigTest, AnyOriginWithCredentialsIsRefused) {
  Write("security: {cors: {allRoutes: true, allowOrigins: '*', allowCredentials: true}}\n");
  ExpectRefusal("cannot be true together with allowOrigins *");
}

}  // namespace
}  // namespace sail::gateway
