#include "gateway/http/response_writer.h"

#include "gateway/http/content_coding.h"
#include "gateway/http/standard_responses.h"
#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

HttpRequest Get(std::vector<HttpHeader> headers = {}) {
  HttpRequest request;
  request.method = "GET";
  request.target = "/";
  request.headers = std::move(headers);
  return request;
}

HttpResponse Enveloped(HttpResponse response, const HttpRequest& request = Get()) {
  ApplyEnvelope(request, &response);
  return response;
}

std::string Header(const HttpResponse& response, std::string_view name) {
  return JoinHeader(response.headers, name).value_or("[none]");
}

TEST(ApplyEnvelope, GivesJsonWhatSailsGivesIt) {
  const HttpResponse response = Enveloped(JsonResponse(200, "{\"a\":1}"));
  EXPECT_EQ(response.headers.front().name, "X-Powered-By");
  EXPECT_EQ(Header(response, "x-powered-by"), "Sails <sailsjs.com>");
  EXPECT_EQ(Header(response, "content-type"), "application/json; charset=utf-8");
  EXPECT_EQ(Header(response, "etag"), "W/\"7-n4nHQM60bXQYySSnisV5QdXpZSA\"");
  EXPECT_EQ(Header(response, "vary"), "Accept-Encoding");
}

TEST(ApplyEnvelope, TagsBodiesAsExpressDoes) {
  EXPECT_EQ(Header(Enveloped(TextResponse(200, "OK")), "etag"), "W/\"2-nOO9QiTIwXgNtWtBJezz8kv3SLc\"");
  EXPECT_EQ(Header(Enveloped(TextResponse(200, "")), "etag"), "W/\"0-2jmj7l5rSw0yVb/vlWAYkK/YBwk\"");
  EXPECT_EQ(Header(Enveloped(NotFound()), "etag"), "W/\"9-0gXL1ngzMqISxa6S1zx3F4wtLyg\"");
  EXPECT_EQ(Header(Enveloped(HtmlResponse(200, "plain")), "etag"), "W/\"5-aMRuhNdtLn5oblFYv1mJCavU5Fs\"");
}

TEST(ApplyEnvelope, KeepsTheActionsOwnType) {
  HttpResponse script = TextResponse(200, "_sailsIoJSConnect();");
  script.AddHeader("content-type", "application/javascript");
  EXPECT_EQ(Header(Enveloped(script), "content-type"), "application/javascript; charset=utf-8");
  HttpResponse image{.body = "x", .content = ContentKind::kBinary};
  image.AddHeader("Content-Type", "image/png");
  EXPECT_EQ(Header(Enveloped(image), "content-type"), "image/png");
  EXPECT_EQ(Header(Enveloped(image), "vary"), "[none]");
}

TEST(ApplyEnvelope, AnswersNotModifiedForACurrentCopy) {
  const std::string tag = "W/\"2-nOO9QiTIwXgNtWtBJezz8kv3SLc\"";
  const HttpResponse fresh = Enveloped(TextResponse(200, "OK"), Get({{"If-None-Match", "\"x\", " + tag}}));
  EXPECT_EQ(fresh.status, 304);
  EXPECT_EQ(fresh.body, "");
  EXPECT_EQ(Header(fresh, "etag"), tag);
  EXPECT_EQ(Header(fresh, "content-type"), "[none]");
  EXPECT_EQ(Enveloped(TextResponse(200, "OK"), Get({{"If-None-Match", tag.substr(2)}})).status, 304)
      << "weak compare";
  EXPECT_EQ(Enveloped(TextResponse(200, "OK"), Get({{"If-None-Match", "*"}})).status, 304);
  EXPECT_EQ(Enveloped(TextResponse(200, "other"), Get({{"If-None-Match", tag}})).status, 200);
  EXPECT_EQ(Enveloped(TextResponse(404, "OK"), Get({{"If-None-Match", tag}})).status, 404);
  EXPECT_EQ(
      Enveloped(TextResponse(200, "OK"), Get({{"If-None-Match", tag}, {"Cache-Control", "no-cache"}})).status,
      200);
  HttpRequest post = Get({{"If-None-Match", tag}});
  post.method = "POST";
  EXPECT_EQ(Enveloped(TextResponse(200, "OK"), post).status, 200);
}

TEST(ApplyEnvelope, CompressesLargeBodiesThatTheClientTakes) {
  const std::string body = "[" + std::string(1022, '1') + "]";
  const HttpRequest client = Get({{"Accept-Encoding", "br, gzip, deflate"}});
  const HttpResponse packed = Enveloped(JsonResponse(200, body), client);
  EXPECT_EQ(Header(packed, "content-encoding"), "gzip");
  EXPECT_EQ(Decompress(packed.body, ContentCoding::kGzip, 5000).value(), body);
  EXPECT_EQ(Header(packed, "etag"), Header(Enveloped(JsonResponse(200, body)), "etag"));
  EXPECT_EQ(Header(Enveloped(JsonResponse(200, body.substr(1)), client), "content-encoding"), "[none]");
  EXPECT_EQ(Header(Enveloped(JsonResponse(200, body)), "content-encoding"), "[none]");
  HttpRequest head = client;
  head.method = "HEAD";
  EXPECT_EQ(Header(Enveloped(JsonResponse(200, body), head), "content-encoding"), "[none]");
  const auto coding = [&](const char* accepted) {
    return Header(Enveloped(JsonResponse(200, body), Get({{"Accept-Encoding", accepted}})),
                  "content-encoding");
  };
  EXPECT_EQ(coding("deflate"), "deflate");
  EXPECT_EQ(coding("gzip;q=0.5, deflate"), "deflate");
  EXPECT_EQ(coding("gzip;q=0, deflate;q=0"), "[none]");
  EXPECT_EQ(coding("*"), "gzip");
  EXPECT_EQ(coding("identity, gzip;q=0.1"), "[none]");
  EXPECT_EQ(coding("br"), "[none]");
}

