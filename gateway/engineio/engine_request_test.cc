#include "gateway/engineio/engine_request.h"

#include <gtest/gtest.h>

#include <string>

namespace sail::gateway::engineio {
namespace {

TEST(EngineRequestTest, ReadsTheQueriesOfRealClients) {
  EngineRequest request = ParseEngineRequest("EIO=4&transport=websocket");
  EXPECT_EQ(request.transport, "websocket");
  EXPECT_EQ(request.version, Version::kV4);
  EXPECT_EQ(request.sid, "");
  EXPECT_TRUE(request.takes_binary);
  request = ParseEngineRequest(
      "__sails_io_sdk_version=1.2.1&__sails_io_sdk_platform=node&__sails_io_sdk_language=javascript&EIO=3&"
      "transport="
      "websocket");
  EXPECT_EQ(request.version, Version::kV3);
  request = ParseEngineRequest("EIO=3&transport=polling&t=abc&b64=1&sid=FytboMazIiS4Ke1JAAAA");
  EXPECT_EQ(request.transport, "polling");
  EXPECT_EQ(request.sid, "FytboMazIiS4Ke1JAAAA");
  EXPECT_FALSE(request.takes_binary);
}

TEST(EngineRequestTest, OtherVersionsAreNone) {
  for (const char* query : {"", "transport=websocket", "EIO=2", "EIO=", "EIO", "EIO=abc", "EIO=3&EIO=4",
                            "EIO=4&EIO=4", "eio=4", "EIO=%34"}) {
    EXPECT_FALSE(ParseEngineRequest(query).version) << query;
  }
}

TEST(EngineRequestTest, RefusalsComeInNodesOrder) {
  struct Case {
    std::string query;
    EngineRequestContext context;
    int code;  // -1 for none
  };
  const EngineRequestContext upgrade = {.method = "GET", .is_upgrade = true};
  const Case cases[] = {
      {"EIO=4&transport=websocket", upgrade, -1},
      {"transport=websocket", upgrade, -1},
      {"EIO=4", upgrade, 0},
      {"EIO=4&transport=abc", upgrade, 0},
      {"EIO=4&transport=websocket&transport=websocket", upgrade, 0},
      {"EIO=4&transport=polling", {.method = "GET"}, 0},
      {"EIO=4&transport=polling", {.method = "GET", .allows_polling = true}, -1},
      {"EIO=4&transport=websocket", {.method = "GET", .is_upgrade = true, .allows_websocket = false}, 0},
      {"EIO=4&transport=abc&sid=x", {.method = "POST", .origin = "\x01"}, 0},
      {"EIO=4&transport=websocket&sid=x", {.method = "POST", .origin = "http://\x01"}, 3},
      {"EIO=4&transport=websocket", {.method = "GET", .origin = "a\x7F", .is_upgrade = true}, 3},
      {"EIO=4&transport=websocket&sid=x", {.method = "POST"}, 1},
      {"EIO=4&transport=websocket&sid=x", {.method = "GET", .is_upgrade = true, .sid_is_known = true}, -1},
      {"EIO=4&transport=websocket&sid=x", {.method = "GET", .sid_is_known = true}, 3},
      {"EIO=4&transport=polling&sid=x", {.method = "POST", .allows_polling = true, .sid_is_known = true}, -1},
      {"EIO=4&transport=websocket", {.method = "POST"}, 2},
      {"EIO=4&transport=websocket", {.method = "OPTIONS"}, 2},
      {"EIO=4&transport=websocket", {.method = "GET"}, 3},
  };
  for (const Case& c : cases) {
    const auto error = CheckEngineRequest(ParseEngineRequest(c.query), c.context);
    EXPECT_EQ(error ? error->code : -1, c.code) << c.query << " " << c.context.method;
  }
}

}  // namespace
}  // namespace sail::gateway::engineio
