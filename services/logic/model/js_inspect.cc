#include "services/logic/model/js_inspect.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <cstddef>
#include <vector>

#include "platform/json/json_text.h"
#include "services/logic/model/js_value.h"
#include "services/logic/model/text.h"

namespace sail::logic {
namespace {

namespace json = boost::json;

constexpr size_t kLineWidth = 80;
constexpr size_t kMaxItems = 100;
constexpr size_t kMaxUnits = 10000;
// Indentation multiplies what is long and deep: past this many bytes a literal ends with dots.
constexpr size_t kMaxLiteral = 8192;
// Arrays of more items than this are laid out in columns.
constexpr size_t kUngroupedItems = 6;

bool IsIdentifier(std::string_view key) {
  if (key.empty() || (key[0] >= '0' && key[0] <= '9')) return false;
  return std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

void AppendHexEscape(unsigned char c, std::string* out) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  *out += "\\x";
  *out += kDigits[c >> 4];
  *out += kDigits[c & 0xF];
}

void AppendEscaped(std::string_view utf8, char quote, std::string* out) {
  for (size_t i = 0; i < utf8.size(); ++i) {
    unsigned char c = utf8[i];
    if (c == '\n') {
      *out += "\\n";
    } else if (c == '\t') {
      *out += "\\t";
    } else if (c == '\r') {
      *out += "\\r";
    } else if (c == '\b') {
      *out += "\\b";
    } else if (c == '\f') {
      *out += "\\f";
    } else if (c == '\\') {
      *out += "\\\\";
    } else if (c == '\'' && quote == '\'') {
      *out += "\\'";
    } else if (c < 0x20 || c == 0x7F) {
      AppendHexEscape(c, out);
    } else if (c == 0xC2 && i + 1 < utf8.size() && static_cast<unsigned char>(utf8[i + 1]) < 0xA0) {
      AppendHexEscape(utf8[++i], out);
    } else {
      *out += utf8[i];
    }
  }
}

// The first `units` UTF-16 units.
std::string_view Cut(std::string_view utf8, size_t units) {
  size_t end = 0;
  for (size_t seen = 0; end < utf8.size(); ++end) {
    unsigned char c = utf8[end];
    if ((c & 0xC0) == 0x80) continue;
    seen += c >= 0xF0 ? 2 : 1;
    if (seen > units) break;
  }
  return utf8.substr(0, end);
}

// Columns on a terminal: none for a control character, two for a wide one (East Asian, emoji).
size_t Columns(std::string_view utf8) {
  size_t columns = 0;
  for (size_t i = 0; i < utf8.size(); ++i) {
    unsigned char c = utf8[i];
    if ((c & 0xC0) == 0x80 || c < 0x20) continue;
    bool wide = c >= 0xF0 || (c >= 0xE3 && c <= 0xED) || (c == 0xE2 && utf8.substr(i, 2) >= "\xE2\xBA");
    columns += wide ? 2 : 1;
  }
  return columns;
}

class Inspector {
 public:
  explicit Inspector(int depth) : depth_(depth) {}

  std::string Format(const json::value& value, int level) {
    if (value.is_string()) return FormatString(value.get_string());
    if (value.is_array()) {
      if (value.get_array().empty()) return "[]";
      return level > depth_ ? "[Array]" : FormatArray(value.get_array(), level + 1);
    }
    if (value.is_object()) {
      if (value.get_object().empty()) return "{}";
      return level > depth_ ? "[Object]" : FormatObject(value.get_object(), level + 1);
    }
    if (value.is_double() && value.get_double() == 0 && std::signbit(value.get_double())) return "-0";
    return ToJsString(value);
  }

 private:
  std::string FormatString(std::string_view text) {
    std::string rest;
    size_t units = JsLength(text);
    if (units > kMaxUnits) {
      size_t more = units - kMaxUnits;
      text = Cut(text, kMaxUnits);
      units = kMaxUnits;
      rest = Concat("... ", std::to_string(more), " more character", more > 1 ? "s" : "");
    }
    if (units <= 16 || units + indentation_ + 4 <= kLineWidth || !Contains(text, "\n")) {
      return Concat(InspectString(text), rest);
    }
    std::vector<std::string> lines;
    while (!text.empty()) {
      size_t end = text.find("\n");
      size_t length = end == std::string_view::npos ? text.size() : end + 1;
      lines.push_back(InspectString(text.substr(0, length)));
      text.remove_prefix(length);
    }
    return Concat(Join(lines, Concat(" +\n", std::string(indentation_ + 2, ' '))), rest);
  }

