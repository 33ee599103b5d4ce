#include "gateway/session/signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <cstdlib>
#include <utility>

namespace sail::gateway {
namespace {

constexpr std::string_view kPrefix = "s:";

std::string Base64WithoutPadding(const unsigned char* bytes, size_t size) {
  std::string text((size + 2) / 3 * 4 + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes, static_cast<int>(size));
  text.resize(static_cast<size_t>(length));
  while (!text.empty() && text.back() == '=') text.pop_back();
  return text;
}

std::string Signature(std::string_view value, std::string_view secret) {
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(value.data()), value.size(), mac, &size);
  return Base64WithoutPadding(mac, size);
}

}  // namespace

CookieSigner::CookieSigner(std::vector<std::string> secrets) : secrets_(std::move(secrets)) {
  // Without a secret anybody could sign.
  if (secrets_.empty()) std::abort();
}

std::string CookieSigner::Sign(std::string_view value) const {
  return std::string(kPrefix).append(value).append(".").append(Signature(value, secrets_.front()));
}

std::optional<std::string> CookieSigner::Verify(std::string_view cookie) const {
  if (cookie.substr(0, kPrefix.size()) != kPrefix) return std::nullopt;
  cookie.remove_prefix(kPrefix.size());
  const size_t dot = cookie.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view value = cookie.substr(0, dot);
  const std::string_view given = cookie.substr(dot + 1);
  for (const std::string& secret : secrets_) {
    const std::string expected = Signature(value, secret);
    if (expected.size() == given.size() && CRYPTO_memcmp(expected.data(), given.data(), given.size()) == 0) {
      return std::string(value);
    }
  }
  return std::nullopt;
}

std::string RandomToken(size_t size) {
  std::vector<unsigned char> bytes(size);
  // No randomness, no unguessable ids: nothing sensible can follow.
  if (RAND_bytes(bytes.data(), static_cast<int>(size)) != 1) std::abort();
  std::string token = Base64WithoutPadding(bytes.data(), bytes.size());
  for (char& c : token) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return token;
}

}  // namespace sail::gateway
