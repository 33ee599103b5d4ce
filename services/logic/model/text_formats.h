// The text formats that validation rules know, as the reference judges them.
#ifndef SAIL_LOGIC_MODEL_TEXT_FORMATS_H_
#define SAIL_LOGIC_MODEL_TEXT_FORMATS_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace sail::logic {

// user@host.tld: at most 254 UTF-16 units, user part at most 64 bytes; non-ASCII letters are fine, IP hosts
// are not.
bool IsEmail(std::string_view utf8);
// [http|https|ftp]://[user[:password]@]host[:port][/...]; the protocol may be absent. localhost is a host.
bool IsUrl(std::string_view utf8);
// Versions 1 to 8, the nil and the max UUID, in either case.
bool IsUuid(std::string_view text);
// IPv4 in dotted decimals, or IPv6 with an optional zone.
bool IsIp(std::string_view text);
bool IsIpV6(std::string_view text);
// 3, 4, 6 or 8 hex digits, with or without #.
bool IsHexColor(std::string_view text);
// A number of a known issuer (spaces and dashes are ignored) with a right check digit.
bool IsCreditCard(std::string_view text);
// A host name with dots; without `require_tld` a single label will do.
bool IsHostName(std::string_view utf8, bool require_tld);

// Milliseconds since the epoch of an ISO 8601 date, or date and time (UTC if there is no offset).
std::optional<int64_t> ParseIsoTime(std::string_view text);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_MODEL_TEXT_FORMATS_H_