  std::string FormatNested(const json::value& value, int level) {
    indentation_ += 2;
    std::string text = Format(value, level);
    indentation_ -= 2;
    return text;
  }

  std::string FormatArray(const json::array& array, int level) {
    current_level_ = level;
    std::vector<std::string> output;
    for (size_t i = 0; i < array.size() && i < kMaxItems; ++i)
      output.push_back(FormatNested(array[i], level));
    if (array.size() > kMaxItems) {
      size_t more = array.size() - kMaxItems;
      output.push_back(Concat("... ", std::to_string(more), " more item", more > 1 ? "s" : ""));
    }
    size_t entries = output.size();
    if (entries > kUngroupedItems) output = Group(std::move(output), array);
    return Reduce(output, "[", "]", level, output.size() == entries);
  }

  std::string FormatObject(const json::object& object, int level) {
    current_level_ = level;
    std::vector<std::string> output;
    for (std::string_view key : JsKeys(object)) {
      std::string text = FormatNested(object.at(key), level);
      std::string name = key == "__proto__" ? "['__proto__']" : std::string(key);
      if (key != "__proto__" && !IsIdentifier(key)) name = InspectString(key);
      output.push_back(Concat(name, ": ", text));
    }
    return Reduce(output, "{", "}", level, true);
  }

  // One line if at most three levels are inside and it fits, else one entry a line.
  std::string Reduce(const std::vector<std::string>& output, std::string_view open, std::string_view close,
                     int level, bool ungrouped) {
    if (ungrouped && current_level_ - level < 3) {
      size_t length = 3 * output.size() + indentation_ + open.size() + 10;
      if (length <= kLineWidth) {
        length -= output.size();
        for (const std::string& entry : output) length += JsLength(entry);
        std::string joined = Join(output, ", ");
        if (length <= kLineWidth && !Contains(joined, "\n")) {
          return Concat(open, " ", joined, " ", close);
        }
      }
    }
    std::string line = Concat("\n", std::string(indentation_, ' '));
    return Concat(open, line, "  ", Join(output, Concat(",", line, "  ")), line, close);
  }

  std::vector<std::string> Group(std::vector<std::string> output, const json::array& array) {
    constexpr size_t kSeparator = 2;
    size_t count = std::min(output.size(), kMaxItems);
    size_t total = 0;
    size_t longest = 0;
    std::vector<size_t> lengths;
    for (size_t i = 0; i < count; ++i) {
      lengths.push_back(Columns(output[i]));
      total += lengths[i] + kSeparator;
      longest = std::max(longest, lengths[i]);
    }
    double widest = static_cast<double>(longest + kSeparator);
    if (widest * 3 + indentation_ >= kLineWidth || !(total / widest > 5 || longest <= 6)) return output;
    double bias = std::sqrt(widest - static_cast<double>(total) / output.size());
    double width = std::max(widest - 3 - bias, 1.0);
    size_t columns =
        static_cast<size_t>(std::min({std::floor(std::sqrt(2.5 * width * count) / width + 0.5),
                                      std::floor((kLineWidth - indentation_) / widest), 3.0 * 4, 15.0}));
    if (columns <= 1) return output;
    std::vector<size_t> column_widths(columns, 0);
    for (size_t i = 0; i < count; ++i) {
      column_widths[i % columns] = std::max(column_widths[i % columns], lengths[i] + kSeparator);
    }
    bool pad_start = std::all_of(array.begin(), array.begin() + output.size(),
                                 [](const json::value& item) { return item.is_number(); });
    std::vector<std::string> lines;
    for (size_t i = 0; i < count; i += columns) {
      std::string line;
      size_t end = std::min(i + columns, count);
      for (size_t j = i; j < end; ++j) {
        bool last = j + 1 == end;
        size_t used = lengths[j] + (last ? 0 : kSeparator);
        size_t padded = column_widths[j - i] - (last ? kSeparator : 0);
        std::string padding(padded > used ? padded - used : 0, ' ');
        if (pad_start) line += padding;
        line += output[j];
        if (!last) line += ", ";
        if (!pad_start && !last) line += padding;
      }
      lines.push_back(std::move(line));
    }
    if (output.size() > kMaxItems) lines.push_back(output.back());
    return lines;
  }

