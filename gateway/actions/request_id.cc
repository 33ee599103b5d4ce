#include "gateway/actions/request_id.h"

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "gateway/session/signature.h"

namespace sail::gateway {
namespace {

constexpr size_t kMaxLength = 64;

bool IsIdCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == '-';
}

}  // namespace

std::string RequestId(std::optional<std::string_view> given) {
  if (given.has_value() && !given->empty() && given->size() <= kMaxLength &&
      std::all_of(given->begin(), given->end(), IsIdCharacter)) {
    return std::string(*given);
  }
  // The process's random part and a count: an id of its own for each request, without asking for randomness
  // each time.
  static const std::string process = RandomToken(9);
  static std::atomic<uint64_t> count{0};
  return process + "-" + std::to_string(count.fetch_add(1, std::memory_order_relaxed));
}

}  // namespace sail::gateway
