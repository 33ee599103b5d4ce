#include "services/logic/model/js_value.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <limits>

#include "platform/json/json_text.h"
#include "services/logic/model/text.h"

namespace sail::logic {
namespace {

namespace json = boost::json;

constexpr int kMaxDepth = 64;
constexpr std::string_view kReplacementEscape = "\\uFFFD";

// The code unit of a \uXXXX escape at `at`, or -1.
int EscapedUnit(std::string_view text, size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return -1;
  int unit = 0;
  auto [end, error] = std::from_chars(text.data() + at + 2, text.data() + at + 6, unit, 16);
  return error == std::errc() && end == text.data() + at + 6 ? unit : -1;
}

bool IsHighSurrogate(int unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool IsLowSurrogate(int unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

// The parser refuses lone surrogates, JavaScript keeps them until the text is encoded, when they become
// U+FFFD.
std::string ReplaceLoneSurrogates(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i++];
      continue;
    }
    int unit = EscapedUnit(text, i);
    if (IsHighSurrogate(unit) && IsLowSurrogate(EscapedUnit(text, i + 6))) {
      out += text.substr(i, 12);
      i += 12;
    } else if (IsHighSurrogate(unit) || IsLowSurrogate(unit)) {
      out += kReplacementEscape;
      i += 6;
    } else {
      out += text.substr(i, 2);
      i += 2;
    }
  }
  return out;
}

// Bytes of the white space character (ECMAScript's WhiteSpace and LineTerminator) at the start of text, or 0.
size_t JsSpaceLength(std::string_view text) {
  if (text.empty()) return 0;
  if (text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r')) return 1;
  if (static_cast<unsigned char>(text[0]) < 0x80) return 0;
  for (std::string_view space :
       {"\xC2\xA0", "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82", "\xE2\x80\x83",
        "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89",
        "\xE2\x80\x8A", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80",
        "\xEF\xBB\xBF"}) {
    if (text.starts_with(space)) return space.size();
  }
  return 0;
}

// Digits after 0x, 0o or 0b.
double ParseRadix(std::string_view digits, int radix) {
  if (digits.empty()) return std::numeric_limits<double>::quiet_NaN();
  double number = 0;
  for (char c : digits) {
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : radix;
    if (digit >= radix) return std::numeric_limits<double>::quiet_NaN();
    number = number * radix + digit;
  }
  return number;
}

// An array index of JavaScript: canonical digits below 2^32 - 1.
std::optional<uint32_t> ArrayIndex(std::string_view key) {
  if (key.empty() || key.size() > 10 || (key[0] == '0' && key.size() > 1)) return std::nullopt;
  uint64_t index = 0;
  auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
  if (error != std::errc() || end != key.data() + key.size() || index >= 0xFFFFFFFFu) return std::nullopt;
  return static_cast<uint32_t>(index);
}

}  // namespace

absl::StatusOr<json::value> ParseJson(std::string_view text) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::error_code error;
  bool may_have_surrogates = Contains(text, "\\ud") || Contains(text, "\\uD");
  json::value value = may_have_surrogates ? json::parse(ReplaceLoneSurrogates(text), error, {}, options)
                                          : json::parse(text, error, {}, options);
  if (error) return absl::InvalidArgumentError(Concat("not JSON: ", error.message()));
  return value;
}

void AppendJsonValue(const json::value& value, std::string* out) {
  if (value.is_string()) {
    platform::json::AppendJsonString(value.get_string(), out);
  } else if (value.is_array()) {
    *out += '[';
    bool first = true;
    for (const json::value& item : value.get_array()) {
      if (!first) *out += ',';
      first = false;
      AppendJsonValue(item, out);
    }
    *out += ']';
  } else if (value.is_object()) {
    *out += '{';
    bool first = true;
    for (std::string_view key : JsKeys(value.get_object())) {
      if (!first) *out += ',';
      first = false;
      platform::json::AppendJsonString(key, out);
      *out += ':';
      AppendJsonValue(value.get_object().at(key), out);
    }
    *out += '}';
  } else if (value.is_bool()) {
    *out += value.get_bool() ? "true" : "false";
  } else if (std::optional<double> number = NumberOf(value)) {
    platform::json::AppendJsonNumber(*number, out);
  } else {
    *out += "null";
  }
}

std::string JsonText(const json::value& value) {
  std::string text;
  AppendJsonValue(value, &text);
  return text;
}

std::optional<double> NumberOf(const json::value& value) {
  if (value.is_double()) return value.get_double();
  if (value.is_int64()) return static_cast<double>(value.get_int64());
  if (value.is_uint64()) return static_cast<double>(value.get_uint64());
  return std::nullopt;
}

