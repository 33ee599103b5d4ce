#ifndef SAIL_GATEWAY_HTTP_FILE_CACHE_H_
#define SAIL_GATEWAY_HTTP_FILE_CACHE_H_

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace sail::gateway {

// A file's contents and what HTTP says about them.
struct CachedFile {
  std::string etag;  // weak, by size and time of change
  std::string last_modified;
  std::string_view content_type;
  std::shared_ptr<const std::string> body;
  std::shared_ptr<const std::string> gzipped;  // null where packing gains nothing

  size_t bytes() const { return body->size() + (gzipped ? gzipped->size() : 0); }
};

struct FileCacheOptions {
  size_t max_file_bytes = 16 << 20;   // larger files are not given out
  size_t max_cache_bytes = 32 << 20;  // of all files together; those not used for longest go first
  // A file is looked at again after this, and read again if it has changed.
  absl::Duration recheck = absl::Seconds(1);
  std::function<absl::Time()> clock = [] { return absl::Now(); };
};

// Regular files in memory, read on first use by whoever asks. Any thread.
class FileCache {
 public:
  explicit FileCache(FileCacheOptions options) : options_(std::move(options)) {}

  // Null for what is not a readable regular file, or too large.
  std::shared_ptr<const CachedFile> Get(const std::string& path);

 private:
  struct Entry {
    std::string path;
    std::shared_ptr<const CachedFile> file;
    absl::Time checked;
  };

  std::shared_ptr<const CachedFile> Load(const std::string& path, const CachedFile* known) const;
  void Keep(const std::string& path, std::shared_ptr<const CachedFile> file, absl::Time now);
  void Remove(const std::string& path);

  const FileCacheOptions options_;
  std::mutex mutex_;
  std::list<Entry> entries_;  // most recently used first; this and what follows guarded by mutex_
  std::unordered_map<std::string, std::list<Entry>::iterator> index_;
  size_t bytes_ = 0;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_FILE_CACHE_H_
