#include "gateway/http/body_parser.h"

#include "gateway/http/content_coding.h"
#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

constexpr size_t kLimit = 1 << 20;

HttpRequest Post(std::string type, std::string body, std::string coding = "") {
  HttpRequest request;
  request.method = "POST";
  request.target = "/";
  request.body = std::move(body);
  if (!type.empty()) request.headers.push_back({"Content-Type", std::move(type)});
  if (!coding.empty()) request.headers.push_back({"Content-Encoding", std::move(coding)});
  return request;
}

// The JSON, or the status in brackets.
std::string Parse(const HttpRequest& request, size_t limit = kLimit) {
  const ParsedBody parsed = ParseBody(request, limit);
  return parsed.error_status == 0 ? parsed.json : "[" + std::to_string(parsed.error_status) + "]";
}

TEST(ParseBody, TakesJsonObjectsAndArraysAsTheyAre) {
  EXPECT_EQ(Parse(Post("application/json", " {\"a\" : [1.0]} ")), " {\"a\" : [1.0]} ");
  EXPECT_EQ(Parse(Post("Application/JSON; charset=UTF-8", "[1]")), "[1]");
  EXPECT_EQ(Parse(Post("application/json", "")), "{}");
  EXPECT_EQ(Parse(Post("application/json", "\xEF\xBB\xBF{}")), "{}");
}

TEST(ParseBody, RefusesOtherJson) {
  for (const char* body : {"\"str\"", "5", "null", "{", "{\"a\":}", "[1,]", "{}x", "nonsense", " "}) {
    EXPECT_EQ(Parse(Post("application/json", body)), "[400]") << body;
  }
  EXPECT_EQ(Parse(Post("application/json", std::string(65, '[') + std::string(65, ']'))), "[400]");
  EXPECT_EQ(Parse(Post("application/json; charset=utf-16", "{}")), "[415]");
}

TEST(ParseBody, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(Parse(Post("application/json", "{\"a\":\"\xFF\"}")), "{\"a\":\"\xEF\xBF\xBD\"}");
}

TEST(ParseBody, ReadsForms) {
  EXPECT_EQ(Parse(Post("application/x-www-form-urlencoded", "name=F&a[b]=1&a[c]=x+y&l=1&l=2")),
            R"({"name":"F","a":{"b":"1","c":"x y"},"l":["1","2"]})");
  std::string many = "a=0";
  for (int i = 1; i < 60; ++i) many += "&a=" + std::to_string(i);
  EXPECT_EQ(Parse(Post("application/x-www-form-urlencoded", many)).substr(0, 10), R"({"a":["0",)");
  for (int i = 60; i < 1001; ++i) many += "&a=" + std::to_string(i);
  EXPECT_EQ(Parse(Post("application/x-www-form-urlencoded", many)), "[400]");
}

TEST(ParseBody, ReadsTextFieldsOfMultipartForms) {
  const std::string body =
      "preamble\r\n--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n"
      "--XX\r\ncontent-disposition: form-data; name=b\r\nContent-Type: text/plain\r\n\r\n\r\n"
      "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.txt\"\r\n\r\nfile\r\n"
      "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\ntw\r\no\r\n--XX--\r\n";
  EXPECT_EQ(Parse(Post("multipart/form-data; boundary=XX", body)), R"({"a":["one","tw\r\no"],"b":""})");
  EXPECT_EQ(Parse(Post("multipart/form-data; boundary=\"XX\"", body)), R"({"a":["one","tw\r\no"],"b":""})");
  EXPECT_EQ(Parse(Post("multipart/form-data; boundary=XX", "--XX--")), "{}");
}

TEST(ParseBody, RefusesMalformedMultipartForms) {
  const std::string type = "multipart/form-data; boundary=XX";
  EXPECT_EQ(Parse(Post("multipart/form-data", "--XX--")), "[400]");
  EXPECT_EQ(Parse(Post(type, "no delimiter")), "[400]");
  EXPECT_EQ(Parse(Post(type, "--XX")), "[400]");
  EXPECT_EQ(Parse(Post(type, "--XX\r\n\r\nno headers\r\n--XX--")), "[400]");
  EXPECT_EQ(Parse(Post(type, "--XX\r\nContent-Disposition: form-data\r\n\r\nno name\r\n--XX--")), "[400]");
  EXPECT_EQ(Parse(Post(type, "--XX\r\nContent-Disposition: form-data; name=a\r\n\r\nno end")), "[400]");
  EXPECT_EQ(Parse(Post(type, "--XX\r\n--XX--")), "[400]");
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "--XX\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n";
  EXPECT_EQ(Parse(Post(type, many + "--XX--")), "[400]");
}

TEST(ParseBody, TriesOtherTypesAsJson) {
  EXPECT_EQ(Parse(Post("text/plain", "{\"a\":1}")), "{\"a\":1}");
  EXPECT_EQ(Parse(Post("", "[1]")), "[1]");
  EXPECT_EQ(Parse(Post("text/plain", "hello")), "{}");
  EXPECT_EQ(Parse(Post("application/octet-stream", std::string("\0\xFF", 2))), "{}");
}

TEST(ParseBody, UnpacksWithinTheLimit) {
  const std::string json = "{\"a\":\"" + std::string(5000, 'x') + "\"}";
  EXPECT_EQ(Parse(Post("application/json", Compress(json, ContentCoding::kGzip), "gzip")), json);
  EXPECT_EQ(Parse(Post("application/json", Compress(json, ContentCoding::kDeflate), "Deflate")), json);
  EXPECT_EQ(Parse(Post("application/json", Compress(json, ContentCoding::kGzip), "gzip"), 1000), "[413]");
  EXPECT_EQ(Parse(Post("application/json", json, "gzip")), "[400]");
  EXPECT_EQ(Parse(Post("application/json", json, "br")), "[415]");
  EXPECT_EQ(Parse(Post("application/json", json), 1000), "[413]");
}

TEST(ParseBody, GetHasNoBodyAndOthersHaveAnEmptyOne) {
  HttpRequest request = Post("application/json", "{\"a\":1}");
  for (const char* method : {"GET", "HEAD", "OPTIONS"}) {
    request.method = method;
    EXPECT_EQ(Parse(request), "") << method;
  }
  request.method = "DELETE";
  EXPECT_EQ(Parse(request), "{\"a\":1}");
  request.body.clear();
  EXPECT_EQ(Parse(request), "{}");
}

}  // namespace
}  // namespace sail::gateway
