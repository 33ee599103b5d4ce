#include "gateway/http/static_files.h"

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gateway/http/content_coding.h"
#include "gateway/http/response_writer.h"
#include "gtest/gtest.h"

namespace sail::gateway {
namespace {

namespace fs = std::filesystem;

class StaticFilesTest : public ::testing::Test {
 protected:
  StaticFilesTest() {
    char pattern[] = "/tmp/static_files_test.XXXXXX";
    base_ = ::mkdtemp(pattern);
    Write("secret.txt", "secret");
    Write("www/index.html", "<p>home</p>");
    Write("www/a b.txt", "spaced");
    Write("www/.hidden", "hidden");
    Write("www/sub/index.html", "sub");
    Write("www/sub/app.js", std::string(3000, 'x'));
    Write("www/empty/keep.txt", "");
    Write("dist/lib.js", "lib");
    fs::create_symlink(base_ / "secret.txt", base_ / "www/leak.txt");
    fs::create_symlink(base_ / "www/index.html", base_ / "www/alias.html");
    files_ = std::make_unique<StaticFiles>(
        std::map<std::string, std::string>{
            {"/", base_ / "www"}, {"/dependencies", base_ / "dist"}, {"/none", base_ / "no"}},
        FileCacheOptions{.max_file_bytes = 10000, .max_cache_bytes = 5000, .clock = [this] { return now_; }});
  }
  ~StaticFilesTest() override { fs::remove_all(base_); }

  void Write(const std::string& name, const std::string& text) {
    fs::create_directories((base_ / name).parent_path());
    std::ofstream(base_ / name, std::ios::binary) << text;
  }

  std::optional<HttpResponse> Serve(std::string target, std::vector<HttpHeader> headers = {}) {
    request_.method = "GET";
    request_.target = std::move(target);
    request_.headers = std::move(headers);
    return files_->Serve(request_);
  }

  // The body, or "[none]", or the status in brackets.
  std::string Get(std::string target) {
    const auto response = Serve(std::move(target));
    if (!response) return "[none]";
    return response->status == 200 ? std::string(response->body_view())
                                   : "[" + std::to_string(response->status) + "]";
  }

  fs::path base_;
  absl::Time now_ = absl::UnixEpoch();
  std::unique_ptr<StaticFiles> files_;
  HttpRequest request_;
};

TEST_F(StaticFilesTest, ServesFilesAndIndexes) {
  EXPECT_EQ(Get("/"), "<p>home</p>");
  EXPECT_EQ(Get("/index.html?x=1"), "<p>home</p>");
  EXPECT_EQ(Get("/a%20b.txt"), "spaced");
  EXPECT_EQ(Get("/sub/"), "sub");
  EXPECT_EQ(Get("/alias.html"), "<p>home</p>");
  EXPECT_EQ(Get("/dependencies/lib.js"), "lib");
  const auto response = Serve("/");
  EXPECT_EQ(FindHeader(response->headers, "content-type"), "text/html; charset=UTF-8");
  EXPECT_EQ(FindHeader(response->headers, "cache-control"), "public, max-age=0");
}

TEST_F(StaticFilesTest, HasNothingElse) {
  for (const char* target : {"/nope", "/empty/", "/dependencies/", "/dependencies/index.html",
                             "/dependenciesx/lib.js", "/none/x", "/%zz", "/sub//app.js"}) {
    EXPECT_EQ(Get(target), "[none]") << target;
  }
  request_.method = "POST";
  request_.target = "/index.html";
  EXPECT_FALSE(files_->Serve(request_).has_value());
}

TEST_F(StaticFilesTest, NeverLeavesItsFolder) {
  for (const char* target :
       {"/../secret.txt", "/%2e%2e/secret.txt", "/sub/../../secret.txt", "/..%2fsecret.txt",
        "/sub/%2e%2e%2f%2e%2e%2fsecret.txt", "/./index.html", "/.hidden", "/%2ehidden", "/leak.txt",
        "/index.html%00", "//etc/passwd", "/..;/secret.txt"}) {
    EXPECT_EQ(Get(target), "[none]") << target;
  }
}

TEST_F(StaticFilesTest, RedirectsAFolderToItsSlash) {
  const auto response = Serve("/sub?x=1");
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->status, 301);
  EXPECT_EQ(FindHeader(response->headers, "location"), "/sub/?x=1");
}

TEST_F(StaticFilesTest, ACurrentCopyIsNotSentAgain) {
  const auto first = Serve("/");
  const std::string tag(*FindHeader(first->headers, "etag"));
  const std::string date(*FindHeader(first->headers, "last-modified"));
  for (const HttpHeader& condition :
       {HttpHeader{"If-None-Match", tag}, HttpHeader{"If-Modified-Since", date}}) {
    auto again = Serve("/", {condition});
    ApplyEnvelope(request_, &*again);
    EXPECT_EQ(again->status, 304) << condition.name;
    EXPECT_EQ(again->body_view(), "");
  }
  auto stale = Serve("/", {{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"}});
  ApplyEnvelope(request_, &*stale);
  EXPECT_EQ(stale->status, 200);
}

TEST_F(StaticFilesTest, PacksOnceForClientsThatTakeIt) {
  auto response = Serve("/sub/app.js", {{"Accept-Encoding", "gzip"}});
  ApplyEnvelope(request_, &*response);
  EXPECT_EQ(FindHeader(response->headers, "content-encoding"), "gzip");
  EXPECT_EQ(JoinHeader(response->headers, "vary"), "Accept-Encoding");
  EXPECT_EQ(Decompress(response->body_view(), ContentCoding::kGzip, 5000).value(), std::string(3000, 'x'));
  EXPECT_EQ(Get("/sub/app.js"), std::string(3000, 'x'));
}

TEST_F(StaticFilesTest, SeesChangesAfterAMoment) {
  EXPECT_EQ(Get("/"), "<p>home</p>");
  Write("www/index.html", "<p>changed</p>");
  EXPECT_EQ(Get("/"), "<p>home</p>") << "from memory";
  now_ += absl::Seconds(2);
  EXPECT_EQ(Get("/"), "<p>changed</p>");
  fs::remove(base_ / "www/index.html");
  EXPECT_EQ(Get("/"), "[none]");
}

TEST_F(StaticFilesTest, KeepsToItsBounds) {
  Write("www/large.txt", std::string(10001, 'x'));
  EXPECT_EQ(Get("/large.txt"), "[none]");
  for (int i = 0; i < 5; ++i) {
    const std::string name = "www/" + std::to_string(i) + ".bin";
    Write(name, std::string(2000, 'x'));
    EXPECT_EQ(Get("/" + std::to_string(i) + ".bin").size(), 2000u);
  }
}

}  // namespace
}  // namespace sail::gateway
