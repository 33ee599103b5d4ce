#include "services/logic/model/text_formats.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <re2/re2.h>

#include <algorithm>
#include <string>
#include <vector>

#include "services/logic/model/js_value.h"
#include "services/logic/model/text.h"

namespace sail::logic {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
bool IsHexDigit(char c) { return IsDigit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }
bool AreDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

// Code points; a byte that is not UTF-8 stands for itself.
std::vector<char32_t> CodePoints(std::string_view utf8) {
  std::vector<char32_t> points;
  for (size_t i = 0; i < utf8.size();) {
    unsigned char c = utf8[i];
    size_t length = c < 0xC0 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    char32_t point = length == 1 ? c : c & (0xFF >> (length + 1));
    for (size_t k = 1; k < length && i + k < utf8.size(); ++k) point = (point << 6) | (utf8[i + k] & 0x3F);
    points.push_back(point);
    i += length;
  }
  return points;
}

// The non-ASCII characters that the reference allows in addresses: the basic plane without its private area.
bool IsAddressCharacter(char32_t c) {
  return (c >= 0xA1 && c <= 0xD7FF) || (c >= 0xF900 && c <= 0xFDCF) || (c >= 0xFDF0 && c <= 0xFFEF);
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

bool IsTopLevelDomain(std::string_view label) {
  std::string lower(label);
  for (char& c : lower) c = IsLetter(c) ? c | 0x20 : c;
  if (lower.size() >= 4 && lower.starts_with("xn")) {
    return std::all_of(lower.begin(), lower.end(),
                       [](char c) { return IsLetter(c) || IsDigit(c) || c == '-'; });
  }
  std::vector<char32_t> points = CodePoints(lower);
  return points.size() >= 2 && std::all_of(points.begin(), points.end(), [](char32_t c) {
           return c < 0x80 ? IsLetter(static_cast<char>(c)) : c != 0xA9 && IsAddressCharacter(c);
         });
}

bool IsHostLabel(std::string_view label) {
  if (label.empty() || JsLength(label) > 63 || label.front() == '-' || label.back() == '-') return false;
  for (char32_t c : CodePoints(label)) {
    bool full_width = c >= 0xFF01 && c <= 0xFF5E;
    bool fine =
        c < 0x80 ? IsLetter(static_cast<char>(c)) || IsDigit(static_cast<char>(c)) || c == '-' : c >= 0xA1;
    if (!fine || full_width) return false;
  }
  return true;
}

bool IsPlainUserPart(std::string_view user) {
  constexpr std::string_view kPunctuation = "!#$%&'*+-/=?^_`{|}~";
  for (std::string_view part : Split(user, '.')) {
    if (part.empty()) return false;
    for (char32_t c : CodePoints(part)) {
      char ascii = static_cast<char>(c);
      bool fine =
          c < 0x80 ? IsLetter(ascii) || IsDigit(ascii) || Contains(kPunctuation, std::string_view(&ascii, 1))
                   : IsAddressCharacter(c);
      if (!fine) return false;
    }
  }
  return true;
}

// What is between the quotes: anything but quotes, backslashes and line ends, which a backslash admits.
bool IsQuotedUserPart(std::string_view user) {
  bool escaped = false;
  for (char32_t c : CodePoints(user)) {
    if (c >= 0x80 ? !(c == 0xA0 || IsAddressCharacter(c)) : c == 0) return false;
    if (!escaped && c == '"') return false;
    if (escaped && c == '\n') return false;
    escaped = !escaped && c == '\\';
  }
  return !escaped;
}

// The rest of the URL after a protocol of the known ones; nothing if there is another protocol.
std::optional<std::string_view> WithoutProtocol(std::string_view url) {
  size_t colon = url.find(':');
  bool names_protocol = colon != std::string_view::npos && colon > 0 && IsLetter(url[0]) &&
                        std::all_of(url.begin(), url.begin() + colon, [](char c) {
                          return IsLetter(c) || IsDigit(c) || c == '+' || c == '-' || c == '.';
                        });
  std::string_view rest = names_protocol ? url.substr(colon + 1) : url;
  if (names_protocol && !rest.starts_with("//")) {
    // user:password@host and host:port have a colon too.
    std::string_view authority = rest.substr(0, rest.find('/'));
    size_t at = authority.find('@');
    std::string_view before = authority.substr(0, at);
    if (at == std::string_view::npos) {
      if (!rest.empty() && IsDigit(rest[0])) names_protocol = false;
    } else if (std::all_of(before.begin(), before.end(), [](char c) {
                 return IsLetter(c) || IsDigit(c) || Contains("-_.%:", std::string_view(&c, 1));
               })) {
      names_protocol = false;
    }
  }
  if (!names_protocol) return url.starts_with("//") ? std::nullopt : std::optional(url);
  std::string protocol(url.substr(0, colon));
  for (char& c : protocol) c = IsLetter(c) ? c | 0x20 : c;
  if (protocol != "http" && protocol != "https" && protocol != "ftp") return std::nullopt;
  if (rest.starts_with("//")) rest.remove_prefix(2);
  return rest;
}

bool IsPort(std::string_view port) {
  return AreDigits(port) && port.find_first_not_of('0') != std::string_view::npos &&
         ToJsNumber(port) <= 65535;
}

bool HasValidCheckDigit(std::string_view digits) {
  int sum = 0;
  bool doubled = false;
  for (size_t i = digits.size(); i-- > 0; doubled = !doubled) {
    int digit = digits[i] - '0';
    if (doubled) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 == 0;
}

}  // namespace

bool IsHostName(std::string_view utf8, bool require_tld) {
  std::vector<std::string_view> labels = Split(utf8, '.');
  if (require_tld && (labels.size() < 2 || !IsTopLevelDomain(labels.back()))) return false;
  return !AreDigits(labels.back()) && std::all_of(labels.begin(), labels.end(), IsHostLabel);
}

bool IsEmail(std::string_view utf8) {
  size_t at = utf8.rfind('@');
  if (at == std::string_view::npos || JsLength(utf8) > 254) return false;
  std::string_view user = utf8.substr(0, at);
  std::string_view host = utf8.substr(at + 1);
  if (user.size() > 64 || host.size() > 254 || !IsHostName(host, true)) return false;
  if (user.size() > 1 && user.front() == '"' && user.back() == '"') {
    return IsQuotedUserPart(user.substr(1, user.size() - 2));
  }
  return IsPlainUserPart(user);
}

bool IsUrl(std::string_view utf8) {
  if (utf8.empty() || JsLength(utf8) > 2084 || HasJsSpace(utf8) || utf8.starts_with("mailto:") ||
      utf8.find_first_of("<>") != std::string_view::npos) {
    return false;
  }
  static const RE2 kLocalhost("^(https?://)?localhost(:|/|$)");
  bool require_tld = !RE2::PartialMatch(re2::StringPiece(utf8.data(), utf8.size()), kLocalhost);
  std::optional<std::string_view> rest = WithoutProtocol(utf8.substr(0, utf8.find_first_of("#?")));
  if (!rest.has_value() || rest->empty()) return false;
  std::string_view authority = rest->substr(0, rest->find('/'));
  if (size_t at = authority.find('@'); at != std::string_view::npos) {
    std::string_view login = authority.substr(0, at);
    if (login.empty() || login == ":" || std::count(login.begin(), login.end(), ':') > 1) return false;
    authority.remove_prefix(at + 1);
  }
  if (authority.starts_with("[")) {
    size_t end = authority.find(']');
    if (end == std::string_view::npos) return false;
    std::string_view port = authority.substr(end + 1);
    if (!port.empty() && (port[0] != ':' || !IsPort(port.substr(1)))) return false;
    return IsIpV6(authority.substr(1, end - 1));
  }
  size_t colon = authority.find(':');
  std::string_view host = authority.substr(0, colon);
  if (colon != std::string_view::npos && colon + 1 < authority.size() &&
      !IsPort(authority.substr(colon + 1))) {
    return false;
  }
  return IsIp(host) || IsHostName(host, require_tld);
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !IsHexDigit(text[i])) return false;
  }
  bool versioned = text[14] >= '1' && text[14] <= '8' && Contains("89abAB", text.substr(19, 1));
  return versioned || text.find_first_not_of("0-") == std::string_view::npos ||
         text.find_first_not_of("fF-") == std::string_view::npos;
}

