// Ids of sessions and sockets: 20 characters of A-Z a-z 0-9 - _, as Socket.IO's are. Components of the
// ecosystem take a name of length 20 for a socket's id, so the length is part of the contract.
#ifndef SAIL_GATEWAY_ENGINEIO_SID_H_
#define SAIL_GATEWAY_ENGINEIO_SID_H_

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace sail::gateway::engineio {

inline constexpr size_t kSidLength = 20;
using SidBytes = std::array<uint8_t, 15>;

// base64 with '-' for '+' and '_' for '/': as Node's base64id writes them.
std::string EncodeSid(const SidBytes& bytes);
// Nothing for what EncodeSid does not write.
std::optional<SidBytes> DecodeSid(std::string_view sid);

// Fills a buffer with unpredictable bytes. An engine sid is a bearer secret, so a guessable source is a hole.
using RandomSource = std::function<void(uint8_t* data, size_t size)>;

// OpenSSL's generator. Aborts when the system has no entropy: there is no id that would be safe to give out.
RandomSource SystemRandom();

// 120 random bits an id. As thread-safe as its source; SystemRandom is.
class SidGenerator {
 public:
  explicit SidGenerator(RandomSource random = SystemRandom()) : random_(std::move(random)) {}

  std::string Next() const;

 private:
  RandomSource random_;
};

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_SID_H_
