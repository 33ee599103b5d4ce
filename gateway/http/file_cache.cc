#include "gateway/http/file_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "gateway/http/content_coding.h"
#include "gateway/http/content_type.h"
#include "gateway/http/response_format.h"

namespace sail::gateway {
namespace {

constexpr size_t kCompressionThreshold = 1024;

struct Descriptor {
  explicit Descriptor(int fd) : fd(fd) {}
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  const int fd;
};

// npm etag's tag of a stat.
std::string StatTag(const struct stat& status) {
  const auto milliseconds =
      static_cast<long long>(status.st_mtim.tv_sec) * 1000 + status.st_mtim.tv_nsec / 1000000;
  char tag[64];
  const int length = std::snprintf(tag, sizeof(tag), "W/\"%llx-%llx\"",
                                   static_cast<long long>(status.st_size), milliseconds);
  return std::string(tag, static_cast<size_t>(length));
}

// Up to `size` bytes; shorter if the file has shrunk or cannot be read.
std::string ReadAll(int fd, size_t size) {
  std::string bytes(size, '\0');
  size_t done = 0;
  while (done < size) {
    const ssize_t count = ::read(fd, bytes.data() + done, size - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    done += static_cast<size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

}  // namespace

std::shared_ptr<const CachedFile> FileCache::Get(const std::string& path) {
  const absl::Time now = options_.clock();
  std::shared_ptr<const CachedFile> known;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = index_.find(path); found != index_.end()) {
      entries_.splice(entries_.begin(), entries_, found->second);
      known = found->second->file;
      if (now - found->second->checked < options_.recheck) return known;
    }
  }
  std::shared_ptr<const CachedFile> file = Load(path, known.get());
  const std::lock_guard lock(mutex_);
  Remove(path);
  if (file) Keep(path, file, now);
  return file;
}

std::shared_ptr<const CachedFile> FileCache::Load(const std::string& path, const CachedFile* known) const {
  const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (descriptor.fd < 0 || ::fstat(descriptor.fd, &status) != 0 || !S_ISREG(status.st_mode)) return nullptr;
  const auto size = static_cast<size_t>(status.st_size);
  if (size > options_.max_file_bytes) return nullptr;
  std::string etag = StatTag(status);
  if (known != nullptr && known->etag == etag) return std::make_shared<const CachedFile>(*known);

  auto file = std::make_shared<CachedFile>();
  file->etag = std::move(etag);
  file->last_modified = HttpDate(status.st_mtim.tv_sec);
  file->content_type = ContentTypeOfFile(path);
  file->body = std::make_shared<const std::string>(ReadAll(descriptor.fd, size));
  // In the middle of a change; the next request sees it whole.
  if (file->body->size() != size) return nullptr;
  if (size >= kCompressionThreshold && IsCompressible(file->content_type)) {
    std::string gzipped = Compress(*file->body, ContentCoding::kGzip);
    if (gzipped.size() < size) file->gzipped = std::make_shared<const std::string>(std::move(gzipped));
  }
  return file;
}

void FileCache::Keep(const std::string& path, std::shared_ptr<const CachedFile> file, absl::Time now) {
  bytes_ += file->bytes();
  entries_.push_front({path, std::move(file), now});
  index_[path] = entries_.begin();
  while (bytes_ > options_.max_cache_bytes) Remove(std::string(entries_.back().path));
}

void FileCache::Remove(const std::string& path) {
  const auto found = index_.find(path);
  if (found == index_.end()) return;
  bytes_ -= found->second->file->bytes();
  entries_.erase(found->second);
  index_.erase(found);
}

}  // namespace sail::gateway
