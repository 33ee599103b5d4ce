#include "platform/json/json_scan.h"

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "platform/json/utf8.h"

namespace sail::platform::json {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A recursive-descent scanner; every method returns false at the first fault and leaves position_ there.
class Scanner {
 public:
  Scanner(std::string_view text, int max_depth) : text_(text), depth_left_(max_depth) {}

  bool Value() {
    SkipSpace();
    if (AtEnd()) return Fail("the text ends where a value should be");
    switch (text_[position_]) {
      case '{':
        return Object(nullptr);
      case '[':
        return Array(nullptr);
      case '"':
        return String();
      case 't':
        return Literal("true");
      case 'f':
        return Literal("false");
      case 'n':
        return Literal("null");
      default:
        return Number();
    }
  }

  // on_member(raw key, raw value)
  template <typename OnMember>
  bool ObjectWith(OnMember on_member) {
    return Members('{', '}', [&] {
      SkipSpace();
      const size_t key_start = position_;
      if (AtEnd() || text_[position_] != '"') return Fail("a key should be here");
      if (!String()) return false;
      const std::string_view key = text_.substr(key_start, position_ - key_start);
      SkipSpace();
      if (AtEnd() || text_[position_] != ':') return Fail("a colon should be here");
      ++position_;
      SkipSpace();
      const size_t value_start = position_;
      if (!Value()) return false;
      on_member(key, text_.substr(value_start, position_ - value_start));
      return true;
    });
  }

  template <typename OnElement>
  bool ArrayWith(OnElement on_element) {
    return Members('[', ']', [&] {
      SkipSpace();
      const size_t start = position_;
      if (!Value()) return false;
      on_element(text_.substr(start, position_ - start));
      return true;
    });
  }

  bool Object(std::nullptr_t) {
    return ObjectWith([](std::string_view, std::string_view) {});
  }
  bool Array(std::nullptr_t) {
    return ArrayWith([](std::string_view) {});
  }

  bool End() {
    SkipSpace();
    return AtEnd() || Fail("something follows the value");
  }

  void SkipSpace() {
    while (!AtEnd() && IsSpace(text_[position_])) ++position_;
  }

  absl::Status status() const {
    return absl::InvalidArgumentError(
        absl::StrCat("not JSON: ", fault_ ? fault_ : "unknown", " (byte ", position_, ")"));
  }

 private:
  template <typename Member>
  bool Members(char open, char close, Member member) {
    if (AtEnd() || text_[position_] != open) return Fail("another kind of value should be here");
    if (depth_left_ == 0) return Fail("nested too deep");
    --depth_left_;
    ++position_;
    SkipSpace();
    if (!AtEnd() && text_[position_] == close) {
      ++position_;
      ++depth_left_;
      return true;
    }
    for (;;) {
      if (!member()) return false;
      SkipSpace();
      if (AtEnd()) return Fail("the text ends inside an object or array");
      const char c = text_[position_];
      if (c != ',' && c != close) return Fail("a comma should be here");
      ++position_;
      if (c == close) break;
    }
    ++depth_left_;
    return true;
  }

  bool String() {
    ++position_;
    while (!AtEnd()) {
      const auto c = static_cast<unsigned char>(text_[position_]);
      if (c == '"') {
        ++position_;
        return true;
      }
      if (c < 0x20) return Fail("a control character in a string");
      if (c == '\\') {
        if (!Escape()) return false;
      } else if (c < 0x80) {
        ++position_;
      } else {
        const size_t length = Utf8SequenceLength(text_.substr(position_));
        if (length == 0) return Fail("not UTF-8");
        position_ += length;
      }
    }
    return Fail("the text ends inside a string");
  }

  bool Escape() {
    if (position_ + 1 >= text_.size()) return Fail("the text ends inside a string");
    const char c = text_[position_ + 1];
    if (c == 'u') {
      if (position_ + 6 > text_.size()) return Fail("the text ends inside a string");
      for (size_t i = 2; i < 6; ++i) {
        if (HexValue(text_[position_ + i]) < 0) return Fail("a malformed \\u escape");
      }
      position_ += 6;
      return true;
    }
    if (std::string_view("\"\\/bfnrt").find(c) == std::string_view::npos) return Fail("an unknown escape");
    position_ += 2;
    return true;
  }

  bool Digits() {
    if (AtEnd() || !IsDigit(text_[position_])) return Fail("a value should be here");
    while (!AtEnd() && IsDigit(text_[position_])) ++position_;
    return true;
  }