TEST(ApplyEnvelope, AddsToTheVaryThatIsThere) {
  HttpResponse response = JsonResponse(200, "{}");
  response.AddHeader("Vary", "Origin");
  EXPECT_EQ(Header(Enveloped(response), "vary"), "Origin, Accept-Encoding");
}

TEST(ApplyEnvelope, LeavesAnAnswerWithoutBodyBare) {
  const HttpResponse preflight = Enveloped({.status = 200});
  EXPECT_EQ(preflight.headers.size(), 1u);
  EXPECT_EQ(Enveloped(TextResponse(204, "x")).body, "");
}

TEST(StandardResponses, AServerErrorIsEmptyForBrowsers) {
  EXPECT_EQ(ServerError(Get()).body, "Internal Server Error");
  EXPECT_EQ(ServerError(Get({{"Accept", "text/html"}, {"X-Requested-With", "XMLHttpRequest"}})).body,
            "Internal Server Error");
  EXPECT_EQ(ServerError(Get({{"Accept", "text/html"},
                             {"Content-Type", "application/json; charset=utf-8"},
                             {"Content-Length", "2"}}))
                .body,
            "Internal Server Error");
  const HttpResponse response = Enveloped(ServerError(Get({{"Accept", "text/html,*/*"}})));
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(Header(response, "content-type"), "application/json; charset=utf-8");
  EXPECT_EQ(Header(response, "etag"), "[none]");
}

TEST(StandardResponses, RedirectsAsExpressDoes) {
  const HttpResponse plain = Enveloped(Redirect(Get(), "/user/1"));
  EXPECT_EQ(plain.status, 302);
  EXPECT_EQ(plain.body, "Found. Redirecting to /user/1");
  EXPECT_EQ(Header(plain, "location"), "/user/1");
  EXPECT_EQ(Header(plain, "content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(Header(plain, "vary"), "Accept, Accept-Encoding");
  EXPECT_EQ(Header(plain, "etag"), "[none]");
  const HttpRequest browser = Get({{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}});
  const HttpResponse html = Redirect(browser, "/a b?x=\xC3\xA9&y=<z>\"");
  EXPECT_EQ(Header(html, "location"), "/a%20b?x=%C3%A9&y=%3Cz%3E%22");
  EXPECT_EQ(html.body, "<p>Found. Redirecting to /a%20b?x=%C3%A9&amp;y=%3Cz%3E%22</p>");
  EXPECT_EQ(Header(Redirect(Get({{"Accept", "text/plain;q=0.5, text/html"}}), "/"), "content-type"),
            "text/html; charset=utf-8");
  EXPECT_EQ(Redirect(Get({{"Accept", "*/*"}}), "/").body, "Found. Redirecting to /");
  EXPECT_EQ(Redirect(Get({{"Accept", "application/json"}}), "/").body, "");
  EXPECT_EQ(Header(Redirect(Get(), "/%20%zz"), "location"), "/%20%25zz");
}

TEST(StandardResponses, CallStatusesBecomeHttpStatuses) {
  EXPECT_EQ(HttpStatusOf(absl::StatusCode::kUnavailable), 503);
  EXPECT_EQ(HttpStatusOf(absl::StatusCode::kResourceExhausted), 503);
  EXPECT_EQ(HttpStatusOf(absl::StatusCode::kDeadlineExceeded), 504);
  EXPECT_EQ(HttpStatusOf(absl::StatusCode::kUnimplemented), 404);
  EXPECT_EQ(HttpStatusOf(absl::StatusCode::kInvalidArgument), 400);
  EXPECT_EQ(HttpStatusOf(absl::StatusCode::kInternal), 500);
  EXPECT_EQ(HttpStatusOf(absl::StatusCode::kCancelled), 500);
  const HttpResponse busy = FromCallStatus(Get(), absl::UnavailableError("redis at 10.0.0.1 is down"));
  EXPECT_EQ(busy.status, 503);
  EXPECT_EQ(busy.body, "Service Unavailable");
  EXPECT_EQ(Header(busy, "retry-after"), "1");
  EXPECT_EQ(FromCallStatus(Get(), absl::InternalError("secret")).body, "Internal Server Error");
}

TEST(StandardResponses, OptionsNamesTheMethods) {
  const HttpResponse response = Enveloped(AllowedMethods());
  EXPECT_EQ(Header(response, "allow"), "GET,HEAD,PUT,POST,DELETE,PATCH");
  EXPECT_EQ(response.body, "GET,HEAD,PUT,POST,DELETE,PATCH");
  EXPECT_EQ(Header(response, "content-type"), "text/html; charset=utf-8");
}

}  // namespace
}  // namespace sail::gateway