std::string NumberText(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
  std::string text;
  platform::json::AppendJsonNumber(number, &text);
  return text;
}

std::string ToJsString(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (std::optional<double> number = NumberOf(value)) return NumberText(*number);
  if (value.is_object()) return "[object Object]";
  if (!value.is_array()) return value.is_null() ? "null" : value.get_bool() ? "true" : "false";
  std::string text;
  bool first = true;
  for (const json::value& item : value.get_array()) {
    if (!first) text += ',';
    first = false;
    if (!item.is_null()) text += ToJsString(item);
  }
  return text;
}

double ToJsNumber(std::string_view text) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  text = TrimJsSpace(text);
  if (text.empty()) return 0;
  if (text.size() > 1 && text[0] == '0') {
    char prefix = text[1] | 0x20;
    int radix = prefix == 'x' ? 16 : prefix == 'o' ? 8 : prefix == 'b' ? 2 : 0;
    if (radix != 0) return ParseRadix(text.substr(2), radix);
  }
  bool negative = text[0] == '-';
  if (text[0] == '-' || text[0] == '+') text.remove_prefix(1);
  if (text == "Infinity") {
    return negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  }
  // from_chars also reads "inf" and "nan", and refuses "1." and a sign in front.
  if (text.empty() || (text[0] != '.' && (text[0] < '0' || text[0] > '9'))) return kNaN;
  if (text[0] == '.' && (text.size() < 2 || text[1] < '0' || text[1] > '9')) return kNaN;
  double number = 0;
  const char* last = text.data() + text.size();
  auto [end, error] = std::from_chars(text.data(), last, number);
  if (end != last) return kNaN;
  if (error == std::errc::result_out_of_range) {
    // Too large or too small: only the exponent tells.
    size_t exponent = text.find_first_of("eE");
    bool tiny = exponent != std::string_view::npos ? text.substr(exponent + 1, 1) == "-"
                                                   : text.starts_with("0.") || text[0] == '.';
    number = tiny ? 0 : std::numeric_limits<double>::infinity();
  } else if (error != std::errc()) {
    return kNaN;
  }
  return negative ? -number : number;
}

std::string_view TrimJsSpace(std::string_view text) {
  while (size_t length = JsSpaceLength(text)) text.remove_prefix(length);
  for (bool trimmed = true; trimmed;) {
    trimmed = false;
    for (size_t length = 1; length <= 3 && length <= text.size(); ++length) {
      if (JsSpaceLength(text.substr(text.size() - length)) != length) continue;
      text.remove_suffix(length);
      trimmed = true;
      break;
    }
  }
  return text;
}

bool HasJsSpace(std::string_view utf8) {
  for (; !utf8.empty(); utf8.remove_prefix(1)) {
    if (JsSpaceLength(utf8) > 0) return true;
  }
  return false;
}

std::vector<std::string> SplitOnJsSpace(std::string_view utf8) {
  std::vector<std::string> pieces(1);
  while (!utf8.empty()) {
    size_t space = JsSpaceLength(utf8);
    if (space == 0) {
      pieces.back() += utf8[0];
      utf8.remove_prefix(1);
      continue;
    }
    for (; space > 0; space = JsSpaceLength(utf8)) utf8.remove_prefix(space);
    pieces.emplace_back();
  }
  return pieces;
}

size_t JsLength(std::string_view utf8) {
  size_t units = 0;
  for (unsigned char c : utf8) {
    if ((c & 0xC0) == 0x80) continue;
    units += c >= 0xF0 ? 2 : 1;
  }
  return units;
}

std::vector<std::string_view> JsKeys(const json::object& object) {
  std::vector<std::pair<uint32_t, std::string_view>> indexes;
  std::vector<std::string_view> keys;
  keys.reserve(object.size());
  for (const auto& member : object) {
    std::string_view key(member.key().data(), member.key().size());
    if (std::optional<uint32_t> index = ArrayIndex(key)) {
      indexes.emplace_back(*index, key);
    } else {
      keys.push_back(key);
    }
  }
  if (indexes.empty()) return keys;
  std::sort(indexes.begin(), indexes.end());
  std::vector<std::string_view> ordered;
  ordered.reserve(object.size());
  for (const auto& [index, key] : indexes) ordered.push_back(key);
  ordered.insert(ordered.end(), keys.begin(), keys.end());
  return ordered;
}

bool IsSafeNaturalNumber(double number) {
  return number > 0 && number <= 9007199254740991.0 && std::floor(number) == number;
}

}  // namespace sail::logic
