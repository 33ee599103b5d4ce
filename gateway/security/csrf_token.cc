#include "gateway/security/csrf_token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <cstdlib>

#include "gateway/session/signature.h"

namespace sail::gateway {
namespace {

constexpr size_t kSaltSize = 8;
constexpr size_t kTokenSize = kSaltSize + 1 + 27;

std::string NewSalt() {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  // Not evenly spread over the letters, which a salt need not be.
  unsigned char bytes[kSaltSize];
  if (RAND_bytes(bytes, sizeof bytes) != 1) std::abort();
  std::string salt;
  for (const unsigned char byte : bytes) salt.push_back(kLetters[byte % kLetters.size()]);
  return salt;
}

std::string TokenOf(std::string_view secret, std::string_view salt) {
  const std::string text = std::string(salt).append("-").append(secret);
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  unsigned char base64[SHA_DIGEST_LENGTH * 2];
  EVP_EncodeBlock(base64, digest, SHA_DIGEST_LENGTH);
  std::string token = std::string(salt) + "-";
  for (const unsigned char c : base64) {
    if (c == '=' || c == 0) break;
    token.push_back(c == '+' ? '-' : c == '/' ? '_' : static_cast<char>(c));
  }
  return token;
}

}  // namespace

std::string NewCsrfSecret() { return RandomToken(18); }

std::string NewCsrfToken(std::string_view secret) { return TokenOf(secret, NewSalt()); }

bool IsCsrfTokenOf(std::string_view secret, std::string_view token) {
  if (secret.empty() || token.size() != kTokenSize) return false;
  const std::string expected = TokenOf(secret, token.substr(0, kSaltSize));
  return expected.size() == token.size() && CRYPTO_memcmp(expected.data(), token.data(), token.size()) == 0;
}

}  // namespace sail::gateway