bool IsIp(std::string_view text) {
  in_addr address;
  return inet_pton(AF_INET, std::string(text).c_str(), &address) == 1
             ? !Contains(text, std::string_view("\0", 1))
             : IsIpV6(text);
}

bool IsIpV6(std::string_view text) {
  size_t percent = text.find('%');
  if (percent != std::string_view::npos) {
    std::string_view zone = text.substr(percent + 1);
    bool fine =
        std::all_of(zone.begin(), zone.end(), [](char c) { return IsLetter(c) || IsDigit(c) || c == '.'; });
    if (zone.empty() || !fine) return false;
    text = text.substr(0, percent);
  }
  in6_addr address;
  return !Contains(text, std::string_view("\0", 1)) &&
         inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

bool IsHexColor(std::string_view text) {
  if (text.starts_with("#")) text.remove_prefix(1);
  bool length = text.size() == 3 || text.size() == 4 || text.size() == 6 || text.size() == 8;
  return length && std::all_of(text.begin(), text.end(), IsHexDigit);
}

bool IsCreditCard(std::string_view text) {
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits),
               [](char c) { return c != ' ' && c != '-'; });
  // American Express, Diners Club, Discover, JCB, Mastercard, UnionPay, Visa.
  static const RE2 kIssuers(
      "3[47][0-9]{13}|3(0[0-5]|[68][0-9])[0-9]{11}|6(011|5[0-9]{2})[0-9]{12,15}|(2131|1800|35[0-9]{3})[0-9]{"
      "11}|"
      "5[1-5][0-9]{14}|(222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}|6[27][0-9]{14}|"
      "81[0-9]{14,17}|4[0-9]{12}([0-9]{3,6})?");
  return RE2::FullMatch(digits, kIssuers) && HasValidCheckDigit(digits);
}

