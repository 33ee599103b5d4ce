#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "platform/json/json_scan.h"
#include "services/pubsub/msgpack_json.h"

namespace sail::pubsub {
namespace {

// Walks over text that ValidateJson has accepted; so it looks for no errors of syntax.
class Transcoder {
 public:
  Transcoder(std::string_view json, const std::vector<std::string_view>& attachments, MsgpackWriter* writer)
      : rest_(json), attachments_(attachments), writer_(*writer) {}

  absl::Status Value() {
    SkipSpace();
    switch (rest_.front()) {
      case '{':
        return Object();
      case '[':
        return Array();
      case '"':
        return String();
      case 't':
        rest_.remove_prefix(4);
        writer_.Boolean(true);
        return absl::OkStatus();
      case 'f':
        rest_.remove_prefix(5);
        writer_.Boolean(false);
        return absl::OkStatus();
      case 'n':
        rest_.remove_prefix(4);
        writer_.Nil();
        return absl::OkStatus();
      default:
        Number();
        return absl::OkStatus();
    }
  }

 private:
  void SkipSpace() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n' || rest_.front() == '\t' ||
                              rest_.front() == '\r')) {
      rest_.remove_prefix(1);
    }
  }

  // After white space, takes the text if it is next.
  bool Accept(std::string_view text) {
    SkipSpace();
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  absl::Status String() {
    size_t end = 1;
    bool escaped = false;
    while (rest_[end] != '"') {
      if (rest_[end] == '\\') {
        escaped = true;
        ++end;
      }
      ++end;
    }
    const std::string_view raw = rest_.substr(0, end + 1);
    rest_.remove_prefix(end + 1);
    if (!escaped) {
      writer_.String(raw.substr(1, raw.size() - 2));
      return absl::OkStatus();
    }
    absl::StatusOr<std::string> text = platform::json::UnescapeJsonString(raw);
    if (!text.ok()) return text.status();
    writer_.String(*text);
    return absl::OkStatus();
  }

  void Number() {
    size_t size = 0;
    bool integral = true;
    while (size < rest_.size() &&
           std::string_view("+-0123456789.eE").find(rest_[size]) != std::string_view::npos) {
      integral &= rest_[size] == '-' || (rest_[size] >= '0' && rest_[size] <= '9');
      ++size;
    }
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    if (integral && Integer(text)) return;
    double value = 0;
    if (std::from_chars(text.data(), text.data() + size, value).ec == std::errc::result_out_of_range) {
      // Too small is 0, too large infinite, as in JavaScript; the library tells the two apart by nothing.
      value = text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos
                  ? 0
                  : std::copysign(std::numeric_limits<double>::infinity(), text.front() == '-' ? -1 : 1);
    }
    constexpr double kExact = 9007199254740992;  // 2^53
    if (std::floor(value) == value && std::fabs(value) <= kExact) {
      writer_.Integer(static_cast<int64_t>(value));
    } else {
      writer_.Double(value);
    }
  }

  bool Integer(std::string_view text) {
    const char* end = text.data() + text.size();
    uint64_t natural = 0;
    if (text.front() != '-') {
      if (std::from_chars(text.data(), end, natural).ec != std::errc()) return false;
      writer_.Unsigned(natural);
      return true;
    }
    int64_t negative = 0;
    if (std::from_chars(text.data(), end, negative).ec != std::errc()) return false;
    writer_.Integer(negative);
    return true;
  }

  // The number of elements is known only behind them: its place is kept, and widened in the rare case of 16
  // and more.
  template <typename Header>
  void PutHeader(size_t at, uint32_t count, Header header) {
    std::string bytes;
    MsgpackWriter small(&bytes);
    header(small, count);
    writer_.out()->replace(at, 1, bytes);
  }

  absl::Status Array() {
    const size_t at = writer_.out()->size();
    writer_.out()->push_back('\0');
    uint32_t count = 0;
    rest_.remove_prefix(1);
    if (!Accept("]")) {
      do {
        if (absl::Status status = Value(); !status.ok()) return status;
        ++count;
      } while (Accept(","));
      Accept("]");
    }
    PutHeader(at, count, [](MsgpackWriter& writer, uint32_t n) { writer.ArrayHeader(n); });
    return absl::OkStatus();
  }

  absl::Status Object() {
    if (!attachments_.empty()) {
      if (const std::optional<size_t> number = Placeholder()) {
        if (*number >= attachments_.size()) {
          return absl::InvalidArgumentError("a placeholder names an attachment that is not there");
        }
        writer_.Binary(attachments_[*number]);
        return absl::OkStatus();
      }
    }
    const size_t at = writer_.out()->size();
    writer_.out()->push_back('\0');
    uint32_t count = 0;
    rest_.remove_prefix(1);
    if (!Accept("}")) {
      do {
        SkipSpace();
        if (absl::Status status = String(); !status.ok()) return status;
        Accept(":");
        if (absl::Status status = Value(); !status.ok()) return status;
        ++count;
      } while (Accept(","));
      Accept("}");
    }
    PutHeader(at, count, [](MsgpackWriter& writer, uint32_t n) { writer.MapHeader(n); });
    return absl::OkStatus();
  }

  // {"_placeholder":true,"num":N}, as every Socket.IO encoder writes it.
  std::optional<size_t> Placeholder() {
    const std::string_view start = rest_;
    size_t number = 0;
    if (Accept("{") && Accept("\"_placeholder\"") && Accept(":") && Accept("true") && Accept(",") &&
        Accept("\"num\"") && Accept(":")) {
      SkipSpace();
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
      if (error == std::errc()) {
        rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
        if (Accept("}")) return number;
      }
    }
    rest_ = start;
    return std::nullopt;
  }

  std::string_view rest_;
  const std::vector<std::string_view>& attachments_;
  MsgpackWriter& writer_;
};

}  // namespace

absl::Status JsonToMsgpack(std::string_view json, const std::vector<std::string_view>& attachments,
                           MsgpackWriter* writer) {
  if (absl::Status status = platform::json::ValidateJson(json, kMaxNesting); !status.ok()) return status;
  return Transcoder(json, attachments, writer).Value();
}

}  // namespace sail::pubsub
