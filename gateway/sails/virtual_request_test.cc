#include "gateway/sails/virtual_request.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

using action::v1::ActionResponse;
using ::testing::ElementsAre;
using ::testing::Pair;

ActionResponse Response(int status, action::v1::BodyType type, const std::string& body) {
  ActionResponse response;
  response.set_status(status);
  response.set_body_type(type);
  response.set_body(body);
  return response;
}

TEST(VirtualRequest, OnlyVerbsInLowerCaseAreRequests) {
  EXPECT_TRUE(IsVirtualRequestEvent("get"));
  EXPECT_TRUE(IsVirtualRequestEvent("options"));
  EXPECT_FALSE(IsVirtualRequestEvent("GET"));
  EXPECT_FALSE(IsVirtualRequestEvent("trace"));
}

TEST(VirtualRequest, TakesTheRequestApart) {
  const auto request = ParseVirtualRequest(
      "patch",
      {R"({"method":"patch","headers":{"X-A":"1","n":2},"data":{"name":"é"},"url":"/user/1?a=b?c"})"});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->method, "PATCH");
  EXPECT_EQ(request->url, "/user/1?a=b?c");
  EXPECT_EQ(request->path, "/user/1");
  EXPECT_EQ(request->query, "a=b?c");
  EXPECT_EQ(request->body_json, R"({"name":"é"})");
  EXPECT_THAT(request->headers, ElementsAre(Pair("X-A", "1"), Pair("n", "2")));
}

TEST(VirtualRequest, ParamsStandInForDataAndOnlyObjectsAndArraysAreBodies) {
  EXPECT_EQ(ParseVirtualRequest("get", {R"({"params":[1],"url":"/"})"})->body_json, "[1]");
  EXPECT_EQ(ParseVirtualRequest("get", {R"({"data":"x","url":"/"})"})->body_json, "");
}

TEST(VirtualRequest, WithoutAUrlItIsRefused) {
  for (const char* argument : {"{}", "[]", "\"/user\"", "{\"url\":5}", "{\"url\":\"\"}", "null"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseVirtualRequest("get", {argument}).status())) << argument;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(ParseVirtualRequest("get", {}).status()));
}

TEST(VirtualResponse, HasBodyHeadersAndStatus) {
  EXPECT_EQ(FormatVirtualResponse(Response(200, action::v1::BODY_TYPE_JSON, "{\"id\":1}")),
            R"([{"body":{"id":1},"headers":{},"statusCode":200}])");
  EXPECT_EQ(FormatVirtualResponse(Response(404, action::v1::BODY_TYPE_TEXT, "Not Found")),
            R"([{"body":"Not Found","headers":{},"statusCode":404}])");
  EXPECT_EQ(FormatVirtualResponse(Response(0, action::v1::BODY_TYPE_UNSPECIFIED, "")),
            R"([{"headers":{},"statusCode":200}])");
}

TEST(VirtualResponse, AJsonStringIsEncodedTwice) {
  EXPECT_EQ(FormatVirtualResponse(Response(200, action::v1::BODY_TYPE_JSON, "\"jsonstr\"")),
            R"([{"body":"\"jsonstr\"","headers":{"content-type":"application/json"},"statusCode":200}])");
}

TEST(VirtualResponse, HeadersComeInBothSpellingsButForSetCookie) {
  ActionResponse response = Response(201, action::v1::BODY_TYPE_JSON, "{\"a\":1}");
  for (const auto& [name, value] : {std::pair("X-Custom", "yes"), std::pair("Set-Cookie", "foo=bar")}) {
    auto* header = response.add_headers();
    header->set_name(name);
    header->set_value(value);
  }
  EXPECT_EQ(
      FormatVirtualResponse(response),
      R"([{"body":{"a":1},"headers":{"X-Custom":"yes","Set-Cookie":"foo=bar","x-custom":"yes"},"statusCode":201}])");
}

}  // namespace
}  // namespace sail::gateway
