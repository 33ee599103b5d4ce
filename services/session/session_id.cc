#include "services/session/session_id.h"

#include <openssl/rand.h>

#include <algorithm>
#include <cstdlib>

namespace sail::session {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

std::string NewSessionId() {
  unsigned char bytes[24];
  if (RAND_bytes(bytes, sizeof bytes) != 1) abort();
  std::string id;
  for (size_t i = 0; i < sizeof bytes; i += 3) {
    const unsigned int group = bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2];
    for (int shift = 18; shift >= 0; shift -= 6) id.push_back(kAlphabet[group >> shift & 63]);
  }
  return id;
}

bool IsSessionId(std::string_view id) {
  return !id.empty() && id.size() <= 256 && std::all_of(id.begin(), id.end(), [](char c) {
    return c != '\0' && std::string_view(kAlphabet).find(c) != std::string_view::npos;
  });
}

}  // namespace sail::session
