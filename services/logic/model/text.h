// Text helpers on std::string_view (Debian's Abseil has a string_view of its own, which does not take one).
#ifndef SAIL_LOGIC_MODEL_TEXT_H_
#define SAIL_LOGIC_MODEL_TEXT_H_

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace sail::logic {

inline std::string ConcatPieces(std::initializer_list<std::string_view> pieces) {
  size_t size = 0;
  for (std::string_view piece : pieces) size += piece.size();
  std::string text;
  text.reserve(size);
  for (std::string_view piece : pieces) text += piece;
  return text;
}

// One string of anything that converts to std::string_view.
template <typename... Pieces>
std::string Concat(const Pieces&... pieces) {
  return ConcatPieces({std::string_view(pieces)...});
}

inline bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

inline std::string Join(const std::vector<std::string>& pieces, std::string_view separator) {
  std::string text;
  for (size_t i = 0; i < pieces.size(); ++i) {
    if (i > 0) text += separator;
    text += pieces[i];
  }
  return text;
}

inline std::string ReplaceAll(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  for (size_t at = 0;;) {
    size_t next = text.find(from, at);
    out += text.substr(at, next == std::string_view::npos ? next : next - at);
    if (next == std::string_view::npos) return out;
    out += to;
    at = next + from.size();
  }
}

}  // namespace sail::logic

#endif  // SAIL_LOGIC_MODEL_TEXT_H_