  int depth_;
  size_t indentation_ = 0;
  int current_level_ = 0;
};

std::string TypeCheckString(std::string_view utf8) {
  std::string quoted = platform::json::JsonString(utf8);
  std::string text = "'";
  for (size_t i = 1; i + 1 < quoted.size(); ++i) {
    if (quoted[i] == '\\' && quoted[i + 1] == '"') continue;
    if (quoted[i] == '\'' || quoted[i] == '\\') text += '\\';
    text += quoted[i] == '\\' ? quoted[++i] : quoted[i];
  }
  return text + "'";
}

// The type checker takes its own type symbols for types.
std::string_view StringDisplayType(std::string_view text) {
  if (text == "*") return "json";
  if (text == "===") return "ref";
  if (text.size() < 2) return "string";
  bool right_arrow = text.back() == '>' && (text[0] == '-' || text[0] == '=');
  bool left_arrow = text[0] == '<' && (text.back() == '-' || text.back() == '=');
  if (!right_arrow && !left_arrow) return "string";
  std::string_view shaft = right_arrow ? text.substr(0, text.size() - 1) : text.substr(1);
  return shaft.find_first_not_of(shaft[0]) == std::string_view::npos ? "lamda" : "string";
}

std::string JoinTypeCheck(const std::vector<std::string>& output, std::string_view open,
                          std::string_view close) {
  size_t length = 0;
  for (const std::string& entry : output) length += JsLength(entry) + 1;
  return Concat(open, " ", Join(output, length > 60 ? ",\n  " : ", "), " ", close);
}

}  // namespace

std::string InspectString(std::string_view utf8) {
  char quote = '\'';
  if (Contains(utf8, "'")) {
    if (!Contains(utf8, "\"")) {
      quote = '"';
    } else if (!Contains(utf8, "`") && !Contains(utf8, "${")) {
      quote = '`';
    }
  }
  std::string out(1, quote);
  AppendEscaped(utf8, quote, &out);
  out += quote;
  return out;
}

std::string Inspect(const json::value& value, int depth) { return Inspector(depth).Format(value, 0); }

std::string TypeCheckLiteral(const json::value& value) {
  if (value.is_string()) return TypeCheckString(value.get_string());
  if (!value.is_structured()) return ToJsString(value);
  std::vector<std::string> output;
  size_t size = 0;
  if (value.is_array()) {
    if (value.get_array().empty()) return "[]";
    for (const json::value& item : value.get_array()) {
      if (size > kMaxLiteral) return JoinTypeCheck(output, "[", "... ]");
      output.push_back(ReplaceAll(TypeCheckLiteral(item), "\n", "\n  "));
      size += output.back().size();
    }
    return JoinTypeCheck(output, "[", "]");
  }
  if (value.get_object().empty()) return "{}";
  for (std::string_view key : JsKeys(value.get_object())) {
    if (size > kMaxLiteral) return JoinTypeCheck(output, "{", "... }");
    std::string text = TypeCheckLiteral(value.get_object().at(key));
    if (Contains(text, "\n")) text = Concat("\n   ", ReplaceAll(text, "\n", "\n   "));
    output.push_back(Concat(IsIdentifier(key) ? std::string(key) : TypeCheckString(key), ": ", text));
    size += output.back().size();
  }
  return JoinTypeCheck(output, "{", "}");
}

std::string_view DisplayType(const json::value& value) {
  if (value.is_string()) return StringDisplayType(value.get_string());
  if (value.is_number()) return std::isfinite(*NumberOf(value)) ? "number" : "invalid number";
  if (value.is_bool()) return "boolean";
  if (value.is_null()) return "null";
  return value.is_array() ? "array" : "dictionary";
}

}  // namespace sail::logic
