#include "gateway/routing/read_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace sail::gateway {

constexpr size_t kMaxBytes = 1 << 20;

absl::StatusOr<std::string> ReadSettingsFile(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) {
    if (errno == ENOENT) return std::string();
    return absl::PermissionDeniedError(path + ": " + std::strerror(errno));
  }
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad()) return absl::NotFoundError(path + ": cannot be read");
  if (text.size() > kMaxBytes) return absl::ResourceExhaustedError(path + ": larger than 1 MiB");
  return text;
}

}  // namespace sail::gateway
