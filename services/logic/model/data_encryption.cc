#include "services/logic/model/data_encryption.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>
#include <optional>

#include "services/logic/model/text.h"

namespace sail::logic {
namespace {

constexpr size_t kKeyBytes = 32;
constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string Base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  text.resize(EVP_EncodeBlock(Bytes(text), Bytes(bytes), static_cast<int>(bytes.size())));
  return text;
}

// Padding may be absent.
std::optional<std::string> FromBase64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string padded(text);
  padded.append((4 - padded.size() % 4) % 4, '=');
  std::string bytes(padded.size() / 4 * 3, '\0');
  int length = EVP_DecodeBlock(Bytes(bytes), Bytes(padded), static_cast<int>(padded.size()));
  if (length < 0) return std::nullopt;
  bytes.resize(length - (padded.size() - text.size()));
  return bytes;
}

}  // namespace

absl::StatusOr<DataEncryption> DataEncryption::Create(std::string_view base64_key, std::string_view key_id) {
  std::optional<std::string> key = FromBase64(base64_key);
  if (!key.has_value() || key->size() != kKeyBytes) {
    return absl::InvalidArgumentError("a data encryption key is 32 bytes in base64");
  }
  return DataEncryption(*std::move(key), Concat("aes-256-gcm$$", key_id));
}

absl::StatusOr<std::string> DataEncryption::Encrypt(std::string_view text) const {
  std::string nonce(kNonceBytes, '\0');
  std::string tag(kTagBytes, '\0');
  std::string payload(text.size(), '\0');
  Cipher cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int length = 0;
  bool fine = RAND_bytes(Bytes(nonce), kNonceBytes) == 1 &&
              EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, Bytes(std::string_view(key_)),
                                 Bytes(nonce)) == 1 &&
              EVP_EncryptUpdate(cipher.get(), nullptr, &length, Bytes(std::string_view(header_)),
                                static_cast<int>(header_.size())) == 1 &&
              EVP_EncryptUpdate(cipher.get(), Bytes(payload), &length, Bytes(text),
                                static_cast<int>(text.size())) == 1 &&
              EVP_EncryptFinal_ex(cipher.get(), Bytes(payload) + length, &length) == 1 &&
              EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag.data()) == 1;
  if (!fine) return absl::InternalError("encryption failed");
  return Concat(Base64(header_), "$", Base64(nonce), "$", Base64(payload), "$", Base64(tag).substr(0, 22));
}

absl::StatusOr<std::string> DataEncryption::Decrypt(std::string_view encrypted) const {
  absl::Status refused = absl::InvalidArgumentError("not encrypted with this key");
  std::string parts[4];
  for (std::string& part : parts) {
    size_t end = encrypted.find('$');
    std::optional<std::string> bytes = FromBase64(encrypted.substr(0, end));
    if (!bytes.has_value()) return refused;
    part = *std::move(bytes);
    encrypted.remove_prefix(end == std::string_view::npos ? encrypted.size() : end + 1);
  }
  auto& [header, nonce, payload, tag] = parts;
  if (header != header_ || nonce.size() != kNonceBytes || tag.size() != kTagBytes) return refused;
  std::string text(payload.size(), '\0');
  Cipher cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int length = 0;
  bool fine = EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, Bytes(std::string_view(key_)),
                                 Bytes(nonce)) == 1 &&
              EVP_DecryptUpdate(cipher.get(), nullptr, &length, Bytes(header),
                                static_cast<int>(header.size())) == 1 &&
              EVP_DecryptUpdate(cipher.get(), Bytes(text), &length, Bytes(payload),
                                static_cast<int>(payload.size())) == 1 &&
              EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1 &&
              EVP_DecryptFinal_ex(cipher.get(), Bytes(text) + length, &length) == 1;
  if (!fine) return refused;
  return text;
}

}  // namespace sail::logic
