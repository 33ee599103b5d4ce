#ifndef SAIL_GATEWAY_HTTP_ASCII_H_
#define SAIL_GATEWAY_HTTP_ASCII_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace sail::gateway {

// Text of the wire is compared as ASCII, whatever the locale. (Debian's absl::string_view is not
// std::string_view, hence our own.)

constexpr char AsciiLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

constexpr bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (AsciiLower(a[i]) != AsciiLower(b[i])) return false;
  }
  return true;
}

inline std::string AsciiLowered(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) c = AsciiLower(c);
  return lowered;
}

// Without the spaces and tabs around it.
constexpr std::string_view TrimSpace(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Calls `item` with each member, trimmed, of a comma-separated list; members may be empty.
template <typename Function>
void ForEachListItem(std::string_view list, Function item) {
  while (true) {
    const size_t comma = list.find(',');
    item(TrimSpace(list.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

// Value of a hexadecimal digit, or -1.
constexpr int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_ASCII_H_
