#include "gateway/engineio/owned_sid.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <utility>

namespace sail::gateway::engineio {
namespace {

constexpr size_t kLoopAt = 4;
constexpr size_t kRandomAt = 5;
constexpr size_t kMacAt = 11;
constexpr size_t kMacBytes = 4;
// Keeps this use of the secret apart from others, such as signing cookies.
constexpr std::string_view kPurpose = "sail engine.io session id 1";

std::string Mac(std::string_view key, std::string_view data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(data.data()), data.size(), mac.data(), &size);
  return std::string(reinterpret_cast<const char*>(mac.data()), size);
}

std::string_view Authenticated(const SidBytes& bytes) {
  return std::string_view(reinterpret_cast<const char*>(bytes.data()), kMacAt);
}

}  // namespace

OwnedSids::OwnedSids(uint32_t gateway, const std::vector<std::string>& secrets, RandomSource random)
    : gateway_(gateway), random_(std::move(random)) {
  for (const std::string& secret : secrets) keys_.push_back(Mac(secret, kPurpose));
}

std::string OwnedSids::Next(uint8_t loop) const {
  SidBytes bytes;
  for (size_t i = 0; i < kLoopAt; ++i) bytes[i] = static_cast<uint8_t>(gateway_ >> (24 - 8 * i));
  bytes[kLoopAt] = loop;
  random_(bytes.data() + kRandomAt, kMacAt - kRandomAt);
  const std::string mac = Mac(keys_.front(), Authenticated(bytes));
  std::copy_n(mac.begin(), kMacBytes, bytes.begin() + kMacAt);
  return EncodeSid(bytes);
}

std::optional<SidOwner> OwnedSids::Parse(std::string_view sid) const {
  const std::optional<SidBytes> bytes = DecodeSid(sid);
  if (!bytes.has_value()) return std::nullopt;
  const bool genuine = std::any_of(keys_.begin(), keys_.end(), [&](const std::string& key) {
    return CRYPTO_memcmp(Mac(key, Authenticated(*bytes)).data(), bytes->data() + kMacAt, kMacBytes) == 0;
  });
  if (!genuine) return std::nullopt;
  SidOwner owner;
  for (size_t i = 0; i < kLoopAt; ++i) owner.gateway = owner.gateway << 8 | (*bytes)[i];
  owner.loop = (*bytes)[kLoopAt];
  return owner;
}

}  // namespace sail::gateway::engineio
