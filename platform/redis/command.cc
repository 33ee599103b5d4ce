#include "platform/redis/command.h"

#include <hiredis/hiredis.h>

#include <new>
#include <vector>

namespace sail::platform::redis {

std::string FormatCommand(absl::Span<const std::string_view> args) {
  std::vector<const char*> data;
  std::vector<size_t> sizes;
  data.reserve(args.size());
  sizes.reserve(args.size());
  for (std::string_view arg : args) {
    // An empty view may have no address, and the library passes it to memcpy.
    data.push_back(arg.empty() ? "" : arg.data());
    sizes.push_back(arg.size());
  }
  char* wire = nullptr;
  const int size = redisFormatCommandArgv(&wire, static_cast<int>(args.size()), data.data(), sizes.data());
  if (size < 0) throw std::bad_alloc();
  std::string out(wire, static_cast<size_t>(size));
  redisFreeCommand(wire);
  return out;
}

std::string FormatCommand(absl::Span<const std::string> args) {
  const std::vector<std::string_view> views(args.begin(), args.end());
  return FormatCommand(absl::MakeConstSpan(views));
}

}  // namespace sail::platform::redis
