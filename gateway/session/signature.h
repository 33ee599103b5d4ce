#ifndef SAIL_GATEWAY_SESSION_SIGNATURE_H_
#define SAIL_GATEWAY_SESSION_SIGNATURE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sail::gateway {

// Signed cookie values as cookie-signature and express-session write them: "s:<value>.<base64 of HMAC-SHA256
// without '='>" (before percent-encoding). Signs with the first secret and accepts all, so that secrets can
// be rotated. Immutable; any thread.
class CookieSigner {
 public:
  // At least one secret, none empty.
  explicit CookieSigner(std::vector<std::string> secrets);

  std::string Sign(std::string_view value) const;

  // The value of a signed cookie; nullopt if it is not signed or by none of the secrets. The signatures are
  // compared in constant time.
  std::optional<std::string> Verify(std::string_view cookie) const;

 private:
  std::vector<std::string> secrets_;
};

// `size` random bytes from the system in base64url without '='; 24 bytes make a session id as
// express-session's uid-safe does.
std::string RandomToken(size_t size);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_SESSION_SIGNATURE_H_
