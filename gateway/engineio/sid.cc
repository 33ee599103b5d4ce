#include "gateway/engineio/sid.h"

#include <openssl/rand.h>

#include <cstdlib>

namespace sail::gateway::engineio {

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

std::string EncodeSid(const SidBytes& bytes) {
  std::string sid;
  sid.reserve(kSidLength);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const uint32_t group = bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2];
    for (int shift = 18; shift >= 0; shift -= 6) sid.push_back(kAlphabet[group >> shift & 0x3F]);
  }
  return sid;
}

std::optional<SidBytes> DecodeSid(std::string_view sid) {
  if (sid.size() != kSidLength) return std::nullopt;
  SidBytes bytes;
  for (size_t i = 0; i < kSidLength; i += 4) {
    uint32_t group = 0;
    for (const char c : sid.substr(i, 4)) {
      const size_t value = kAlphabet.find(c);
      if (value == std::string_view::npos) return std::nullopt;
      group = group << 6 | static_cast<uint32_t>(value);
    }
    for (size_t j = 0; j < 3; ++j) bytes[i / 4 * 3 + j] = static_cast<uint8_t>(group >> (16 - 8 * j));
  }
  return bytes;
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
