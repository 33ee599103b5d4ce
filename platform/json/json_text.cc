#include "platform/json/json_text.h"

#include <charconv>
#include <cmath>
#include <cstddef>

#include "platform/json/utf8.h"

namespace sail::platform::json {
namespace {

constexpr char kHex[] = "0123456789abcdef";

void AppendEscaped(unsigned char c, std::string* out) {
  switch (c) {
    case '"':
      out->append("\\\"");
      return;
    case '\\':
      out->append("\\\\");
      return;
    case '\b':
      out->append("\\b");
      return;
    case '\f':
      out->append("\\f");
      return;
    case '\n':
      out->append("\\n");
      return;
    case '\r':
      out->append("\\r");
      return;
    case '\t':
      out->append("\\t");
      return;
    default:
      out->append("\\u00");
      out->push_back(kHex[c >> 4]);
      out->push_back(kHex[c & 15]);
  }
}

}  // namespace

void AppendJsonString(std::string_view utf8, std::string* out) {
  out->push_back('"');
  size_t plain = 0;  // start of the run that needs no change
  size_t i = 0;
  while (i < utf8.size()) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
      ++i;
      continue;
    }
    if (c >= 0x80) {
      if (const size_t length = Utf8SequenceLength(utf8.substr(i)); length > 0) {
        i += length;
        continue;
      }
    }
    out->append(utf8.substr(plain, i - plain));
    if (c >= 0x80) {
      out->append("\xEF\xBF\xBD");
    } else {
      AppendEscaped(c, out);
    }
    plain = ++i;
  }
  out->append(utf8.substr(plain));
  out->push_back('"');
}

void AppendJsonInteger(int64_t value, std::string* out) {
  char buffer[24];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  out->append(buffer, result.ptr);
}

void AppendJsonNumber(double value, std::string* out) {
  if (!std::isfinite(value)) {
    out->append("null");
    return;
  }
  if (value == 0) {
    out->push_back('0');
    return;
  }
  // Shortest digits and exponent, then ECMAScript's Number::toString layout.
  char buffer[40];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  std::string_view text(buffer, result.ptr - buffer);
  if (text.front() == '-') {
    out->push_back('-');
    text.remove_prefix(1);
  }
  const size_t e = text.find('e');
  int exponent = 0;
  const char* exponent_text = text.data() + e + 1;
  if (*exponent_text == '+') ++exponent_text;
  std::from_chars(exponent_text, text.data() + text.size(), exponent);
  std::string digits;
  digits.push_back(text[0]);
  if (e > 2) digits.append(text.substr(2, e - 2));
  const int k = static_cast<int>(digits.size());
  const int n = exponent + 1;  // the decimal point stands behind the n-th digit
  if (n >= k && n <= 21) {
    out->append(digits).append(n - k, '0');
  } else if (n > 0 && n <= 21) {
    out->append(digits, 0, n).append(".").append(digits, n);
  } else if (n > -6 && n <= 0) {
    out->append("0.").append(-n, '0').append(digits);
  } else {
    out->append(digits, 0, 1);
    if (k > 1) out->append(".").append(digits, 1);
    out->push_back('e');
    out->push_back(n - 1 < 0 ? '-' : '+');
    AppendJsonInteger(std::abs(n - 1), out);
  }
}

std::string JsonString(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size() + 2);
  AppendJsonString(utf8, &out);
  return out;
}

}  // namespace sail::platform::json
