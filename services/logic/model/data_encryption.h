// Encryption of attributes at rest, in the format of the reference (a running Sails application can read it).
#ifndef SAIL_LOGIC_MODEL_DATA_ENCRYPTION_H_
#define SAIL_LOGIC_MODEL_DATA_ENCRYPTION_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

namespace sail::logic {

// One data encryption key. Thread-safe.
class DataEncryption {
 public:
  // `base64_key` is 32 random bytes. INVALID_ARGUMENT otherwise; the message does not show the key.
  static absl::StatusOr<DataEncryption> Create(std::string_view base64_key,
                                               std::string_view key_id = "default");

  // base64("aes-256-gcm$$<key id>")$<iv>$<ciphertext>$<tag>: AES-256-GCM with a random 96-bit nonce, whose
  // first part is authenticated as well. The reference encrypts a value's JSON text.
  absl::StatusOr<std::string> Encrypt(std::string_view text) const;

  // The text again. INVALID_ARGUMENT if it was not made with this key, or was changed.
  absl::StatusOr<std::string> Decrypt(std::string_view encrypted) const;

 private:
  DataEncryption(std::string key, std::string header) : key_(std::move(key)), header_(std::move(header)) {}

  std::string key_;
  std::string header_;
};

}  // namespace sail::logic

#endif  // SAIL_LOGIC_MODEL_DATA_ENCRYPTION_H_
