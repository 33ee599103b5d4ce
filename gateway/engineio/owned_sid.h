// Engine ids that tell which gateway, and which of its loops, has the session.
#ifndef SAIL_GATEWAY_ENGINEIO_OWNED_SID_H_
#define SAIL_GATEWAY_ENGINEIO_OWNED_SID_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/engineio/sid.h"

namespace sail::gateway::engineio {

struct SidOwner {
  uint32_t gateway = 0;
  uint8_t loop = 0;
  bool operator==(const SidOwner&) const = default;
};

// An id has the usual 20 characters, of 15 bytes: 4 of the gateway, 1 of the loop, 6 random ones, and 4 of an
// HMAC-SHA256 over the others. The key comes from a secret that all gateways share, so that none of them
// looks for the owner of an id that no gateway has made. Immutable; any thread.
class OwnedSids {
 public:
  // At least one secret. The first one makes ids, all of them are accepted.
  OwnedSids(uint32_t gateway, const std::vector<std::string>& secrets, RandomSource random = SystemRandom());

  std::string Next(uint8_t loop) const;

  // Nothing for what is no id of these gateways.
  std::optional<SidOwner> Parse(std::string_view sid) const;

  uint32_t gateway() const { return gateway_; }

 private:
  const uint32_t gateway_;
  std::vector<std::string> keys_;
  const RandomSource random_;
};

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_OWNED_SID_H_
