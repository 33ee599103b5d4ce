#ifndef SAIL_GATEWAY_ROUTING_PERCENT_DECODE_H_
#define SAIL_GATEWAY_ROUTING_PERCENT_DECODE_H_

#include <optional>
#include <string>
#include <string_view>

namespace sail::gateway {

// JavaScript's decodeURIComponent: nullopt for a malformed escape and for escapes that do not make UTF-8.
std::optional<std::string> DecodeUriComponent(std::string_view text);

// A name or value of a form: "+" is a space. What decodeURIComponent would refuse keeps its escapes (as in
// npm qs).
std::string DecodeFormText(std::string_view text);

// The same as Node's querystring does it: malformed escapes stay, the others are decoded, what is not UTF-8
// afterwards becomes U+FFFD.
std::string DecodeFormTextLeniently(std::string_view text);

// The text with everything that is not UTF-8 replaced by U+FFFD, one per maximal subpart, as in the WHATWG
// decoder.
std::string ReplaceInvalidUtf8(std::string_view text);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_ROUTING_PERCENT_DECODE_H_
