#ifndef SAIL_GATEWAY_HTTP_STATIC_FILES_H_
#define SAIL_GATEWAY_HTTP_STATIC_FILES_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/http/file_cache.h"
#include "gateway/http/http_message.h"

namespace sail::gateway {

// Files of folders, as express.static serves them: ETag by size and time, Last-Modified, Cache-Control:
// public, max-age=0, index.html for a path that ends in a slash, a redirect for a folder's path without it.
// Never a file outside its folder
// (".." in any spelling, links that lead out), and none with a dot at the start of its name or of a folder's
// name.
//
// Any thread. Files are read when they are first asked for, blocking the caller, and kept in memory within
// bounds.
class StaticFiles {
 public:
  // URL prefix ("/", "/dependencies") → folder. Of several prefixes that fit a path the longest alone counts.
  // A folder need not exist yet.
  explicit StaticFiles(std::map<std::string, std::string> folders, FileCacheOptions options = {});

  // The answer, before the envelope (response_writer.h, which also turns it into 304); nullopt if there is no
  // such file or the method is neither GET nor HEAD.
  std::optional<HttpResponse> Serve(const HttpRequest& request);

 private:
  std::map<std::string, std::string> folders_;
  FileCache cache_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_STATIC_FILES_H_
