#include "gateway/engineio/sid.h"

#include <openssl/rand.h>

#include <cstdlib>

namespace sail::gateway::engineio {

std::string EncodeSid(const SidBytes& bytes) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string sid;
  sid.reserve(kSidLength);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const uint32_t group = bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2];
    for (int shift = 18; shift >= 0; shift -= 6) sid.push_back(kAlphabet[group >> shift & 0x3F]);
  }
  return sid;
}

RandomSource SystemRandom() {
  return [](uint8_t* data, size_t size) {
    if (RAND_bytes(data, static_cast<int>(size)) != 1) std::abort();
  };
}

std::string SidGenerator::Next() const {
  SidBytes bytes;
  random_(bytes.data(), bytes.size());
  return EncodeSid(bytes);
}

}  // namespace sail::gateway::engineio