  bool Number() {
    if (text_[position_] == '-') ++position_;
    if (!AtEnd() && text_[position_] == '0') {
      ++position_;
    } else if (!Digits()) {
      return false;
    }
    if (!AtEnd() && text_[position_] == '.') {
      ++position_;
      if (!Digits()) return false;
    }
    if (!AtEnd() && (text_[position_] == 'e' || text_[position_] == 'E')) {
      ++position_;
      if (!AtEnd() && (text_[position_] == '+' || text_[position_] == '-')) ++position_;
      if (!Digits()) return false;
    }
    return true;
  }

  bool Literal(std::string_view word) {
    if (text_.substr(position_, word.size()) != word) return Fail("a value should be here");
    position_ += word.size();
    return true;
  }

  bool AtEnd() const { return position_ >= text_.size(); }
  bool Fail(const char* fault) {
    if (fault_ == nullptr) fault_ = fault;
    return false;
  }

  std::string_view text_;
  size_t position_ = 0;
  int depth_left_;
  const char* fault_ = nullptr;
};

uint32_t FourHexDigits(std::string_view text) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value * 16 + HexValue(text[i]);
  return value;
}

// raw is a string that the scanner has accepted.
std::string Unescape(std::string_view raw) {
  raw = raw.substr(1, raw.size() - 2);
  std::string out;
  out.reserve(raw.size());
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\') {
      out.push_back(raw[i]);
      continue;
    }
    switch (raw[++i]) {
      case 'b':
        out.push_back('\b');
        break;
      case 'f':
        out.push_back('\f');
        break;
      case 'n':
        out.push_back('\n');
        break;
      case 'r':
        out.push_back('\r');
        break;
      case 't':
        out.push_back('\t');
        break;
      case 'u': {
        uint32_t unit = FourHexDigits(raw.substr(i + 1));
        i += 4;
        if (unit >= 0xD800 && unit < 0xDC00 && raw.substr(i + 1, 2) == "\\u") {
          const uint32_t low = FourHexDigits(raw.substr(i + 3));
          if (low >= 0xDC00 && low < 0xE000) {
            unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
            i += 6;
          }
        }
        AppendUtf8(unit >= 0xD800 && unit < 0xE000 ? 0xFFFD : unit, &out);
        break;
      }
      default:
        out.push_back(raw[i]);
    }
  }
  return out;
}

// Beyond this many members, finding a repeated key by looking at each would be quadratic.
constexpr size_t kLinearSearchLimit = 16;

}  // namespace

absl::Status ValidateJson(std::string_view text, int max_depth) {
  Scanner scanner(text, max_depth);
  return scanner.Value() && scanner.End() ? absl::OkStatus() : scanner.status();
}

absl::StatusOr<std::vector<JsonMember>> SplitJsonObject(std::string_view text, int max_depth) {
  Scanner scanner(text, max_depth);
  std::vector<JsonMember> members;
  std::unordered_map<std::string, size_t> index;
  const auto position_of = [&](const std::string& key) -> size_t {
    if (members.size() < kLinearSearchLimit) {
      for (size_t i = 0; i < members.size(); ++i) {
        if (members[i].key == key) return i;
      }
      return members.size();
    }
    if (index.empty()) {
      for (size_t i = 0; i < members.size(); ++i) index.emplace(members[i].key, i);
    }
    return index.emplace(key, members.size()).first->second;
  };
  scanner.SkipSpace();
  const bool ok = scanner.ObjectWith([&](std::string_view raw_key, std::string_view raw) {
    std::string key = Unescape(raw_key);
    const size_t at = position_of(key);
    if (at < members.size()) {
      members[at].raw = raw;
    } else {
      members.push_back({std::move(key), raw});
    }
  });
  if (!ok || !scanner.End()) return scanner.status();
  return members;
}

absl::StatusOr<std::vector<std::string_view>> SplitJsonArray(std::string_view text, int max_depth) {
  Scanner scanner(text, max_depth);
  std::vector<std::string_view> elements;
  scanner.SkipSpace();
  if (!scanner.ArrayWith([&](std::string_view raw) { elements.push_back(raw); }) || !scanner.End()) {
    return scanner.status();
  }
  return elements;
}

absl::StatusOr<std::string> UnescapeJsonString(std::string_view raw) {
  if (raw.empty() || raw.front() != '"') return absl::InvalidArgumentError("not a JSON string");
  Scanner scanner(raw, 1);
  if (!scanner.Value() || raw.back() != '"') return scanner.status();
  return Unescape(raw);
}

char FirstJsonCharacter(std::string_view text) {
  for (const char c : text) {
    if (!IsSpace(c)) return c;
  }
  return '\0';
}

}  // namespace sail::platform::json
