#include "gateway/http/static_files.h"

#include <sys/stat.h>

#include <climits>
#include <cstdlib>
#include <utility>

#include "gateway/http/accept.h"
#include "gateway/http/response_writer.h"
#include "gateway/routing/percent_decode.h"

namespace sail::gateway {
namespace {

// Whether the decoded path below a prefix is one that may be looked up: "/a/b" or "/a/", no empty, dotted or
// binary names.
bool IsPlain(std::string_view path) {
  if (path.empty() || path.front() != '/' || path.find('\0') != std::string_view::npos) return false;
  path.remove_prefix(1);
  while (!path.empty()) {
    const size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    if (name.empty() || name.front() == '.') return false;
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return true;
}

// The path without links, or empty if there is nothing.
std::string Resolve(const std::string& path) {
  char resolved[PATH_MAX];
  return ::realpath(path.c_str(), resolved) == nullptr ? std::string() : std::string(resolved);
}

bool IsFolder(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

HttpResponse RedirectToFolder(const HttpRequest& request) {
  HttpResponse response;
  response.status = 301;
  std::string location(request.path());
  location.push_back('/');
  if (request.target.size() > request.path().size()) location.append("?").append(request.query());
  response.AddHeader("Location", std::move(location));
  return response;
}

}  // namespace

StaticFiles::StaticFiles(std::map<std::string, std::string> folders, FileCacheOptions options)
    : cache_(std::move(options)) {
  for (auto& [prefix, folder] : folders) {
    std::string key = prefix;
    while (!key.empty() && key.back() == '/') key.pop_back();
    folders_[key] = std::move(folder);
  }
}

std::optional<HttpResponse> StaticFiles::Serve(const HttpRequest& request) {
  if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
  const std::optional<std::string> path = DecodeUriComponent(request.path());
  if (!path) return std::nullopt;
  const std::pair<const std::string, std::string>* mount = nullptr;
  for (const auto& candidate : folders_) {
    const std::string& prefix = candidate.first;
    const bool fits =
        path->starts_with(prefix) && (path->size() == prefix.size() || (*path)[prefix.size()] == '/');
    if (fits && (mount == nullptr || prefix.size() > mount->first.size())) mount = &candidate;
  }
  if (mount == nullptr) return std::nullopt;
  std::string below = path->substr(mount->first.size());
  if (below.empty()) below.push_back('/');
  if (!IsPlain(below)) return std::nullopt;

  const std::string root = Resolve(mount->second);
  const std::string file_path = Resolve(root + below + (below.back() == '/' ? "index.html" : ""));
  if (root.empty() || !file_path.starts_with(root + "/")) return std::nullopt;
  const std::shared_ptr<const CachedFile> file = cache_.Get(file_path);
  if (file == nullptr) {
    if (below.back() != '/' && IsFolder(file_path)) return RedirectToFolder(request);
    return std::nullopt;
  }

  HttpResponse response;
  response.content = ContentKind::kBinary;  // the type is complete
  response.AddHeader("Cache-Control", "public, max-age=0");
  response.AddHeader("Last-Modified", file->last_modified);
  response.AddHeader("ETag", file->etag);
  response.AddHeader("Content-Type", std::string(file->content_type));
  const bool pack = file->gzipped && NegotiateCoding(request) == ContentCoding::kGzip;
  if (pack) response.AddHeader("Content-Encoding", "gzip");
  if (file->gzipped) AddVary("Accept-Encoding", &response);
  response.shared_body = pack ? file->gzipped : file->body;
  return response;
}

}  // namespace sail::gateway