std::optional<int64_t> ParseIsoTime(std::string_view text) {
  static const RE2 kIso(
      "(\\d{4})(?:-(\\d\\d)(?:-(\\d\\d))?)?(?:[T ](\\d\\d):(\\d\\d)(?::(\\d\\d)(?:\\.(\\d{1,3})\\d*)?)?"
      "(?:Z|([+-])(\\d\\d):?(\\d\\d))?)?");
  std::string parts[10];
  if (!RE2::FullMatch(re2::StringPiece(text.data(), text.size()), kIso, &parts[0], &parts[1], &parts[2],
                      &parts[3], &parts[4], &parts[5], &parts[6], &parts[7], &parts[8], &parts[9])) {
    return std::nullopt;
  }
  auto number = [&](int part, int64_t absent) {
    return parts[part].empty() ? absent : std::stoll(parts[part]);
  };
  int64_t year = number(0, 0), month = number(1, 1), day = number(2, 1), hour = number(3, 0),
          minute = number(4, 0);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || number(5, 0) > 59) {
    return std::nullopt;
  }
  // Days since the epoch, counting years from March so that the leap day is the last of its year.
  int64_t shifted_year = month <= 2 ? year - 1 : year;
  int64_t shifted_month = (month + 9) % 12;
  int64_t days = shifted_year * 365 + shifted_year / 4 - shifted_year / 100 + shifted_year / 400 +
                 (shifted_month * 153 + 2) / 5 + day - 1 - 719468;
  parts[6].resize(parts[6].empty() ? 0 : 3, '0');
  int64_t offset = (number(8, 0) * 60 + number(9, 0)) * (parts[7] == "-" ? -1 : 1);
  return (((days * 24 + hour) * 60 + minute - offset) * 60 + number(5, 0)) * 1000 + number(6, 0);
}

}  // namespace sail::logic
