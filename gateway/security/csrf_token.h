#ifndef SAIL_GATEWAY_SECURITY_CSRF_TOKEN_H_
#define SAIL_GATEWAY_SECURITY_CSRF_TOKEN_H_

#include <string>
#include <string_view>

namespace sail::gateway {

// Tokens as npm csrf makes them, so that a page that was served before a move to or from Sails goes on
// working: "<salt of 8 letters and digits>-<base64url of sha1(salt + '-' + secret)>".

// A session's secret: 18 random bytes in base64url, 24 characters.
std::string NewCsrfSecret();

// A new token of the secret, never the same twice.
std::string NewCsrfToken(std::string_view secret);

// Whether the token is one of the secret's. Takes the same time whatever of it is wrong.
bool IsCsrfTokenOf(std::string_view secret, std::string_view token);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_SECURITY_CSRF_TOKEN_H_
